"""Rules for the x- extensions: what the generated client makes of an operation beyond OpenAPI's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ._document import Document, Operation, operations, pointer
from ._places import Problem, json_body, parameters, successes, target, under
from ._rules_operations import requirements

__all__ = ["RULES"]

_FEED_KEYS = ("name", "summary", "description", "security", "message")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_PAGE_KEYS = {"items", "limit", "offset", "page_size"}


def idempotency_keys(document: Document) -> Iterator[Problem]:
    """`x-idempotency-key` names a text field of the body, which the client can fill."""
    for operation in operations(document):
        if "x-idempotency-key" not in operation.node:
            continue
        name = operation.node["x-idempotency-key"]
        fields = under(document, json_body(document, operation)).get("properties", {})
        if not isinstance(name, str) or name not in fields:
            yield Problem(operation.pointer + "/x-idempotency-key", f"the body has no property {name!r}.")
        elif under(document, fields[name]).get("type") != "string":
            yield Problem(operation.pointer + "/x-idempotency-key", f"the property {name!r} is no string.")


def idempotent(document: Document) -> Iterator[Problem]:
    """`x-idempotent` is true where it stands, and stands on no GET: that can always be repeated."""
    for operation in operations(document):
        at = operation.pointer + "/x-idempotent"
        if operation.node.get("x-idempotent", True) is not True:
            yield Problem(at, "must be true, or absent.")
        elif "x-idempotent" in operation.node and operation.method == "get":
            yield Problem(at, "a GET can always be repeated; remove it.")


def outcomes(document: Document) -> Iterator[Problem]:
    """`x-outcome` names the GET operation that shows whether a call took effect."""
    reads = {one.node.get("operationId") for one in operations(document) if one.method == "get"}
    for operation in operations(document):
        name = operation.node.get("x-outcome")
        if "x-outcome" in operation.node and name not in reads:
            yield Problem(operation.pointer + "/x-outcome", f"there is no GET operation {name!r}.")


def pagination(document: Document) -> Iterator[Problem]:
    """`x-pagination` names an array of the answer and two whole numbers of the query."""
    for operation in operations(document):
        if "x-pagination" not in operation.node:
            continue
        at, given = operation.pointer + "/x-pagination", operation.node["x-pagination"]
        if not isinstance(given, dict) or set(given) != _PAGE_KEYS:
            yield Problem(at, f"needs exactly the keys {', '.join(sorted(_PAGE_KEYS))}.")
            continue
        yield from _pages(document, operation, at, given)


def websockets(document: Document) -> Iterator[Problem]:
    """`x-websocket` stands on a path, and says all that a feed needs."""
    names: list[object] = []
    for path, item in document.get("paths", {}).items():
        if "x-websocket" in item:
            at = pointer("paths", path, "x-websocket")
            yield from _feed(document, at, item["x-websocket"], names)
            yield from _feed_path(document, path, item)
    for operation in operations(document):
        if "x-websocket" in operation.node:
            yield Problem(operation.pointer + "/x-websocket", "belongs to the path, not to an operation.")


RULES: tuple[Callable[[Document], Iterator[Problem]], ...] = (
    idempotency_keys,
    idempotent,
    outcomes,
    pagination,
    websockets,
)


def _pages(document: Document, operation: Operation, at: str, given: Document) -> Iterator[Problem]:
    if operation.method != "get":
        yield Problem(at, "only a GET has pages.")
    answer = next(iter(successes(document, operation).values()), {}).get("content", {}).get("application/json", {})
    items = under(document, answer.get("schema")).get("properties", {}).get(given["items"])
    if under(document, items).get("type") != "array":
        yield Problem(at + "/items", f"the answer has no array {given['items']!r}.")
    query = {name: value[1] for (place, name), value in parameters(document, operation).items() if place == "query"}
    for key in ("offset", "limit"):
        schema = query.get(given[key], {}).get("schema")
        if under(document, schema).get("type") != "integer":
            yield Problem(at + pointer(key), f"there is no integer query parameter {given[key]!r}.")
    if type(given["page_size"]) is not int or given["page_size"] < 1:
        yield Problem(at + "/page_size", f"{given['page_size']!r} is no number of rows.")


def _feed(document: Document, at: str, feed: Any, names: list[object]) -> Iterator[Problem]:
    if not isinstance(feed, dict):
        yield Problem(at, "is no mapping.")
        return
    for key in _FEED_KEYS:
        if not feed.get(key):
            yield Problem(at, f"does not say {key!r}.")
    name, message = feed.get("name"), feed.get("message")
    if name and not (isinstance(name, str) and _NAME.fullmatch(name)):
        yield Problem(at + "/name", f"{name!r} is not in snake case.")
    elif name in names:
        yield Problem(at + "/name", f"the name {name!r} is taken by another feed.")
    names.append(name)
    if feed.get("security"):
        yield from requirements(document, at + "/security", feed["security"])
    if message and under(document, message).get("type") != "object":
        yield Problem(at + "/message", "is no reference to an object schema.")


def _feed_path(document: Document, path: str, item: Document) -> Iterator[Problem]:
    """A path that holds a feed declares its parameters itself, unless an operation of the path does."""
    given = [target(document, written) for written in item.get("parameters", ())]
    declared = {parameter.get("name") for parameter in given if isinstance(parameter, dict)}
    if any(one.path == path for one in operations(document)):
        return
    for name in re.findall(r"\{([^}]*)\}", path):
        if name not in declared:
            yield Problem(pointer("paths", path), f"the path has {{{name}}}, but there is no such path parameter.")
