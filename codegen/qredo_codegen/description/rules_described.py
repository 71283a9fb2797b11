"""Rules for the descriptions that this project writes itself: everything is explained, shown, and used."""

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
from .places import (
    Holder,
    Problem,
    holders,
    keywords,
    path_items,
    placed,
    reached,
    references,
    responses,
    schemas,
    successes,
    target,
    under,
)
from .rules_extensions import SHAPES
from .security import alternatives

__all__ = ["RULES"]

_KINDS = ("schemas", "parameters", "requestBodies", "responses", "headers", "securitySchemes", "examples")


def descriptions(document: Document) -> Iterator[Problem]:
    """The document, its servers, tags, security schemes, operations, parameters and responses say what they are."""
    yield from _missing("/info", document.get("info", {}), "title", "description")
    for key in ("servers", "tags"):
        yield from _each_missing(pointer(key), document.get(key, []))
    for kind in ("securitySchemes", "parameters", "responses"):
        yield from _each_missing(pointer("components", kind), document.get("components", {}).get(kind, {}))
    for path, item in path_items(document).items():
        yield from _each_missing(pointer("paths", path, "parameters"), item.get("parameters", []))
    for operation in operations(document):
        yield from _missing(operation.pointer, operation.node, "summary", "description")
        yield from _each_missing(operation.pointer + "/parameters", operation.node.get("parameters", []))
        yield from _each_missing(operation.pointer + "/responses", responses(operation))


def described_schemas(document: Document) -> Iterator[Problem]:
    """Each named schema and each property has a description, its own or that of the schema it refers to."""
    for at, schema, role in schemas(document):
        if role in ("component", "property") and not _description(document, schema):
            yield Problem(at, f"the {role} has no description.")


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
    for holder in holders(document):
        for at, value in _examples(document, holder) if "schema" in holder.node else ():
            yield from validate(holder.pointer + "/schema", at, value)
    for at, schema, _ in schemas(document):
        if isinstance(schema, dict) and "example" in schema:
            yield from validate(at, at + "/example", schema["example"])
    for path, item in path_items(document).items():
        if "example" in item.get("x-websocket", {}):
            at = pointer("paths", path, "x-websocket")
            yield from validate(at + "/message", at + "/example", item["x-websocket"]["example"])


def default_responses(document: Document) -> Iterator[Problem]:
    """Each operation says what an error looks like that it does not list."""
    for operation in operations(document):
        if "default" not in operation.node.get("responses", {}):
            yield Problem(operation.pointer + "/responses", "has no default response.")


def outcomes_named(document: Document) -> Iterator[Problem]:
    """Each operation that cannot be retried says how to find out whether it took effect, or why that is not known."""
    for operation in operations(document):
        harmless = operation.method == "get" or operation.node.get("x-idempotent") is True
        if not harmless and not operation.node.keys() & {"x-outcome", "x-no-outcome"}:
            yield Problem(
                operation.pointer,
                "is no GET and has no x-idempotent, so name the GET that shows its outcome in x-outcome, or say why "
                "there is none in x-no-outcome.",
            )


def known_extensions(document: Document) -> Iterator[Problem]:
    """Each extension is a known one: a misspelled one would be ignored."""
    for at, key, _ in keywords(document):
        if key.startswith("x-") and key not in SHAPES:
            yield Problem(at + pointer(key), "is no extension that is known here.")


def everything_used(document: Document) -> Iterator[Problem]:
    """No component and no tag stands there for nothing."""
    named = {name for given in alternatives(document) for name in given}
    schemes = (pointer("components", "securitySchemes", name) for name in named)
    used = reached(document, ["/paths", *schemes])
    for kind in _KINDS:
        for name in document.get("components", {}).get(kind, {}):
            at = pointer("components", kind, name)
            if at not in used:
                yield Problem(at, "is not used.")
    tags = {tag for operation in operations(document) for tag in operation.node.get("tags", ())}
    for index, tag in enumerate(document.get("tags", ())):
        if tag.get("name") not in tags:
            yield Problem(pointer("tags", index), f"the tag {tag.get('name')!r} is not used.")


RULES: tuple[Callable[[Document], Iterator[Problem]], ...] = (
    descriptions,
    described_schemas,
    examples_given,
    examples_valid,
    default_responses,
    outcomes_named,
    known_extensions,
    everything_used,
)


def _missing(at: str, node: Document, *keys: str) -> Iterator[Problem]:
    for key in keys:
        if "$ref" not in node and not str(node.get(key) or "").strip():
            yield Problem(at, f"has no {key}.")


def _each_missing(at: str, nodes: Any) -> Iterator[Problem]:
    for name, node in enumerate(nodes) if isinstance(nodes, list) else nodes.items():
        yield from _missing(at + pointer(name), node, "description")


def _description(document: Document, schema: Any) -> str:
    for _ in range(16):  # deeper is a loop
        if not isinstance(schema, dict):
            return ""
        if schema.get("description"):
            return str(schema["description"]).strip()
        members = schema.get("allOf")
        schema = members[0] if members else target(document, schema) if "$ref" in schema else None
    return ""


def _examples(document: Document, holder: Holder) -> Iterator[tuple[str, Any]]:
    if "example" in holder.node:
        yield holder.pointer + "/example", holder.node["example"]
    for name, written in holder.node.get("examples", {}).items():
        at, example = placed(document, holder.pointer + pointer("examples", name), written)
        if example is not None and "value" in example:
            yield at + "/value", example["value"]


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
    broken = {at for at, ref in references(document) if target(document, {"$ref": ref}) is None}

    def validate(schema: str, at: str, value: Any) -> Iterator[Problem]:
        if broken:  # a rule of its own
            return
        whole = {"$ref": f"{base}#{quote(schema)}"}
        validator = _Validator(whole, registry=registry, format_checker=oas30_format_checker)
        error = best_match(validator.iter_errors(value))
        if error is not None:
            yield Problem(at + pointer(*error.absolute_path), f"breaks its schema: {error.message}")

    return validate
