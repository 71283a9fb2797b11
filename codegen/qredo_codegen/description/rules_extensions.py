"""Rules for the x- extensions: what the generated client makes of an operation beyond OpenAPI's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from .document import Document, Operation, operations, pointer
from .places import Problem, json_body, keywords, parameters, path_items, schemas, successes, target, under
from .rules_operations import requirements

__all__ = ["RULES", "SHAPES", "shapes"]

_TEXT = {"type": "string", "pattern": r"\S"}
_NAME = {"type": "string", "pattern": r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"}
_TEXTS = {"type": "array", "items": _TEXT, "minItems": 1}


def _object(properties: dict[str, Any], *, optional: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


SHAPES: dict[str, dict[str, Any]] = {
    "x-deprecated": {"type": "boolean"},
    "x-enum-varnames": _TEXTS,
    "x-form": {"const": "vendor"},
    "x-idempotency-key": _TEXT,
    "x-idempotent": {"const": True},
    "x-known-values": {"type": "array", "minItems": 1},
    "x-list": _TEXT,
    "x-name": _NAME,
    "x-no-outcome": _TEXT,
    "x-outcome": _TEXT,
    "x-pagination": _object(
        {"items": _TEXT, "offset": _TEXT, "limit": _TEXT, "page_size": {"type": "integer", "minimum": 1}}
    ),
    "x-revision": {"type": "integer", "minimum": 1},
    "x-sensitive": {"type": "boolean"},
    "x-stamp-rule": {"enum": ["counter"]},
    "x-started-from": _NAME,
    "x-signature": _object({"algorithm": _TEXT, "encoding": _TEXT, "signs": _TEXTS}),
    "x-unit": {"enum": ["unix-seconds"]},
    "x-untyped": _TEXT,
    "x-websocket": _object(
        {
            "name": _NAME,
            "summary": _TEXT,
            "description": _TEXT,
            "security": {"type": "array", "minItems": 1, "items": {"type": "object"}},
            "message": _object({"$ref": _TEXT}),
            "example": {},
        },
        optional=["example"],
    ),
}
"""The extensions that are known here, and the JSON Schema of each, which the rules take as given."""

_VALIDATORS = {key: Draft202012Validator(schema) for key, schema in SHAPES.items()}


def shapes(document: Document) -> Iterator[Problem]:
    """Each extension has the shape that it should have."""
    for at, key, value in keywords(document):
        if key in _VALIDATORS:
            error = best_match(_VALIDATORS[key].iter_errors(value))
            if error is not None:
                yield Problem(at + pointer(key, *error.absolute_path), error.message + ".")


def idempotency_keys(document: Document) -> Iterator[Problem]:
    """`x-idempotency-key` names a text field of the body, which the client can fill."""
    for operation in operations(document):
        if "x-idempotency-key" not in operation.node:
            continue
        name = operation.node["x-idempotency-key"]
        fields = under(document, json_body(document, operation)).get("properties", {})
        if name not in fields:
            yield Problem(operation.pointer + "/x-idempotency-key", f"the body has no property {name!r}.")
        elif under(document, fields[name]).get("type") != "string":
            yield Problem(operation.pointer + "/x-idempotency-key", f"the property {name!r} is no string.")


def lists(document: Document) -> Iterator[Problem]:
    """`x-list` names an array of the object schema that has it, over which a client iterates."""
    for at, schema, _ in schemas(document):
        if isinstance(schema, dict) and "x-list" in schema:
            name = schema["x-list"]
            if under(document, under(document, schema).get("properties", {}).get(name)).get("type") != "array":
                yield Problem(at + "/x-list", f"the schema has no array {name!r}.")


def outcomes(document: Document) -> Iterator[Problem]:
    """`x-outcome` names the GET operation that shows whether a call took effect."""
    reads = {one.node.get("operationId") for one in operations(document) if one.method == "get"}
    for operation in operations(document):
        name = operation.node.get("x-outcome")
        if "x-outcome" in operation.node and name not in reads:
            yield Problem(
                operation.pointer + "/x-outcome", f"there is no GET operation {name!r}; name one by its operationId."
            )
        if operation.node.keys() >= {"x-outcome", "x-no-outcome"}:
            yield Problem(operation.pointer + "/x-no-outcome", "stands beside x-outcome; remove one of them.")


def pagination(document: Document) -> Iterator[Problem]:
    """`x-pagination` names an array of the response and two whole numbers of the query."""
    for operation in operations(document):
        if "x-pagination" in operation.node:
            at = operation.pointer + "/x-pagination"
            yield from _pages(document, operation, at, operation.node["x-pagination"])


def websockets(document: Document) -> Iterator[Problem]:
    """`x-websocket` stands on a path, under a name of its own, with the security and the message of the document."""
    names: set[str] = set()
    for path, item in path_items(document).items():
        if "x-websocket" not in item:
            continue
        at, feed = pointer("paths", path, "x-websocket"), item["x-websocket"]
        if feed["name"] in names:
            yield Problem(
                at + "/name", f"the name {feed['name']!r} is taken by another feed; name one of them otherwise."
            )
        names.add(feed["name"])
        yield from requirements(document, at + "/security", feed["security"])
        if under(document, feed["message"]).get("type") != "object":
            yield Problem(at + "/message", "is no reference to an object schema; name the schema of a message.")
        yield from _feed_path(document, path, item)
    for operation in operations(document):
        if "x-websocket" in operation.node:
            yield Problem(operation.pointer + "/x-websocket", "belongs to the path, not to an operation.")


RULES: tuple[Callable[[Document], Iterator[Problem]], ...] = (
    shapes,
    idempotency_keys,
    lists,
    outcomes,
    pagination,
    websockets,
)


def _pages(document: Document, operation: Operation, at: str, given: Document) -> Iterator[Problem]:
    if operation.method != "get":
        yield Problem(at, "only a GET has pages.")
    success = next(iter(successes(document, operation).values()), {}).get("content", {}).get("application/json", {})
    items = under(document, success.get("schema")).get("properties", {}).get(given["items"])
    if under(document, items).get("type") != "array":
        yield Problem(at + "/items", f"the response has no array {given['items']!r}.")
    query = {name: value[1] for (place, name), value in parameters(document, operation).items() if place == "query"}
    for key in ("offset", "limit"):
        schema = query.get(given[key], {}).get("schema")
        if under(document, schema).get("type") != "integer":
            yield Problem(at + pointer(key), f"there is no integer query parameter {given[key]!r}.")


def _feed_path(document: Document, path: str, item: Document) -> Iterator[Problem]:
    """A path that holds a feed declares its parameters itself, unless an operation of the path does."""
    given = [target(document, written) for written in item.get("parameters", ())]
    declared = {parameter.get("name") for parameter in given if isinstance(parameter, dict)}
    if any(one.path == path for one in operations(document)):
        return
    for name in re.findall(r"\{([^}]*)\}", path):
        if name not in declared:
            yield Problem(pointer("paths", path), f"the path has {{{name}}}, but there is no such path parameter.")
