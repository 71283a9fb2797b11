"""Every difference between two shapes of a file as an edit that can be made alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from qredo_codegen.description.document import Document, plain, pointer

__all__ = ["ABSENT", "Edit", "Element", "edited", "edits"]


ABSENT: Any = object()
"""Stands for what is not there."""


class Element(NamedTuple):
    """An element of a list, by what it is known by: order means nothing in the lists of OpenAPI.

    Attributes:
        key: `in` and `name` of a parameter, a reference, a URL, the value itself, or its place.
    """

    key: Any


@dataclass(frozen=True)
class Edit:
    """One difference.

    Attributes:
        path: Keys and elements that lead to the place.
        before: What was there, or `ABSENT`.
        after: What is there, or `ABSENT`.
    """

    path: tuple[str | Element, ...]
    before: Any
    after: Any

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer, in which an element is named by its key."""
        return pointer(*(part if isinstance(part, str) else _word(part) for part in self.path))

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        if self.before is ABSENT:
            return "added"
        return "removed" if self.after is ABSENT else "changed"


def edits(old: Any, new: Any, path: tuple[str | Element, ...] = ()) -> Iterator[Edit]:
    """Yield every difference; what is new or gone as a whole is one, each operation for itself."""
    if isinstance(old, dict) and isinstance(new, dict) and not _is_another_type(old, new):
        for key in (*old, *(key for key in new if key not in old)):
            yield from _difference(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        ours, theirs = _elements(old), _elements(new)
        for element in (*ours, *(one for one in theirs if one not in ours)):
            yield from _difference(ours.get(element, ABSENT), theirs.get(element, ABSENT), (*path, element))
    elif _differ(old, new):
        yield Edit(path, old, new)


def edited(document: Document, edit: Edit) -> Document:
    """Return a copy of a shape in which one edit is made."""
    found: Document = plain(document)
    node: Any = found
    for part, following in zip(edit.path[:-1], edit.path[1:], strict=True):
        node = _enter(node, part, [] if isinstance(following, Element) else {})
    _put(node, edit.path[-1], edit.after)
    return found


def _difference(old: Any, new: Any, path: tuple[str | Element, ...]) -> Iterator[Edit]:
    first, last = path[0], path[-1]
    is_map = last == "properties" or (first in ("components", "paths") and len(path) <= 2)
    if is_map and all(one is ABSENT or isinstance(one, dict) for one in (old, new)):  # so that what is in it has edits
        old, new = ({} if one is ABSENT else one for one in (old, new))
    elif last in _LISTS and all(one is ABSENT or isinstance(one, list) for one in (old, new)):
        old, new = ([] if one is ABSENT else one for one in (old, new))
    if old is ABSENT or new is ABSENT:
        yield Edit(path, old, new)
    else:
        yield from edits(old, new, path)


def _is_another_type(old: Document, new: Document) -> bool:
    """Tell whether one is a reference, or a schema of another kind: then what it says of its parts goes together."""
    before, after = _kind(old), _kind(new)
    return before != after and (None not in (before, after) or _REFERENCE in (before, after))


def _kind(node: Document) -> str | None:
    if "in" in node:
        return None
    if "$ref" in node:
        return _REFERENCE
    if "type" not in node and (unions := node.keys() & {"allOf", "anyOf", "oneOf"}):
        return min(unions)
    given = node.get("type")
    return given if isinstance(given, str) else None


_REFERENCE = "reference"
_LISTS = frozenset({"parameters", "required", "enum"})


def _elements(values: list[Any]) -> dict[Element, Any]:
    found: dict[Element, Any] = {}
    for index, value in enumerate(values):
        element = Element(_key(value, index))
        found[element if element not in found else Element(index)] = value
    return found


def _key(value: Any, index: int) -> Any:
    if isinstance(value, dict):
        if "in" in value and "name" in value:
            return f"{value['in']}:{value['name']}"
        for key in ("$ref", "url", "name"):
            if isinstance(value.get(key), str):
                return value[key]
        return " + ".join(sorted(value)) if all(isinstance(one, list) for one in value.values()) else index
    return index if isinstance(value, list) else (type(value).__name__, value)


def _word(element: Element) -> str:
    return str(element.key[1]) if isinstance(element.key, tuple) else str(element.key)


def _differ(old: Any, new: Any) -> bool:
    return type(old) is not type(new) or bool(old != new)  # True is 1 in Python, and not in JSON


def _enter(node: Any, part: str | Element, empty: Any) -> Any:
    if isinstance(part, str):
        return node.setdefault(part, empty)
    for element, value in _elements(node).items():
        if element == part:
            return value
    node.append(empty)
    return empty


def _put(node: Any, part: str | Element, value: Any) -> None:
    if isinstance(part, str):
        if value is ABSENT:
            node.pop(part, None)
        else:
            node[part] = plain(value)
        return
    index = next((index for index, element in enumerate(_elements(node)) if element == part), None)
    if value is ABSENT:
        if index is not None:
            del node[index]
    elif index is None:
        node.append(plain(value))
    else:
        node[index] = plain(value)
