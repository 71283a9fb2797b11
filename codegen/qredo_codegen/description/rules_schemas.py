"""Rules for schemas: what would get no type, no stable name, the wrong type, or the name of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from openapi_python_client.strings import ClassName, PythonIdentifier

from qredo_codegen.errors import DocumentError

from .document import Document, pointer, resolve
from .names import argument_name, member_name
from .places import Place, Problem, holders, reached, references, request_roots, response_roots, schemas, target, under

__all__ = ["RULES"]

# Names that every generated model has for itself, or for the arguments of its methods.
_MODEL = frozenset({"additional_keys", "additional_properties", "cls", "d", "from_dict", "self", "src", "to_dict"})
# Formats for which the generator makes an object of the text; it raises on one that does not conform, such as "".
_PARSED_FORMATS = frozenset({"binary", "date", "date-time", "uuid"})
_PYTHON = {"boolean": bool, "integer": int, "string": str}
_SCHEMAS = "#/components/schemas/"


def references_resolve(document: Document) -> Iterator[Problem]:
    """Each $ref points at something in the document."""
    for at, ref in references(document):
        try:
            resolve(document, ref)
        except DocumentError as error:
            yield Problem(at + "/$ref", str(error))


def references_to_schemas(document: Document) -> Iterator[Problem]:
    """A schema refers to a named one, and says nothing beside the $ref: it would be ignored."""
    for at, schema, _ in _objects(document):
        if "$ref" not in schema:
            continue
        name = str(schema["$ref"]).removeprefix(_SCHEMAS)
        if "/" in name:
            yield Problem(at + "/$ref", f"{schema['$ref']!r} is none of the named schemas in {_SCHEMAS[:-1]}.")
        beside = ", ".join(sorted(set(schema) - {"$ref"}))
        if beside:
            yield Problem(at, f"{beside} beside $ref is ignored; write allOf with the one reference.")


def titles(document: Document) -> Iterator[Problem]:
    """No schema or parameter has a title: the generator takes it for the class name, and two may be the same."""
    names = _class_names(document)
    for at, schema, _ in _objects(document):
        if "title" in schema:
            name = str(ClassName(str(schema["title"]), ""))
            others = [other for other in names.get(name, ()) if other != at] if _has_class(schema) else []
            clash = f": {others[0]} gets the same, and one of the two is dropped" if others else ""
            yield Problem(at + "/title", f"{schema['title']!r} is taken for the class name {name}{clash}; remove it.")
    for holder in holders(document):
        if holder.role == "parameter" and "title" in holder.node:
            yield Problem(holder.pointer + "/title", "a parameter has no title.")


def class_names(document: Document) -> Iterator[Problem]:
    """No two named schemas become one Python class or module."""
    classes: dict[str, str] = {}
    modules: dict[str, str] = {}
    for name in document.get("components", {}).get("schemas", {}):
        python = str(ClassName(name, ""))
        module = str(PythonIdentifier(python, ""))
        at = pointer("components", "schemas", name)
        if python in classes:
            yield Problem(at, f"{classes[python]!r} and {name!r} both become the class {python}.")
        elif module in modules:
            yield Problem(at, f"{modules[module]!r} and {name!r} both become the module {module!r}.")
        elif python != name:
            yield Problem(at, f"{name!r} would become the class {python}; name the schema so.")
        classes.setdefault(python, name)
        modules.setdefault(module, name)


def typed(document: Document) -> Iterator[Problem]:
    """Each schema says what it is; `x-untyped` with a reason allows one that does not."""
    for at, schema, role in schemas(document):
        if not isinstance(schema, dict):
            yield Problem(at, f"is {schema!r}, not a schema: it would become Any.")
        elif schema.get("type") == "array" and "items" not in schema:
            yield Problem(at, "is an array without items: its elements would become Any.")
        elif not schema.keys() & {"$ref", "type", "allOf", "anyOf", "oneOf"} and not schema.get("x-untyped"):
            yield Problem(at, f"the {role} has no type: it would become Any.")


def no_floats(document: Document) -> Iterator[Problem]:
    """Nothing is `type: number`."""
    for at, schema, _ in _objects(document):
        if "number" in _types_of(schema):
            yield Problem(
                at + "/type",
                "'number' would become a float, which is exact to 2**53 only; amounts are whole base units and times "
                "are seconds: type integer, format int64.",
            )


def no_inline_objects(document: Document) -> Iterator[Problem]:
    """Objects and sets of values are named in components/schemas: others get no stable class name."""
    for at, schema, role in _objects(document):
        if role == "component":
            continue
        if "object" in _types_of(schema) or "properties" in schema:
            yield Problem(at, f"the {role} is an inline object; name it in components/schemas and refer to it.")
        elif "enum" in schema or "x-known-values" in schema:
            yield Problem(at, f"the {role} is an inline set of values; name it in components/schemas and refer to it.")


def property_names(document: Document) -> Iterator[Problem]:
    """No two properties of a schema get the same Python name, nor one of the model's own."""
    for at, schema, _ in _objects(document):
        seen: dict[str, str] = {}
        for name in schema.get("properties", {}):
            python = argument_name(name)
            here = at + pointer("properties", name)
            if python.rstrip("_") in _MODEL:
                yield Problem(here, f"the property {name!r} becomes {python!r}, which every model has for itself.")
            elif python in seen:
                yield Problem(here, f"the properties {seen[python]!r} and {name!r} both become {python!r}.")
            seen.setdefault(python, name)


