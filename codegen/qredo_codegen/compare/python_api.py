"""Two generated packages, as Python users see them: what they can import, call, give and get.

The descriptions are compared elsewhere; this is the other half, found by griffe in the source of the packages. It sees
what a description does not say: names of classes and members, order of arguments, types in signatures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe

from qredo_codegen.description.document import Document
from qredo_codegen.generate.inputs import Inputs
from qredo_codegen.generate.write import write_package

from .changes import Change, Findings, Location
from .python_types import accepts, gives

__all__ = ["compare_packages", "python_changes"]

_KINDS = {
    griffe.BreakageKind.CLASS_REMOVED_BASE: "python-base-removed",
    griffe.BreakageKind.OBJECT_CHANGED_KIND: "python-kind-changed",
    griffe.BreakageKind.OBJECT_REMOVED: "python-removed",
    griffe.BreakageKind.PARAMETER_ADDED_REQUIRED: "python-parameter-required",
    griffe.BreakageKind.PARAMETER_CHANGED_KIND: "python-parameter-kind-changed",
    griffe.BreakageKind.PARAMETER_CHANGED_REQUIRED: "python-parameter-required",
    griffe.BreakageKind.PARAMETER_MOVED: "python-parameter-moved",
    griffe.BreakageKind.PARAMETER_REMOVED: "python-parameter-removed",
}
"""What counts of what griffe finds; types are compared here, and defaults say nothing of a call that was right."""

_NO_INPUTS = Inputs(description="", templates="", tools={})


def python_changes(old: Document, new: Document) -> tuple[Change, ...]:
    """Generate a package from each of two descriptions and compare their public names.

    Raises:
        GenerationError: No package can be made from one of them.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(scratch) / name / "package" for name in ("old", "new")]
        before = write_package(old, "package", folders[0], _NO_INPUTS, checked=False)
        write_package(new, "package", folders[1], _NO_INPUTS, before.names, checked=False)  # what has a name keeps it
        return compare_packages(*folders)


def compare_packages(old: Path, new: Path) -> tuple[Change, ...]:
    """Compare the public names of two generated packages.

    The asynchronous half and the raw responses are made from the same templates as the rest, so they are left out.

    Args:
        old: Folder of the old package.
        new: Folder of the package of now; its name may differ.
    """
    before, after = (_surface(_load(folder)) for folder in (old, new))
    removed = before.keys() - after.keys()
    changes = [_change("python-removed", name, "", before[name].kind.value, None) for name in removed]
    for name in before.keys() & after.keys():
        changes += _changes(name, before[name], after[name])
    found = Findings()
    for change in (*changes, *_types(before, after, {name.rpartition(".")[2] for name in removed})):
        found.add(change)
    return found.sorted()


def _load(folder: Path) -> Any:
    loader = griffe.GriffeLoader(search_paths=[folder.parent], allow_inspection=False)
    package = loader.load(folder.name)
    loader.resolve_aliases(implicit=True)
    return package


def _surface(package: Any) -> dict[str, Any]:
    """What users name: the exports of the package and of its models, and the operations of each tag."""
    found = {name: package[name] for name in package.exports or () if name not in ("__version__", "models")}
    found |= {f"models.{name}": package["models"][name] for name in package["models"].exports or ()}
    for tag, module in package["api"].members.items():
        for name, item in module.members.items():
            if name.endswith("Resource") and not name.startswith("Async") and item.is_class and not item.is_alias:
                found[f"Client.{tag}"] = item
    found = {name: item.final_target if item.is_alias else item for name, item in found.items()}
    return {name: item for name, item in sorted(found.items()) if not name.startswith("Async")}


def _changes(name: str, old: Any, new: Any) -> Iterator[Change]:
    for base in (str(base) for base in getattr(old, "bases", ())):
        if base not in map(str, new.bases):
            yield _change("python-base-removed", name, "", base, None)
    for breakage in griffe.find_breaking_changes(old, new):
        kind = _KINDS.get(breakage.kind)
        if breakage.kind is griffe.BreakageKind.ATTRIBUTE_CHANGED_VALUE and _is_enum(old):
            kind = "python-value-changed"
        member = breakage.obj.path.removeprefix(old.path).removeprefix(new.path).strip(".")
        if kind is None or (name == "Client" and member):
            continue  # what the client has are its tags, which are in the surface themselves
        before, after = breakage.old_value, breakage.new_value
        if "parameter" in kind:
            member += f"({(before or after).name})"
        yield _change(kind, name, member, _text(before), _text(after))


def _types(before: dict[str, Any], after: dict[str, Any], gone: set[str]) -> Iterator[Change]:
    """Annotations that no longer fit; a class that is gone as a whole is not told again wherever it was named."""
    ours, theirs = _string_enums(before), _string_enums(after)
    for name in before.keys() & after.keys():
        for member, old in before[name].members.items():
            new = after[name].members.get(member)
            if new is None or not old.is_public or old.kind is not new.kind:
                continue
            results = (old.annotation, new.annotation) if old.is_attribute else (old.returns, new.returns)
            if not gives(*results, theirs, gone):
                yield _change("python-result-type-changed", name, member, str(results[0]), str(results[1]))
            if old.is_function:
                yield from _arguments(f"{name}.{member}", old, new, ours, gone)


def _arguments(name: str, old: Any, new: Any, strings: set[str], gone: set[str]) -> Iterator[Change]:
    known = {parameter.name: parameter.annotation for parameter in new.parameters}
    for parameter in old.parameters:
        if parameter.name not in known or parameter.name in ("self", "cls"):
            continue
        ours, theirs = parameter.annotation, known[parameter.name]
        if not accepts(ours, theirs, strings, gone):
            yield _change("python-argument-type-changed", name, f"({parameter.name})", str(ours), str(theirs))


def _is_enum(item: Any) -> bool:
    return item.is_class and any("Enum" in str(base) for base in item.bases)


def _string_enums(surface: dict[str, Any]) -> set[str]:
    """Names of classes whose instances are a `str` as well."""
    return {
        item.name for item in surface.values() if item.is_class and any("StrEnum" in str(base) for base in item.bases)
    }


def _text(value: Any) -> str | None:
    """What griffe found, in a word or two."""
    if value is None:
        return None
    if isinstance(value, griffe.Parameter):
        return f"{value.kind.value}, {'required' if value.required else 'optional'}" if value.kind else value.name
    return str(value.kind.value) if isinstance(value, griffe.Object | griffe.Alias) else str(value)


def _change(kind: str, name: str, member: str, before: str | None, after: str | None) -> Change:
    place = f"{name}.{member}".rstrip(".").replace(".(", "(") if member else name
    return Change(
        kind=kind,
        subject=place,
        old=None,
        new=None,
        before=before,
        after=after,
        locations=(Location("python", place, place),),
    )
