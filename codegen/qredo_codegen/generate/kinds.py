"""The kind of a value, from its schema in the one form."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from qredo_codegen.description.document import Document
from qredo_codegen.description.normal_form import Normal
from qredo_codegen.description.type_schemas import CLASS

from .value_types import ArrayOf, Complex, Decimal, EnumOf, Kind, MapOf, ModelOf, OneOf, Plain, Single

__all__ = ["kind_of"]

_PLAIN = {"boolean": "bool", "bytes": "bytes", "integer": "int", "string": "str"}
_ANYTHING = Complex("Any", "Any", "any", "anything", "_codec.ANY", ())
_FILE = Complex("bytes | File", "bytes | File", "string", "a file", "_codec.FILE", ())
_SIMPLE = (Plain, EnumOf, ModelOf)


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
        return _FILE
    if kind in _PLAIN:
        return Plain(_PLAIN[kind])
    if kind == "number":
        return Decimal()
    if kind == "array":
        return _array(_inner(normal, schema["items"], is_upload))
    if kind == "object":
        return _map(_inner(normal, schema["additionalProperties"], is_upload))
    return _ANYTHING


def _class(normal: Normal, schema: Document) -> Kind:
    found = normal.classes[schema[CLASS]]
    if found.schema.values is None:
        return ModelOf(found.name)
    return EnumOf(found.name, Plain(_PLAIN[found.schema.base]), found.module)


def _inner(normal: Normal, schema: Document, is_upload: bool) -> Kind:
    """The kind of an item or a value, which may be null."""
    kind = _kind(normal, schema, is_upload)
    if not schema.get("nullable") or kind == _ANYTHING:
        return kind
    return Complex(
        f"{kind.annotation} | None",
        f"{kind.argument} | None",
        kind.json,
        f"{kind.expected} or null",
        f"_codec.Nullable({kind.codec})",
        tuple(kind.classes()),
    )


def _array(item: Kind) -> Kind:
    if isinstance(item, _SIMPLE):
        return ArrayOf(item)
    return Complex(
        f"list[{item.annotation}]",
        f"list[{item.annotation}]",
        "array",
        "an array",
        f"_codec.Array({item.codec})",
        tuple(item.classes()),
    )


def _map(item: Kind) -> Kind:
    if isinstance(item, Plain | ModelOf):
        return MapOf(item)
    return Complex(
        f"dict[str, {item.annotation}]",
        f"dict[str, {item.annotation}]",
        "object",
        "an object",
        f"_codec.Map({item.codec})",
        tuple(item.classes()),
    )


def _union(normal: Normal, schema: Document, is_upload: bool) -> Kind:
    members = [_kind(normal, member, is_upload) for member in schema["oneOf"]]
    types = [member.json for member in members]
    simple = [cast("Single", member) for member in members if isinstance(member, (*_SIMPLE, ArrayOf, MapOf, Decimal))]
    if len(set(types)) == len(types) == len(simple):
        return OneOf(tuple(simple))
    codecs = ", ".join(member.codec for member in members)
    annotation, argument = (
        " | ".join(dict.fromkeys(getattr(member, name) for member in members)) for name in ("annotation", "argument")
    )
    used = tuple(dict.fromkeys(name for member in members for name in member.classes()))
    expected = " or ".join(dict.fromkeys(member.expected for member in members))
    chooser = schema.get("x-discriminator")
    if chooser:
        known = {value: normal.classes[key].name for value, key in chooser["mapping"].items()}
        codec = f"_codec.Tagged({chooser['property']!r}, {known!r}, {codecs})"
        return Complex(
            f"{annotation} | dict[str, Any]", f"{argument} | dict[str, Any]", "object", expected, codec, used
        )
    return Complex(annotation, argument, " or ".join(dict.fromkeys(types)), expected, f"_codec.Union({codecs})", used)
