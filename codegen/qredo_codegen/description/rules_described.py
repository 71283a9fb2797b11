"""Rules that look at several places of a description of our own: what is there is named, shown and used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

from .document import Document, operations, pointer
from .normal import normalize
from .places import Problem, examples, feeds, holders, reached, schemas, successes, target, under
from .security import alternatives

__all__ = ["RULES"]


def names(document: Document) -> Iterator[Problem]:
    """Tags, operations and schemas are named as they are in Python, so that the generator renames none."""
    normal = normalize(document)
    operations = [
        (one.source.pointer + "/operationId", one.source.node.get("operationId"), f"{one.tag}_{one.verb}")
        for one in normal.operations
    ]
    renamed = [
        *(("/tags", f"the tag {tag.wire!r}", tag.name) for tag in normal.tags if tag.name != tag.wire),
        *((at, f"{given!r}", wanted) for at, given, wanted in operations if given not in (None, wanted)),
        *(
            (one.pointer, f"{one.wire!r}", f"the class {one.name}")
            for one in normal.classes.values()
            if one.wire not in (None, one.name)
        ),
    ]
    for at, given, wanted in renamed:
        yield Problem(at, f"{given} would become {wanted} in Python; give it a name that can stay.")


def examples_given(document: Document) -> Iterator[Problem]:
    """Each body and each success response has an example, its own or its schema's."""
    for operation in operations(document):
        shown = {pointer("responses", status): node for status, node in successes(document, operation).items()}
        shown["/requestBody"] = target(document, operation.node.get("requestBody")) or {}
        for at, node in shown.items():
            for value in node.get("content", {}).values():
                schema = under(document, value.get("schema"))
                if not (value.keys() & {"example", "examples"} or "example" in schema):
                    yield Problem(operation.pointer + at, "has no example.")


def examples_valid(document: Document) -> Iterator[Problem]:
    """Each example is what its schema says, and has no field that the schema does not have."""
    validate = _validator(document)
    places = [(one.pointer + "/schema", one.pointer, one.node) for one in holders(document) if "schema" in one.node]
    places += [(at, at, schema) for at, schema, _ in schemas(document) if isinstance(schema, dict)]
    places += [(at + "/message", at, feed) for at, feed in feeds(document)]
    for schema, at, node in places:
        for where, value in examples(document, at, node):
            yield from validate(schema, where, value)


def everything_used(document: Document) -> Iterator[Problem]:
    """No component and no tag stands there for nothing, and each tag is declared."""
    named = {name for given in alternatives(document) for name in given}
    schemes = (pointer("components", "securitySchemes", name) for name in named)
    used = reached(document, ["/paths", *schemes])
    for kind, components in document.get("components", {}).items():
        for at in (pointer("components", kind, name) for name in components):
            if at not in used:
                yield Problem(at, "is not used.")
    tags = {tag: one.pointer for one in operations(document) for tag in one.node.get("tags", ())}
    declared = [tag["name"] for tag in document.get("tags", ())]
    for index, name in enumerate(declared):
        if name not in tags:
            yield Problem(pointer("tags", index), f"the tag {name!r} is not used.")
    for name, at in tags.items():
        if name not in declared:
            yield Problem(at + "/tags", f"the tag {name!r} is not declared in /tags.")


RULES: tuple[Callable[[Document], Iterator[Problem]], ...] = (names, examples_given, examples_valid, everything_used)


def _or_null(keyword: Callable[..., Any]) -> Callable[..., Iterator[ValidationError]]:
    """A keyword that lets null pass where the schema says `nullable`, also beside `allOf`."""

    def check(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
        if not (instance is None and schema.get("nullable") is True):
            yield from keyword(validator, value, instance, schema) or ()

    return check


def _declared(validator: Any, given: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    yield from OAS30Validator.VALIDATORS["properties"](validator, given, instance, schema) or ()
    if isinstance(instance, dict) and "additionalProperties" not in schema:
        for name in instance.keys() - given.keys():
            yield ValidationError(f"{name!r} is no property of the schema", path=[name])


_extend: Any = extend  # untyped
_Validator = _extend(
    OAS30Validator,
    {"properties": _declared}
    | {key: _or_null(OAS30Validator.VALIDATORS[key]) for key in ("allOf", "anyOf", "enum", "oneOf")},
)


def _validator(document: Document) -> Callable[[str, str, Any], Iterator[Problem]]:
    base = "urn:description"
    registry: Registry[Any] = Registry().with_resource(base, DRAFT4.create_resource(document))

    def validate(schema: str, at: str, value: Any) -> Iterator[Problem]:
        whole = {"$ref": f"{base}#{quote(schema)}"}
        validator = _Validator(whole, registry=registry, format_checker=oas30_format_checker)
        error = best_match(validator.iter_errors(value))
        if error is not None:
            yield Problem(at + pointer(*error.absolute_path), f"breaks its schema: {error.message}")

    return validate