def required_properties(document: Document) -> Iterator[Problem]:
    """What is required is declared: the generator drops other names without a word."""
    for at, schema, _ in _objects(document):
        if "allOf" in schema:
            continue
        for index, name in enumerate(schema.get("required", ())):
            if name not in schema.get("properties", {}):
                yield Problem(at + pointer("required", index), f"{name!r} is required but no property.")


def values(document: Document) -> Iterator[Problem]:
    """A set of values has one type, and its members get different names."""
    for at, schema, _ in _objects(document):
        for key in ("enum", "x-known-values"):
            if key in schema:
                yield from _values(at, key, schema)
        if "enum" in schema and "x-known-values" in schema:
            yield Problem(at, "has both enum and x-known-values; the set is either closed or open.")


def no_request_defaults(document: Document) -> Iterator[Problem]:
    """What is sent has no default: the client would send, and sign, what its user never set."""
    sent = tuple(reached(document, request_roots(document)))
    for at, schema, _ in _objects(document):
        if "default" in schema and _within(at, sent):
            yield Problem(at + "/default", "the client would send this though its user never set it; describe it.")


def unions(document: Document) -> Iterator[Problem]:
    """The members of a union differ in their JSON type: otherwise the first that parses would win."""
    for at, schema, _ in _objects(document):
        for key in ("oneOf", "anyOf"):
            seen: dict[str, int] = {}
            for index, member in enumerate(schema.get(key, ())):
                for kind in sorted(_json_types(document, member)):
                    if kind in seen:
                        first = seen[kind]
                        yield Problem(at + pointer(key, index), f"is {kind}, as member {first} is; tell them apart.")
                        break
                    seen[kind] = index
        if "discriminator" in schema:
            yield Problem(at + "/discriminator", "the generator ignores it, and takes the first member that parses.")


def open_responses(document: Document) -> Iterator[Problem]:
    """Responses take unknown fields: a client that drops them loses what the server adds later."""
    received = tuple(reached(document, response_roots(document)))
    for at, schema, _ in _objects(document):
        if schema.get("additionalProperties") is False and _within(at, received):
            yield Problem(at + "/additionalProperties", "false in a response drops every field that is added later.")


def formats(document: Document) -> Iterator[Problem]:
    """Text stays text."""
    for at, schema, _ in _objects(document):
        if schema.get("format") in _PARSED_FORMATS:
            yield Problem(at + "/format", f"{schema['format']!r} raises on text that does not conform; remove it.")


RULES: tuple[Callable[[Document], Iterator[Problem]], ...] = (
    references_resolve,
    references_to_schemas,
    titles,
    class_names,
    typed,
    no_floats,
    no_inline_objects,
    property_names,
    required_properties,
    values,
    no_request_defaults,
    unions,
    open_responses,
    formats,
)


def _objects(document: Document) -> Iterator[Place]:
    return (place for place in schemas(document) if isinstance(place.schema, dict))


def _within(at: str, roots: tuple[str, ...]) -> bool:
    return any(at == root or at.startswith(root + "/") for root in roots)


def _types_of(schema: Document) -> list[str]:
    given = schema.get("type", [])
    return [given] if isinstance(given, str) else list(given)


def _has_class(schema: Document) -> bool:
    return "object" in _types_of(schema) or bool(schema.keys() & {"properties", "enum", "x-known-values"})


def _class_names(document: Document) -> dict[str, list[str]]:
    """The classes that the generator would make, by name: a title goes before the schema's key."""
    names: dict[str, list[str]] = {}
    for at, schema, role in _objects(document):
        name = schema.get("title") or (at.rpartition("/")[2] if role == "component" else None)
        if name and _has_class(schema):
            names.setdefault(str(ClassName(str(name), "")), []).append(at)
    return names


def _values(at: str, key: str, schema: Document) -> Iterator[Problem]:
    given, kind = schema[key], _PYTHON.get(schema.get("type", ""))
    for index, value in enumerate(given):
        if type(value) is not kind:
            yield Problem(at + pointer(key, index), f"{value!r} is not of the type {schema.get('type')!r} of its set.")
    names = schema.get("x-enum-varnames", [member_name(value) for value in given])
    if len(names) != len(given):
        yield Problem(at + "/x-enum-varnames", f"has {len(names)} names for {len(given)} values.")
    seen: dict[str, Any] = {}
    for value, name in zip(given, names, strict=False):
        if not str(name).isidentifier():
            yield Problem(at, f"the member name {name!r} of the value {value!r} is no name in Python.")
        elif name in seen:
            yield Problem(at, f"the values {seen[name]!r} and {value!r} both get the member name {name}.")
        seen.setdefault(name, value)


def _json_types(document: Document, schema: Any) -> set[str]:
    """The JSON types that a schema admits; all of them if it does not say."""
    written, node = target(document, schema), under(document, schema)
    found = {"number" if kind == "integer" else kind for kind in _types_of(node)}
    for key in ("oneOf", "anyOf"):
        for member in node.get(key, ()):
            found |= _json_types(document, member)
    if not found:
        return {"any type"}
    nullable = any(isinstance(one, dict) and one.get("nullable") is True for one in (written, node))
    return found | {"null"} if nullable else found
