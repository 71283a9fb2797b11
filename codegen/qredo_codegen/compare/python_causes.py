"""Which changes of a description make a change of the Python names, so that it need not be judged twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from openapi_python_client.strings import ClassName

from qredo_codegen.description.document import pointer, tokens
from qredo_codegen.description.names import argument_name, member_name
from qredo_codegen.description.places import reached

from .changes import Change
from .descriptions import Comparison

__all__ = ["causes"]

_OF_METHODS = ("operation-", "pagination-", "request-body-", "response-body-", "success-status-", "feed-")


def causes(change: Change, comparison: Comparison) -> tuple[Change, ...]:
    """The breaking changes of the description from which one of Python's names follows; none if it stands alone.

    Args:
        change: One of `python_changes`.
        comparison: The two descriptions that the packages were made from.
    """
    name, _, argument = change.subject.rstrip(")").partition("(")
    if name.startswith("Client."):
        return tuple(_of_operation(name.removeprefix("Client."), argument, comparison))
    if not name.startswith("models."):
        return ()
    class_name, _, member = name.removeprefix("models.").partition(".")
    at = _schema(class_name, comparison)
    if at is None:
        return ()
    return tuple(_of_member(tokens(at), member, comparison) if member else _of_class(at, comparison))


def _of_operation(name: str, argument: str, comparison: Comparison) -> Iterator[Change]:
    """An argument changes with its parameter or field; a method with its operation; a tag with its operations."""
    tag, _, verb = (part.rstrip("_") for part in name.partition("."))  # `list_` is that of an operation called list
    names = {f"{tag}.{verb}", f"{tag}.{verb.replace('iter_', 'get_', 1)}"}
    for change in comparison.breaking:
        found = {location.name for location in change.locations}
        fits = argument in _names(change) if argument else change.kind.startswith(_OF_METHODS)
        if (fits and found & names) or (not verb and any(one.startswith(f"{tag}.") for one in found)):
            yield change


def _of_member(at: tuple[str, ...], member: str, comparison: Comparison) -> Iterator[Change]:
    for change in comparison.breaking:
        for place in (change.old, change.new):
            parts = tokens(place or "")
            inside = parts[: len(at)] == at and (parts == at or member in map(argument_name, parts[len(at) + 1 :][:1]))
            if inside and member in _names(change):
                yield change
                break


def _names(change: Change) -> set[str]:
    """What Python may call what changed: a field, a parameter or a value."""
    words = {change.subject, *re.findall(r"\w+", " ".join(location.place for location in change.locations))}
    if change.kind in ("parameter-renamed", "value-renamed"):
        words |= {str(change.before), str(change.after)}
    names = words | {argument_name(word) for word in words}
    return names | ({member_name(json.loads(change.subject))} if change.subject.startswith('"') else set())


def _of_class(at: str, comparison: Comparison) -> Iterator[Change]:
    """A class is gone because what used it is, unless its schema lives on under another name."""
    if not any(old == at for old, _ in comparison.pairs):
        for change in comparison.breaking:
            if change.old is not None and at in reached(comparison.old, [change.old]):
                yield change


def _schema(class_name: str, comparison: Comparison) -> str | None:
    for key in comparison.old.get("components", {}).get("schemas", {}):
        if str(ClassName(key, "field_")) == class_name:
            return pointer("components", "schemas", key)
    return None
