"""A new version of an API beside the others: a copy of its description, packaged, generated and listed."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qredo_codegen._atomic_files import replace_all, swap_folder
from qredo_codegen._checkout import Checkout
from qredo_codegen.description.document import Document, load
from qredo_codegen.errors import CodegenError

from .changelog import with_entries
from .packaging import registered
from .regenerate import build
from .release import lock_text

__all__ = ["NewVersionError", "new_version"]

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*_v[0-9]+(?:_[0-9]+)*")
_NEW_IN = {
    "pyproject.toml": "package, description for the emulator, entry point",
    "zensical.toml": "its reference in the navigation",
}
_OF_ONE_VERSION = ("lock.json", "released.yaml", "waivers.yaml")


class NewVersionError(CodegenError):
    """A new version that cannot be started: the name, or the place for it, is not fit."""


def new_version(checkout: Checkout, name: str, source: str) -> list[str]:
    """Start a new version as a copy of another one; all of it or nothing.

    Args:
        checkout: The checkout.
        name: Import name of the new package, such as `qredo_partner_v1_2`.
        source: Import name of the package whose description is copied.

    Returns:
        What was done, one line each.

    Raises:
        NewVersionError: The name is not fit or taken.
        PackagingError: pyproject.toml has no place for it.
        GenerationError: There is no such source, or its description breaks a rule.
    """
    checkout.description(source)
    _refuse_name(checkout, name)
    texts = list(_texts(checkout, name, source))
    with tempfile.TemporaryDirectory(prefix=".new-version-", dir=checkout.root) as scratch:
        folder, package = Path(scratch) / "spec" / name, Path(scratch) / "generated" / name
        shutil.copytree(checkout.folder(source), folder, ignore=shutil.ignore_patterns(*_OF_ONE_VERSION))
        _write_origin(folder / "openapi.yaml", source)
        built = build(folder / "openapi.yaml", name, package, names=folder / "names.yaml")
        (folder / "lock.json").write_text(lock_text(built.lock), encoding="utf-8", newline="\n")
        if built.names is not None:
            (folder / "names.yaml").write_text(built.names, encoding="utf-8", newline="\n")
        checkout.output(name).parent.mkdir(exist_ok=True)
        aside = Path(scratch) / "old"  # where nothing comes: both places are free
        listed = partial(replace_all, {path: text for path, text, _ in texts})
        then = partial(swap_folder, package, checkout.output(name), aside, listed)
        swap_folder(folder, checkout.folder(name), aside, then)
    return [
        f"spec/{name}: a copy of the description of {source}, which it names as x-started-from",
        f"generated/{name}: its package, {built.operations} operations",
        *(f"{path.relative_to(checkout.root).as_posix()}: {what}" for path, _, what in texts),
        "tests of descriptions, packages, the command line and the console take every folder of spec/",
        f"next: {_next_step(load(checkout.description(name)), name)}, then `nox -s regenerate -- {name}`",
    ]


def _next_step(description: Document, name: str) -> str:
    """What changes the copy: a vendor's description is written from its file, and any other one by hand."""
    if description.get("x-form") == "vendor":
        return f"`nox -s describe -- FILE {name}` with the vendor's new file"
    return f"edit spec/{name}/openapi.yaml (begin with info)"


def _refuse_name(checkout: Checkout, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise NewVersionError(f"{name!r} is no name for a version; one is built like qredo_partner_v1_2.")
    for path in (checkout.folder(name), checkout.output(name)):
        if path.exists():
            raise NewVersionError(f"{path.relative_to(checkout.root).as_posix()} already exists.")


def _write_origin(description: Path, source: str) -> None:
    """Write at the top of a description which version it was started from; the emulator looks for handlers there."""
    text, line = description.read_text(encoding="utf-8"), f"x-started-from: {source}\n"
    for begin, rest in ((r"x-started-from:.*\n", ""), (r"openapi:.*\n", r"\g<0>")):
        text, count = re.subn(rf"^{begin}", f"{line}{rest}", text, count=1, flags=re.MULTILINE)
        if count:
            break
    else:
        raise NewVersionError(
            f"The description of {source} has no line `openapi:`, beside which its origin could stand."
        )
    description.write_text(text, encoding="utf-8", newline="\n")


def _texts(checkout: Checkout, name: str, source: str) -> Iterator[tuple[Path, str, str]]:
    """Yield the new text of each file that lists the versions, and what is new in it."""
    for path, text in registered(checkout, name, source).items():
        yield path, text, _NEW_IN[path.name]
    if checkout.changelog.is_file():
        line = f"- `{name}`: a new version, begun as a copy of `{source}`."
        yield (
            checkout.changelog,
            with_entries(checkout.changelog.read_text(encoding="utf-8"), [line], "Added"),
            "an entry",
        )
    for path in [checkout.root / "README.md", *sorted((checkout.root / "docs").rglob("*.md"))]:
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        after = _listed(before, name, source)
        if after != before:
            yield path, after, "a row in its table of versions, or a link"


def _listed(text: str, name: str, source: str) -> str:
    """A page in which one version has a row in a table and a link to its reference wherever another one has them."""
    link = f"[{source}](reference/{source}/index.md)"
    lines = []
    for line in text.splitlines(keepends=True):
        lines.append(line.replace(link, f"{link}, {link.replace(source, name)}"))
        if line.startswith(f"| `{source}` |"):
            rest = line.rstrip().rstrip("|").count("|") - 2  # its other cells describe the other version
            lines.append(f"| `{name}` | Started as a copy of `{source}` |{'  |' * rest}\n")
    return "".join(lines)
