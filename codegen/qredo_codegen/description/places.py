"""Where the things of a description stand: its schemas, parameters, bodies, responses and references.

Positions are found by the structure of OpenAPI, not by the names of keys: a property called `title` is a property.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import unquote

from qredo_codegen.errors import DocumentError

from .document import Document, Operation, located, operations, pointer, resolve_once

__all__ = [
    "Place",
    "Problem",
    "examples",
    "feeds",
    "holders",
    "keywords",
    "objects",
    "parameters",
    "path_items",
    "placed",
    "reached",
    "references",
    "responses",
    "schemas",
    "successes",
    "target",
    "under",
]

# Keys whose values are data, not description: a "$ref" in there refers to nothing.
_DATA = frozenset({"default", "enum", "example", "value", "x-enum-varnames", "x-examples", "x-known-values"})
# Keys whose values map names of the author's choice.
_NAMED = frozenset(
    {"examples", "headers", "parameters", "paths", "properties", "requestBodies", "responses", "schemas"}
)


class Problem(NamedTuple):
    """What is wrong, and where.

    Attributes:
        pointer: JSON pointer of the place in the document.
        message: What was found, why it cannot stay, and what to do.
    """

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer or '(document)'}: {self.message}"


class Place(NamedTuple):
    """A schema, or what holds one: a parameter, a header, or one media type of a body or response.

    Attributes:
        pointer: JSON pointer of the place.
        node: What is written there; a reference is not followed.
        role: What it is there for: component, parameter, header, body, response, property, items, values (of a map) or
            member (of allOf, oneOf, anyOf, not).
    """

    pointer: str
    node: Any
    role: str


def schemas(document: Document) -> Iterator[Place]:
    """Yield every schema of a document, parents before children."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield from _nested(pointer("components", "schemas", name), schema, "component")
    for holder in holders(document):
        if "schema" in holder.node:
            yield from _nested(holder.pointer + "/schema", holder.node["schema"], holder.role)


def objects(document: Document) -> Iterator[tuple[str, Any, str]]:
    """Yield the objects of a document with their pointers and the names that OpenAPI has for them.

    A schema comes twice: as Schema, and by its role (see `Place`).
    """
    yield from _around_schemas(document)
    for at, schema, role in schemas(document):
        yield at, schema, "Schema"
        yield at, schema, role


def holders(document: Document) -> Iterator[Place]:
    """Yield every parameter, header, and media type that stands in a document itself, not behind a reference."""
    roles = {"Parameter": "parameter", "Request Body": "body", "Response": "response"}
    for at, node, kind in _around_schemas(document):
        if kind == "Header" or (kind == "Parameter" and "$ref" not in node):
            yield Place(at, node, kind.lower())
        if kind in roles:
            for media_type, value in node.get("content", {}).items():
                yield Place(at + pointer("content", media_type), value, roles[kind])
        if kind == "Response":
            for name, header in node.get("headers", {}).items():
                yield Place(at + pointer("headers", name), header, "header")


def _around_schemas(document: Document) -> Iterator[tuple[str, Any, str]]:
    yield "", document, "OpenAPI"
    yield "/info", document.get("info", {}), "Info"
    for at, nodes, kind in _lists_of_objects(document):
        for key, node in enumerate(nodes) if isinstance(nodes, list) else nodes.items():
            yield at + pointer(key), node, kind


# The kinds of components but schemas, by their keys.
_COMPONENTS = {
    "securitySchemes": "Security Scheme",
    "parameters": "Parameter",
    "requestBodies": "Request Body",
    "responses": "Response",
    "headers": "Header",
}


def _lists_of_objects(document: Document) -> Iterator[tuple[str, Any, str]]:
    yield "/servers", document.get("servers", []), "Server"
    yield "/tags", document.get("tags", []), "Tag"
    yield "/paths", path_items(document), "Path Item"
    for key, kind in _COMPONENTS.items():
        yield pointer("components", key), document.get("components", {}).get(key, {}), kind
    for path, item in path_items(document).items():
        yield pointer("paths", path, "parameters"), item.get("parameters", []), "Parameter"
    for one in operations(document):
        yield one.pointer + "/parameters", one.node.get("parameters", []), "Parameter"
        if "requestBody" in one.node:
            yield one.pointer, {"requestBody": one.node["requestBody"]}, "Request Body"
        yield one.pointer + "/responses", responses(one), "Response"
    for one in operations(document):
        yield pointer("paths", one.path), {one.method: one.node}, "Operation"


def examples(document: Document, at: str, node: Document) -> Iterator[tuple[str, Any]]:
    """Yield every example of a schema or of what holds one, with its place; references are followed."""
    if "example" in node:
        yield at + "/example", node["example"]
    given = node.get("examples", {})
    if isinstance(given, list):  # of a schema, in OpenAPI 3.1
        yield from ((at + pointer("examples", index), value) for index, value in enumerate(given))
        return
    for name, written in given.items():
        where, example = placed(document, at + pointer("examples", name), written)
        if isinstance(example, dict) and "value" in example:
            yield where + "/value", example["value"]


