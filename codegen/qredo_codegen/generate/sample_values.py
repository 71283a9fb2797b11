"""A value for a schema in the one form, by a rule: the first of a set, all fields, one item, no class inside itself."""

from __future__ import annotations

import json
from typing import Any

from qredo_codegen.description.document import Document
from qredo_codegen.description.normal_form import Normal
from qredo_codegen.description.schema_class import CLASS, SchemaClass

__all__ = ["FILE", "NoValue", "sample"]

FILE = {"$bytes": "content of a file"}
"""What stands for the bytes of a file where only JSON can stand."""

_SCALARS: dict[str, Any] = {
    "boolean": True,
    "bytes": {"$bytes": "text"},
    "integer": 9007199254740993,
    "string": "text /&?",
}
_TIME = 1_700_000_000
# Written as text, so that no step between here and the check rounds it.
_NUMBER = {"$decimal": "1234567890.12345678901234567890"}


class NoValue(Exception):  # noqa: N818 - not an error: a description may require a thing inside itself for ever
    """There is no finite value of a schema."""


def sample(normal: Normal, schema: Document, *, sent: bool, above: tuple[str, ...] = ()) -> Any:
    """A JSON value of a schema.

    Args:
        normal: The description.
        schema: The schema, in the one form.
        sent: Whether a client sends it: then it has nothing that the service alone gives.
        above: The classes around it.

    Raises:
        NoValue: It has to hold itself.
    """
    if CLASS in schema:
        found = normal.classes[schema[CLASS]]
        if found.values is not None:
            return next((value for value in found.values if value != ""), "")  # an empty text is no path
        if schema[CLASS] in above:
            raise NoValue
        return _object(normal, found, sent, (*above, schema[CLASS]))
    if "oneOf" in schema:
        return _first(normal, schema, sent, above)
    kind = schema.get("type")
    if kind == "array":
        return _several(lambda: [sample(normal, schema["items"], sent=sent, above=above)], [])
    if kind == "object":
        inner = schema["additionalProperties"]
        return _several(lambda: {"key": sample(normal, inner, sent=sent, above=above)}, {})
    if kind == "number":
        return _NUMBER
    if schema.get("x-unit") == "unix-seconds":
        return _TIME
    return _SCALARS.get(kind or "", {"any": [1, None]})


def _object(normal: Normal, found: SchemaClass, sent: bool, above: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for wire in sorted(found.fields, key=lambda wire: wire not in found.required):  # as a model writes them
        schema, required = found.fields[wire], wire in found.required
        if sent and required and schema.get("readOnly"):
            continue
        if found.is_upload and schema.get("type") == "string" and schema.get("format") in ("binary", "base64"):
            values[wire] = FILE
            continue
        try:
            values[wire] = sample(normal, schema, sent=sent, above=above)
        except NoValue:
            if required and not schema.get("nullable"):
                raise
            if required:
                values[wire] = None
    return values


def _first(normal: Normal, schema: Document, sent: bool, above: tuple[str, ...]) -> Any:
    chooser = schema.get("x-discriminator")
    for member in schema["oneOf"]:
        try:
            found = sample(normal, member, sent=sent, above=above)
        except NoValue:
            continue
        return found | _tag(normal, member[CLASS], chooser) if chooser and CLASS in member else found
    raise NoValue


def _tag(normal: Normal, key: str, chooser: Document) -> dict[str, Any]:
    """The field by which a member of a union is known; none where it has no value of its own."""
    name, fields = chooser["property"], normal.classes[key].fields
    value = next((value for value, one in chooser["mapping"].items() if one == key), None)
    if value is None or name not in fields:
        return {}
    return {name: json.loads(value) if fields[name].get("type") in ("boolean", "integer", "number") else value}


def _several(make: Any, empty: Any) -> Any:
    try:
        return make()
    except NoValue:
        return empty
