"""Rules for the form of the descriptions that this project writes itself: names as they are in Python, types for all.

A vendor's file breaks them and is generated all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from keyword import iskeyword

from .document import Document, Operation, operations, pointer
from .names import class_name
from .places import Place, Problem, schemas
from .reserved import CLIENT

__all__ = ["RULES"]

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def tags(document: Document) -> Iterator[Problem]:
    """Each operation has exactly one declared tag, and tags can be attributes of the client."""
    declared = [tag.get("name", "") for tag in document.get("tags", ())]
    for index, name in enumerate(declared):
        if not _NAME.fullmatch(name) or iskeyword(name) or name in CLIENT:
            yield Problem(pointer("tags", index, "name"), f"the tag {name!r} cannot be an attribute of the client.")
        elif name in declared[:index]:
            yield Problem(pointer("tags", index, "name"), f"the tag {name!r} is declared twice.")
    for operation in operations(document):
        given = operation.node.get("tags", [])
        if len(given) != 1:
            yield Problem(operation.pointer + "/tags", f"has {len(given)} tags {given}; exactly one is needed.")
        elif given[0] not in declared:
            yield Problem(operation.pointer + "/tags/0", f"the tag {given[0]!r} is not declared in /tags.")


def operation_ids(document: Document) -> Iterator[Problem]:
    """Each operationId is `<tag>_<verb>`, and the verb can be a method."""
    for operation in operations(document):
        name = operation.node.get("operationId")
        if not isinstance(name, str) or not name:
            yield Problem(operation.pointer, "has no operationId; give it one of the form <tag>_<verb>.")
            continue
        at, tag = operation.pointer + "/operationId", _tag(operation)
        verb = name.removeprefix(f"{tag}_")
        if not _NAME.fullmatch(name):
            yield Problem(at, f"{name!r} is not in snake case.")
        elif verb == name:
            yield Problem(at, f"{name!r} does not start with its tag: '{tag}_<verb>' is needed.")
        elif verb == "list" or iskeyword(verb):
            yield Problem(at, f"the verb {verb!r} means something else in Python; the generator would rename it.")


def class_names(document: Document) -> Iterator[Problem]:
    """A named schema has the name of its class."""
    for name in document.get("components", {}).get("schemas", {}):
        if class_name(name) != name:
            at = pointer("components", "schemas", name)
            yield Problem(at, f"{name!r} would become the class {class_name(name)}; name the schema so.")


def typed(document: Document) -> Iterator[Problem]:
    """Each schema says what it is; `x-untyped` with a reason allows one that does not."""
    for at, schema, role in schemas(document):
        if not isinstance(schema, dict):
            yield Problem(at, f"is {schema!r}, not a schema: it would become Any.")
        elif schema.get("type") == "array" and "items" not in schema:
            yield Problem(at, "is an array without items: its elements would become Any.")
        elif not schema.keys() & {"$ref", "type", "allOf", "anyOf", "oneOf"} and not schema.get("x-untyped"):
            yield Problem(at, f"the {role} has no type: it would become Any.")


def value_sets(document: Document) -> Iterator[Problem]:
    """A set of values is either closed or open."""
    for at, schema, _ in _objects(document):
        if "enum" in schema and "x-known-values" in schema:
            yield Problem(at, "has both enum and x-known-values; the set is either closed or open.")


RULES: tuple[Callable[[Document], Iterator[Problem]], ...] = (
    tags,
    operation_ids,
    class_names,
    typed,
    value_sets,
)


def _objects(document: Document) -> Iterator[Place]:
    return (place for place in schemas(document) if isinstance(place.schema, dict))


def _tag(operation: Operation) -> str:
    return str(next(iter(operation.node.get("tags", [])), ""))
