"""`describe`: from a vendor's OpenAPI file to a folder of `spec/` that generates as it is."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from keyword import iskeyword
from pathlib import Path

from qredo_codegen._atomic_files import replace_all
from qredo_codegen._checkout import Checkout
from qredo_codegen.adoption.shape import shape_of, shape_text
from qredo_codegen.describe.describe import Described, describe
from qredo_codegen.describe.security import Signing
from qredo_codegen.description.document import Document, dump, load, operations
from qredo_codegen.description.overlay import Overlay, load_overlay
from qredo_codegen.errors import CodegenError
from qredo_codegen.generate.names_file import load_names, names_text

from .packaging import registered

__all__ = ["DescribeCommandError", "describe_command", "kept_names", "kept_tags", "overlay_of", "signing_of"]

_HEADER = """\
# A vendor's description in the form that the generator takes, written by `nox -s describe`.
# decisions.md says what was decided. Corrections belong in overlay.yaml: this file is written again from the vendor's.
"""
_TAKEN = frozenset({"attr", "attrs", "httpx", "qredo_codegen", "qredo_emulator", "qredo_signing"})
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class DescribeCommandError(CodegenError):
    """A file that cannot be described under that name, or with that security."""


def describe_command(
    checkout: Checkout, vendor: Path, package: str, security: str | None = None, *, with_texts: bool = False
) -> tuple[str, bool]:
    """Write `spec/PACKAGE` from a vendor's file and register the package; all of it or nothing.

    Args:
        checkout: The checkout.
        vendor: The vendor's file, as it was published.
        package: Import name of the package.
        security: Name of the scheme that signs; None for that of the package's family.
        with_texts: Whether the vendor's texts stay.

    Returns:
        What was done, and whether every operation of the file is described.

    Raises:
        DescribeCommandError: The name is not fit, has a description of our own, or there is no such scheme.
        DocumentError: The file cannot be read.
        OverlayError: An action of the package's overlay does not fit the file.
        GenerationError: The file cannot be described.
    """
    before = _refuse_name(checkout, package)
    model = package if before is not None else next(reversed(_family(checkout, package)), None)
    names = before if model in (None, package) else load(checkout.description(model))
    done = describe(
        load(vendor),
        signing_of(checkout, package, security, before),
        kept_names(checkout, model or package, names),
        tags=None if names is None else kept_tags(names),
        overlay=overlay_of(checkout, package),
        with_texts=with_texts,
    )
    done = replace(done, document=_with_origin(done.document, before, model))
    _number(done.document, before)
    texts = _files(checkout, package, vendor.name, done)
    texts[checkout.adopted(package)] = shape_text(shape_of(load(vendor)))
    listed = _registered(checkout, package)
    checkout.folder(package).mkdir(parents=True, exist_ok=True)
    replace_all(texts | listed)
    text = "".join(f"{line}\n" for line in _lines(package, done, [path.name for path in listed]))
    return text, done.operations[0] == done.operations[1]


def overlay_of(checkout: Checkout, package: str) -> Overlay:
    """Return the overlay of a package; one without actions if there is none.

    Raises:
        OverlayError: It is malformed.
    """
    path = checkout.overlay(package)
    return load_overlay(path) if path.is_file() else Overlay("", ())


def kept_names(checkout: Checkout, package: str, before: Document | None) -> dict[str, dict[str, str]]:
    """Return the names to keep: those of names.yaml, then those of the operations of the description that is there."""
    kept = {section: dict(names) for section, names in load_names(checkout.names(package)).items()}
    found = {
        f"{one.method.upper()} {one.path}": str(one.node["operationId"]).removeprefix(f"{one.node['tags'][0]}_")
        for one in operations(before or {})
        if one.node.get("operationId") and one.node.get("tags")
    }
    return kept | {"operations": found | kept.get("operations", {})}


def kept_tags(ours: Document) -> dict[str, str]:
    """Return the tag of each operation of a description, by method and path, in the order of its tags."""
    found = {f"{one.method.upper()} {one.path}": one.node["tags"][0] for one in operations(ours)}
    order = [tag["name"] for tag in ours["tags"]]
    return dict(sorted(found.items(), key=lambda item: order.index(item[1])))


def signing_of(
    checkout: Checkout, package: str, security: str | None = None, before: Document | None = None
) -> Signing | None:
    """Return how the requests of a package are signed.

    Args:
        checkout: The checkout.
        package: The package.
        security: Name of a scheme that a description of ours signs with; None for that of the package's family.
        before: The description that the package has; without a name, it goes on signing as it does.

    Raises:
        DescribeCommandError: No description signs with that scheme.
    """
    if security is None and before is not None and (signing := _signed(before)):
        return signing
    names = checkout.packages if security is not None else _family(checkout, package)
    signed = [one for name in reversed(names) if (one := _signed(load(checkout.description(name)))) is not None]
    found = next((one for one in signed if security in (None, one.name)), None)
    if security is not None and found is None:
        known = sorted({one.name for one in signed})
        raise DescribeCommandError(f"No description signs with {security!r}; there are: {', '.join(known)}.")
    return found


def _signed(document: Document) -> Signing | None:
    """Return how the requests of a description are signed, if they are."""
    schemes: Document = document.get("components", {}).get("securitySchemes", {})
    signature = next((key for key, scheme in schemes.items() if "x-signature" in scheme), None)
    return Signing(signature, schemes, document["security"]) if signature else None


def _family(checkout: Checkout, package: str) -> list[str]:
    """Return the packages of a package's family, the newest last."""
    return [name for name in checkout.packages if _stem(name) == _stem(package)]


