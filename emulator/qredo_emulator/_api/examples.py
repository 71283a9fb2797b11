"""Example responses for operations without a handler: valid, and without any meaning.

Where the description has no example, a value is made from the schema, by this rule: the schema's own example, its
first known value, or the plainest value of its type; of a union the first member; of an object every property that
the service gives; of a list one item. What would stand inside itself is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from qredo_emulator._description.media import MISSING, accepted
from qredo_emulator._description.operations import Operation
from qredo_emulator._description.schemas import is_marked, kind_of, kinds_of, members_of, parts_of, properties_of
from qredo_emulator.handlers._call import Reply

__all__ = ["example_of", "example_reply"]

_BY_FORMAT = {
    "date": "2023-01-31",
    "date-time": "2023-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "uri": "https://example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "user@example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "",
    "decimal": "0",
}
_PLAIN: dict[str, Any] = {"boolean": False, "string": "text", "null": None}


class _NoValueError(LookupError):
    """There is no finite value of a schema."""

    def __init__(self) -> None:
        super().__init__("a schema has to hold itself: no value of it is finite")


def example_reply(operation: Operation, accept: str | None = None) -> Reply:
    """The description's own example of the first success, or one made from its schema.

    Args:
        operation: The operation.
        accept: The Accept header of the request; it chooses between media types.
    """
    status = operation.success
    if status is None:
        raise LookupError(f"{operation.id} has no success response to make an example of")
    content = accepted(operation.response(status) or (), accept)
    if content is None:
        return Reply(None, status)
    value = example_of(content.schema) if content.example is MISSING else content.example
    return Reply(value, status, content)


def example_of(schema: Any, above: tuple[int, ...] = ()) -> Any:
    """A value that a schema allows.

    Args:
        schema: The schema.
        above: Ids of the schemas that it stands in.

    Raises:
        LookupError: It has to hold itself, so no value is finite.
    """
    if id(schema) in above:
        raise _NoValueError
    parts = parts_of(schema)
    for part in parts:
        if (found := _said(part)) is not MISSING:
            return found
    if isinstance(schema, dict) and schema.get("nullable") is True and any(id(part) in above for part in parts):
        return None
    above = (*above, *map(id, parts))
    # A member without a type, such as a pattern alone, says nothing of the kind of value.
    kinds = kinds_of(schema)
    values = [value for part in parts for value in _values_of(part, above) if kind_of(value) in kinds]
    if values and all(isinstance(value, dict) for value in values):
        return {name: item for value in values for name, item in value.items()}
    return values[0] if values else {}


def _said(part: Mapping[str, Any]) -> Any:
    """A value that the schema itself gives: an example, a constant or a known value."""
    for key in ("example", "const"):
        if key in part:
            return part[key]
    for key in ("examples", "enum", "x-known-values"):
        if isinstance(part.get(key), list) and part[key]:
            return part[key][0]
    return MISSING


def _values_of(part: Mapping[str, Any], above: tuple[int, ...]) -> Iterator[Any]:
    if members_of(part):
        yield _member(part, above)
    kinds = kinds_of(part)
    if "object" in kinds and ("properties" in part or part.get("type") == "object" or "required" in part):
        yield _object(part, above)
    elif "type" in part:
        kind = next(kind for kind in _kinds_in_order(part["type"]) if kind != "null")
        yield _scalar(part, kind) if kind != "array" else _array(part, above)


def _kinds_in_order(kind: Any) -> list[str]:
    return [kind] if isinstance(kind, str) else [*(each for each in kind if each != "null"), "string"]


def _member(part: Mapping[str, Any], above: tuple[int, ...]) -> Any:
    """An example of the first member that has a finite value, with the property that a discriminator needs."""
    for member in members_of(part):
        try:
            value = example_of(member, above)
        except _NoValueError:
            continue
        discriminator = part.get("discriminator")
        if isinstance(value, dict) and discriminator:
            names = (name for name, found in discriminator["mapping"].items() if found is member)
            return {**value, discriminator["propertyName"]: next(names, "text")}
        return value
    raise _NoValueError


def _array(part: Mapping[str, Any], above: tuple[int, ...]) -> list[Any]:
    least = part.get("minItems", 0)
    items = list(part.get("prefixItems", ()))
    if part.get("items") is not False:
        count = min(max(least, 1), part.get("maxItems", max(least, 1)))
        items += [part.get("items", {})] * (count - len(items))
    try:
        return [example_of(item, above) for item in items]
    except _NoValueError:
        if least:
            raise
        return []


def _object(part: Mapping[str, Any], above: tuple[int, ...]) -> dict[str, Any]:
    required = part.get("required", [])
    values: dict[str, Any] = {}
    properties = part.get("properties", {})
    for name, schema in properties.items():
        if is_marked(schema, "writeOnly"):
            continue
        try:
            values[name] = example_of(schema, above)
        except _NoValueError:
            if name in required:
                raise
    _, others = properties_of(part)
    open_names = [name for name in required if name not in properties]
    return values | {name: example_of(others, above) if others else "text" for name in open_names}


def _scalar(part: Mapping[str, Any], kind: str) -> Any:
    if kind in ("integer", "number"):
        return _number(part, kind)
    if kind != "string":
        return _PLAIN[kind]
    text = _BY_FORMAT.get(part.get("format", ""), "text")
    return text.ljust(part.get("minLength", 0), "x")[: part.get("maxLength")]


def _number(part: Mapping[str, Any], kind: str) -> Any:
    """The lowest number that is allowed, 0 where none is."""
    lowest, highest = part.get("minimum"), part.get("maximum")
    above = part.get("exclusiveMinimum")
    if above is True and lowest is not None:
        lowest = lowest + 1
    elif above is not None and above is not False:
        lowest = above + 1
    if lowest is None:
        lowest = 0 if highest is None or highest >= 0 else highest
    return int(lowest) if kind == "integer" else lowest
