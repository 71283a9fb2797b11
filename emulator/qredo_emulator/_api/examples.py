"""Responses that are valid and mean nothing, for operations without a handler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qredo_emulator._description.read import MISSING, Operation
from qredo_emulator.handlers._call import Reply

__all__ = ["example_of", "example_reply"]

_DEEPEST = 8
_BY_FORMAT = {"date": "2023-01-31", "date-time": "2023-01-31T12:00:00Z", "uri": "https://example.com", "byte": ""}


def example_reply(operation: Operation) -> Reply:
    """The description's own example of the first success, or one made from its schema."""
    status = operation.success
    if status is None:
        raise LookupError(f"{operation.id} has no success response to make an example of")
    response = operation.responses[str(status)]
    if response.schema is None:
        return Reply(None, status)
    return Reply(response.example if response.example is not MISSING else example_of(response.schema), status)


def example_of(schema: Mapping[str, Any], depth: int = 0) -> Any:
    """A value that a schema allows: its example, its first known value, or the plainest of its type."""
    if "example" in schema:
        return schema["example"]
    for key in ("enum", "x-known-values"):
        if schema.get(key):
            return schema[key][0]
    for key in ("allOf", "oneOf", "anyOf"):
        if schema.get(key):
            return example_of(schema[key][0], depth)
    match schema.get("type"):
        case "object":
            return _object(schema, depth)
        case "array":
            return [example_of(schema.get("items", {}), depth + 1)] if depth < _DEEPEST else []
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case _:
            text = _BY_FORMAT.get(schema.get("format", ""), "text")
            return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]


def _object(schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    required = schema.get("required", [])
    return {
        name: example_of(part, depth + 1)
        for name, part in schema.get("properties", {}).items()
        if name in required or depth < _DEEPEST
    }
