"""The files of a checkout that are copied, read once and checked against what is on record of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qredo_codegen._checkout import Checkout
from qredo_codegen.errors import GenerationError
from qredo_codegen.generate.inputs import hash_bytes

from ._imports import refuse_dangling
from ._selection import BUILD_FILES, PARTS, Selection

__all__ = ["PLUGIN", "Files", "api_version", "lock_of", "modules", "project_version", "sources"]

Files = dict[str, bytes]
"""The bytes of each file by its path in the vendored folder."""

PLUGIN = "qredo_signing"
_CHECKER = Path(__file__).parent / "vendor_check.py"


def sources(checkout: Checkout, selection: Selection) -> Files:
    """Everything that is copied as it is.

    Raises:
        GenerationError: A generated package is not what its lock says, or a file is missing.
    """
    files: Files = {"LICENSE": _read(checkout.root / "LICENSE"), "vendor_check.py": _read(_CHECKER)}
    for api in selection.described(checkout):
        files[f"spec/{api}/openapi.yaml"] = _read(checkout.description(api))
    for api in selection.apis:
        files |= _generated(checkout, api)
    if selection.plugin is not None:
        files |= _plugin(checkout, selection.plugin)
    if selection.neutral:
        files |= dict(_signing_rule(checkout.root / "spec" / "signing", selection.builds))
    return files


def api_version(checkout: Checkout, api: str) -> str:
    """The version of a generated package, such as `1.1.2+r1`."""
    return _literal(_read(checkout.output(api) / "_provenance.py"), "VERSION")


def modules(files: Files, package: str) -> dict[str, str]:
    """The texts of the modules of a package."""
    own = {path: content for path, content in files.items() if path.startswith(f"{package}/")}
    return {path: content.decode() for path, content in own.items() if path.endswith(".py")}


def project_version(checkout: Checkout) -> str:
    """The version of the project, which is also that of the plugin."""
    return _literal(_read(checkout.root / "signing_plugin" / PLUGIN / "_version.py"), "__version__")


def lock_of(checkout: Checkout, api: str) -> dict[str, Any]:
    """The record of what a generated package was made from.

    Raises:
        GenerationError: There is none.
    """
    path = checkout.lock(api)
    if not path.is_file():
        raise GenerationError(f"{api} was never generated: run `nox -s regenerate -- {api}` first.")
    lock: dict[str, Any] = json.loads(path.read_bytes())
    return lock


def _generated(checkout: Checkout, api: str) -> Files:
    lock = lock_of(checkout, api)
    files = dict(_tree(checkout.output(api), api))
    recorded = {f"{api}/{name}": digest for name, digest in lock["outputs"].items()}
    found = {path: hash_bytes(content) for path, content in files.items()}
    stale = lock["inputs"]["openapi.yaml"] != hash_bytes(_read(checkout.description(api)))
    wrong = sorted(path for path, _ in found.items() ^ recorded.items())
    if stale or wrong:
        raise GenerationError(
            f"generated/{api} is not what spec/{api}/lock.json records, so where it comes from cannot be said. Run"
            f" `nox -s regenerate -- {api}` first. What differs:",
            [f"generated/{path}" for path in sorted(set(wrong))] + ([f"spec/{api}/openapi.yaml"] if stale else []),
        )
    return files


def _plugin(checkout: Checkout, parts: tuple[str, ...]) -> Files:
    root = checkout.root / "signing_plugin" / PLUGIN
    if missing := [part for part in parts if not (root / part / "__init__.py").is_file()]:
        raise GenerationError(f"--with-plugin {','.join(parts)}: this checkout has no {PLUGIN}.{missing[0]}.")
    left_out = tuple(f"{PLUGIN}/{name}" for part, names in PARTS.items() if part not in parts for name in names)
    whole = dict(_tree(root, PLUGIN))
    files = {path: content for path, content in whole.items() if not path.startswith(left_out)}
    refuse_dangling(modules(files, PLUGIN), whole.keys() - files.keys())
    return files


def _signing_rule(root: Path, builds: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """The rule with its vectors, and the reference signers in `signers/`, with the build files that are wanted."""
    unwanted = [name for tool, name in BUILD_FILES.items() if tool not in builds]
    for path, content in _tree(root, "spec/signing"):
        signer = path.removeprefix("spec/signing/reference/")
        if signer == path:
            yield path, content
        elif Path(path).name not in unwanted:
            yield f"signers/{signer}", content


def _literal(module: bytes, name: str) -> str:
    found = re.search(rf'^{name} = "([^"]+)"$', module.decode(), re.MULTILINE)
    if found is None:
        raise GenerationError(f"There is no {name} to be read: this is no checkout that can be vendored from.")
    return found[1]


def _tree(root: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, without what Python and tools leave there."""
    if not root.is_dir():
        raise GenerationError(f"{root} is not there: this is no whole checkout.")
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in parts):
            yield f"{name}/{path.relative_to(root).as_posix()}", _read(path)


def _read(path: Path) -> bytes:
    """The bytes of a text file with line ends as in the repository, whatever the checkout made of them."""
    if not path.is_file():
        raise GenerationError(f"{path} is missing: this is no whole checkout.")
    return path.read_bytes().replace(b"\r\n", b"\n")
