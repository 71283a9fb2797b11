"""What a media type says of its content, without what is so anyway."""

from __future__ import annotations

from typing import Any

from qredo_codegen.description.normal_form import form_of

from .shapes import TEXTS, Shape, Spot, shape

__all__ = ["encoding", "is_bytes", "usual"]

_SINGLE = ("boolean", "integer", "number", "string")
_CONTENTS = {"contentEncoding", "contentMediaType", "format"}
_USUAL = {"style": "form", "explode": True, "allowReserved": False}


def usual(name: str) -> str:
    """A media type in lower case, without a charset that is the usual one."""
    kind, *parameters = (part.strip().lower() for part in name.split(";"))
    return "; ".join([kind, *(one for one in parameters if one.replace('"', "") != "charset=utf-8")])


def is_bytes(media: Spot, name: str) -> bool:
    """Whether a content is bytes, of which its schema says no more than the media type does."""
    if form_of(name) != "bytes":
        return False
    schema = media.child("schema")
    of = shape(schema) if schema is not None else Shape(media)
    says = {key: value for key, value in of.keywords.items() if key not in TEXTS}
    is_plain = says.items() <= {"type": "string", "format": "binary"}.items()
    return is_plain and not (of.members or of.properties or of.required)


def encoding(media: Spot, name: str) -> Any:
    """How the fields of a form are written, without defaults that are written out; of other contents, as it stands."""
    schema = media.child("schema")
    if form_of(name) not in ("form", "multipart") or schema is None:
        return media.get("encoding")
    fields = shape(schema).properties
    found = {field: _unusual(one.value, fields.get(field)) for field, one in media.children("encoding").items()}
    return {field: one for field, one in found.items() if one} or None


def _unusual(given: dict[str, Any], field: Spot | None) -> dict[str, Any]:
    """The encoding of a field in one form: styles complete, or not there where they are those of plain values."""
    of = shape(field) if field is not None else None
    if of is not None and of.type == "array" and (items := of.below("items")) is not None:
        of = shape(items)
    is_plain = of is not None and of.type in _SINGLE and not of.keywords.keys() & _CONTENTS
    found = {key: value for key, value in given.items() if key not in _USUAL and value != {}}
    styles = {key: value for key, value in given.items() if key in _USUAL}
    styles = {**_USUAL, "explode": styles.get("style", "form") == "form", **styles} if styles else {}
    if is_plain and found.get("contentType") == "text/plain":
        del found["contentType"]
    return found if is_plain and styles == _USUAL else found | styles
