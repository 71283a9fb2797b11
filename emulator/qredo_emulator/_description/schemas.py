"""What a schema says of its values: which JSON types, which properties, which items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = [
    "is_list",
    "is_marked",
    "items_of",
    "kind_of",
    "kinds_of",
    "members_of",
    "parts_of",
    "properties_of",
    "property_of",
]

_EVERY = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})
_KIND_OF = {str: "string", bool: "boolean", int: "integer", list: "array", dict: "object", type(None): "null"}


def parts_of(schema: Any) -> list[Mapping[str, Any]]:
    """The schema and all that its `allOf` adds, each once; empty for `true`."""
    found: list[Mapping[str, Any]] = []
    queue = [schema]
    while queue:
        part = queue.pop(0)
        if isinstance(part, dict) and not any(part is one for one in found):
            found.append(part)
            queue.extend(part.get("allOf", ()))
    return found


def members_of(schema: Mapping[str, Any]) -> list[Any]:
    """The members of a union; empty if it is none."""
    return [*schema.get("oneOf", ()), *schema.get("anyOf", ())]


def kind_of(value: Any) -> str:
    """The JSON type of a value."""
    return _KIND_OF.get(type(value), "number")


def kinds_of(schema: Any) -> frozenset[str]:
    """The JSON types that a schema allows, as far as its types, values and unions say so."""
    return _kinds(schema, ())


def _kinds(schema: Any, above: tuple[int, ...]) -> frozenset[str]:
    kinds = _EVERY
    for part in parts_of(schema):
        if id(part) not in above:
            for found in _said(part, (*above, id(part))):
                kinds &= found
    return kinds


def _said(part: Mapping[str, Any], above: tuple[int, ...]) -> Iterator[frozenset[str]]:
    null = {"null"} if part.get("nullable") is True else set()
    if kind := part.get("type"):
        kinds = frozenset([kind] if isinstance(kind, str) else kind)
        yield kinds | null | ({"integer"} if "number" in kinds else set())
    elif "properties" in part:
        yield frozenset({"object"}) | null
    values = part.get("enum") or ([part["const"]] if "const" in part else [])
    if values:
        found = frozenset(kind_of(value) for value in values)
        yield found | null | ({"number"} if "integer" in found else set())
    if members := members_of(part):
        yield frozenset[str]().union(*(_kinds(member, above) for member in members)) | null


def is_list(schema: Any) -> bool:
    """Whether a value is a list, or null."""
    return kinds_of(schema) - {"null"} == {"array"}


def is_marked(schema: Any, keyword: str, above: tuple[int, ...] = ()) -> bool:
    """Whether a property is `readOnly` or `writeOnly`: by a part of its schema, or by each member but null."""
    if id(schema) in above:
        return False
    parts, above = parts_of(schema), (*above, id(schema))
    unions = ([one for one in members_of(part) if kinds_of(one) != {"null"}] for part in parts)
    return any(part.get(keyword) is True for part in parts) or any(
        members and all(is_marked(one, keyword, above) for one in members) for members in unions
    )


def properties_of(schema: Any) -> tuple[dict[str, Any], Any]:
    """The schemas of an object's properties, unions included, and that of all others."""
    properties: dict[str, Any] = {}
    others: Any = {}
    for part in _all_parts(schema):
        properties |= part.get("properties", {})
        if isinstance(part.get("additionalProperties"), dict):
            others = part["additionalProperties"]
    return properties, others


def property_of(schema: Any, name: str) -> Any:
    """The schema of one property of an object."""
    properties, others = properties_of(schema)
    return properties.get(name, others)


def items_of(schema: Any) -> Any:
    """The schema of an array's items."""
    return next((part["items"] for part in _all_parts(schema) if "items" in part), {})


def _all_parts(schema: Any) -> list[Mapping[str, Any]]:
    """The parts of a schema, and of the members of its unions."""
    found: list[Mapping[str, Any]] = []
    queue = [schema]
    while queue:
        for part in parts_of(queue.pop(0)):
            if not any(part is one for one in found):
                found.append(part)
                queue.extend(members_of(part))
    return found