def _stem(package: str) -> str:
    return re.sub(r"_v[0-9_]+$", "", package)


def _refuse_name(checkout: Checkout, package: str) -> Document | None:
    """Return the description that the vendor's file is to replace, if there is one."""
    if not _NAME.fullmatch(package):
        raise DescribeCommandError(f"{package!r} is no import name; one is built like acme_v1.")
    if iskeyword(package) or package in sys.stdlib_module_names | _TAKEN:
        raise DescribeCommandError(f"{package!r} is a name that is in use already; give another one, such as acme_v1.")
    if package not in checkout.packages:
        return None
    before = load(checkout.description(package))
    if before.get("x-form") != "vendor":
        raise DescribeCommandError(
            f"spec/{package}/openapi.yaml is a description of our own, which describe does not overwrite. Give another"
            f" name, or see with `nox -s adopt -- FILE {package}` what the vendor changed."
        )
    return before


def _with_origin(document: Document, before: Document | None, model: str | None) -> Document:
    """Name the version that a new one was started from: the emulator looks for handlers there."""
    origin = model if before is None else before.get("x-started-from")
    return {"x-started-from": origin, **document} if origin else document


def _number(document: Document, before: Document | None) -> None:
    """Count our own revisions of one version of the vendor's."""
    if before is not None and before["info"].get("version") == document["info"]["version"]:
        revision = before["info"].get("x-revision", 1)
        document["info"]["x-revision"] = revision
        if before != document:
            document["info"]["x-revision"] = revision + 1


def _files(checkout: Checkout, package: str, vendor: str, done: Described) -> dict[Path, str]:
    title = f"What describe decided about {vendor}"
    names = {**done.names, "operations": _calls(done.document)}
    texts = {
        checkout.folder(package) / "openapi.yaml": _HEADER + dump(done.document),
        checkout.decisions(package): done.decisions.markdown(title, names),
    }
    if (kept := names_text(done.names)) is not None:
        texts[checkout.names(package)] = kept
    return texts


def _calls(document: Document) -> dict[str, str]:
    """Return how each operation is called in Python, by method and path."""
    calls = {}
    for one in operations(document):
        (tag,) = one.node["tags"]
        calls[f"{one.method.upper()} {one.path}"] = f"client.{tag}.{one.node['operationId'].removeprefix(f'{tag}_')}"
    return calls


def _registered(checkout: Checkout, package: str) -> dict[Path, str]:
    """Return the files that list every package, with this one in them."""
    text = (checkout.root / "pyproject.toml").read_text(encoding="utf-8")
    points = tomllib.loads(text).get("project", {}).get("entry-points", {}).get("qredo.api", {})
    return {} if package in points or not points else registered(checkout, package, next(iter(points)))


def _lines(package: str, done: Described, registered: list[str]) -> Iterator[str]:
    there, described = done.operations
    kinds = {kind: len(done.decisions.of(kind)) for kind in ("replaced", "dropped")}
    questions = len({row.text for row in done.decisions.of("question")})
    none = "the file has no operations, so its client has no methods. Webhooks and callbacks are not generated."
    yield f"spec/{package}/openapi.yaml: " + (f"{described} of {there} operations described" if there else none)
    for row in done.decisions.of("lost"):
        yield f"  {row.pointer}: {row.text}"
    yield (
        f"spec/{package}/decisions.md: {kinds['replaced']} place{'s'[: kinds['replaced'] != 1]} replaced,"
        f" {kinds['dropped']} dropped,"
        f" {questions} question{'s'[: questions != 1]} for you"
    )
    if registered:
        yield f"registered in {', '.join(registered)}"
    yield f"next: read decisions.md, then `nox -s regenerate -- {package}`"