def keywords(node: Any, at: str = "", *, named: bool = False) -> Iterator[tuple[str, str, Any]]:
    """Yield every keyword of a document: pointer of the object that has it, the keyword, and its value.

    Args:
        node: The document or a part of it.
        at: JSON pointer of that part.
        named: Whether the part maps names of the author's choice, so that its keys are no keywords.
    """
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from keywords(item, at + pointer(index))
    elif isinstance(node, dict):
        for key, value in node.items():
            if not named:
                yield at, key, value
            # A list of examples is that of a schema (OpenAPI 3.1): data.
            is_data = key in _DATA or (key == "examples" and isinstance(value, list))
            if named or not is_data:
                yield from keywords(value, at + pointer(key), named=not named and key in _NAMED)


def references(node: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Yield every `$ref` of a document, or of the part at a pointer: pointer of its object, and the reference."""
    return ((holder, ref) for holder, key, ref in keywords(node, at) if key == "$ref" and isinstance(ref, str))


def path_items(document: Document) -> dict[str, Document]:
    """Return the paths of a document without its extensions."""
    return {path: item for path, item in document.get("paths", {}).items() if path.startswith("/")}


def feeds(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield every WebSocket feed with its pointer."""
    for path, item in path_items(document).items():
        if "x-websocket" in item:
            yield pointer("paths", path, "x-websocket"), item["x-websocket"]


def responses(operation: Operation) -> dict[str, Document]:
    """Return an operation's responses by status, as they are written, without extensions."""
    given = operation.node.get("responses", {})
    return {status: node for status, node in given.items() if not status.startswith("x-")}


def target(document: Document, node: Any) -> Any:
    """Follow a reference, if it is one; None for a reference to nothing, which has a rule of its own."""
    return placed(document, "", node)[1]


def placed(document: Document, at: str, node: Any) -> tuple[str, Any]:
    """Return where a thing stands and what it is: as given, or behind its reference; None for a reference to nothing.

    Args:
        document: The whole document.
        at: JSON pointer of the node.
        node: Anything that may be a reference: a parameter, body, response, header, example or schema.
    """
    if not (isinstance(node, dict) and isinstance(node.get("$ref"), str)):
        return at, node
    try:
        return located(document, node["$ref"])
    except DocumentError:
        return at, None


def under(document: Document, schema: Any) -> Document:
    """Return the schema that one stands for: behind a reference, and behind an allOf of a single element."""
    for _ in range(16):  # deeper is a loop
        schema = target(document, schema)
        if not isinstance(schema, dict):
            return {}
        members = schema.get("allOf")
        if not (isinstance(members, list) and len(members) == 1 and "properties" not in schema):
            return schema
        schema = members[0]
    return {}


def parameters(document: Document, operation: Operation) -> dict[tuple[str, str], tuple[str, Document]]:
    """Return an operation's parameters by location and name, each with its pointer; path-level ones come first."""
    at = pointer("paths", operation.path)
    above = _by_place_and_name(document, at, document["paths"][operation.path])
    own = _by_place_and_name(document, operation.pointer, operation.node)
    headers = {name.lower() for place, name in own if place == "header"}  # whose case means nothing
    above = {
        key: one for key, one in above.items() if key in own or key[0] != "header" or key[1].lower() not in headers
    }
    return above | own


def _by_place_and_name(document: Document, at: str, node: Document) -> dict[tuple[str, str], tuple[str, Document]]:
    """Return the parameters in the list of one object, each with its pointer."""
    found: dict[tuple[str, str], tuple[str, Document]] = {}
    for index, written in enumerate(node.get("parameters", ())):
        parameter = target(document, written)
        if isinstance(parameter, dict):
            key = (str(parameter.get("in")), str(parameter.get("name")))
            found[key] = at + pointer("parameters", index), parameter
    return found


def successes(document: Document, operation: Operation) -> dict[str, Document]:
    """Return the responses that are not errors: 1xx, 2xx and 3xx, by status, references followed."""
    found = {
        status: target(document, node) for status, node in responses(operation).items() if status[:1] in ("1", "2", "3")
    }
    return {status: node for status, node in found.items() if isinstance(node, dict)}


def reached(document: Document, roots: Iterable[str]) -> set[str]:
    """Return the pointers of the given places and of all components that they refer to, however indirectly."""
    found: set[str] = set()
    pending = list(roots)
    while pending:
        at = pending.pop()
        if at in found:
            continue
        found.add(at)
        with suppress(DocumentError):  # a reference to nothing, which has a rule of its own
            node = resolve_once(document, at)
            pending.extend(unquote(ref[1:]) for _, ref in references(node, at) if ref.startswith("#/"))
    return found


def _nested(at: str, schema: Any, role: str) -> Iterator[Place]:
    yield Place(at, schema, role)
    if not isinstance(schema, dict):
        return
    for name, child in schema.get("properties", {}).items():
        yield from _nested(at + pointer("properties", name), child, "property")
    if "items" in schema:
        yield from _nested(at + "/items", schema["items"], "items")
    if isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
        yield from _nested(at + "/additionalProperties", schema["additionalProperties"], "values")
    for key in ("allOf", "oneOf", "anyOf"):
        for index, child in enumerate(schema.get(key, ())):
            yield from _nested(at + pointer(key, index), child, "member")
    if "not" in schema:
        yield from _nested(at + "/not", schema["not"], "member")
