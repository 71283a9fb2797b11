"""The kind of a value, from its schema in the one form."""

from __future__ import annotations

from dataclasses import replace

from qredo_codegen.description.document import Document
from qredo_codegen.description.normal_form import Normal
from qredo_codegen.description.schema_class import CLASS

from .value_types import (
    ANYTHING,
    DECIMAL,
    FILE,
    PLAIN,
    Complex,
    Kind,
    array_of,
    enum_of,
    map_of,
    model_of,
    nullable,
    one_of,
)

__all__ = ["kind_of"]


def kind_of(normal: Normal, schema: Document, constant: str = "", *, is_upload: bool = False) -> Kind:
    """The kind of a schema.

    Args:
        normal: The description, which knows the classes.
        schema: A schema in the one form.
        constant: Name of the codec in the module, for a kind that needs one.
        is_upload: Whether binary text is a file.
    """
    kind = _kind(normal, schema, is_upload)
    return replace(kind, constant=constant) if isinstance(kind, Complex) else kind


def _kind(normal: Normal, schema: Document, is_upload: bool) -> Kind:
    if CLASS in schema:
        return _class(normal, schema)
    if "oneOf" in schema:
        return _union(normal, schema, is_upload)
    kind = schema.get("type", "")
    if kind == "string" and is_upload and schema.get("format") in ("binary", "base64"):
        return FILE
    if kind == "number":
        return DECIMAL
    if kind == "array":
        return array_of(_inner(normal, schema["items"], is_upload))
    if kind == "object":
        return map_of(_inner(normal, schema["additionalProperties"], is_upload))
    return PLAIN.get(kind, ANYTHING)


def _class(normal: Normal, schema: Document) -> Kind:
    found = normal.classes[schema[CLASS]]
    if found.values is None:
        return model_of(found.name)
    return enum_of(found.name, PLAIN[found.base], found.module)


def _inner(normal: Normal, schema: Document, is_upload: bool) -> Kind:
    """The kind of an item or a value, which may be null."""
    kind = _kind(normal, schema, is_upload)
    return nullable(kind) if schema.get("nullable") and kind != ANYTHING else kind


def _union(normal: Normal, schema: Document, is_upload: bool) -> Kind:
    members = [_kind(normal, member, is_upload) for member in schema["oneOf"]]
    found, chooser = one_of(members), schema.get("x-discriminator")
    if not (chooser and chooser["mapping"] and isinstance(found, Complex)):
        return found
    known = {value: normal.classes[key].name for value, key in chooser["mapping"].items()}
    codecs = ", ".join(member.codec for member in members)
    return replace(
        found,
        annotation=f"{found.annotation} | dict[str, Any]",
        argument=f"{found.argument} | dict[str, Any]",
        json="object",
        codec=f"_codec.Tagged({chooser['property']!r}, {known!r}, {codecs})",
    )
