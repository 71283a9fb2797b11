"""Bodies that are not JSON: forms, multipart, text and bytes."""

from __future__ import annotations

import email
import email.message
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from qredo_emulator._json import load_exact

from .media import Content
from .schemas import is_list, items_of, kinds_of, properties_of, property_of
from .texts import Pairs, fields, read_parameter, split_query

__all__ = ["parse"]

_FILES = {"binary", "byte", "base64"}


def parse(content: Content, body: bytes, content_type: str) -> Any:
    """The value of a body.

    Raises:
        ValueError: It has not the form of its media type. The message continues "The body ...".
    """
    head = _head(f"content-type: {content_type}")
    try:
        if content.form == "form":
            return _form(content, split_query(body.decode()))
        if content.form == "multipart":
            return fields(content.schema, list(_parts(content.schema, body, head)))
        return body.decode(head.get_content_charset("utf-8")) if content.form == "text" else body
    except LookupError:
        raise ValueError(f"has the charset {head.get_content_charset()!r}, which is not known") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"is not {error.encoding}") from None


def _form(content: Content, pairs: Pairs) -> dict[str, Any]:
    """The fields of a form: those with a style of their own, and all others."""
    properties, _ = properties_of(content.schema)
    found: dict[str, Any] = {}
    for each in sorted(content.fields, key=lambda each: each.is_spread):  # which takes what is left
        sent = [pair for pair in pairs if each.takes(pair[0], properties.keys() - {each.name})]
        pairs = [pair for pair in pairs if pair not in sent]
        try:
            found |= {each.name: read_parameter(each, sent)} if sent else {}
        except ValueError as error:
            raise ValueError(f"has a field {each.name!r} that {error}") from None
    return fields(content.schema, [(name, unquote_plus(text)) for name, text in pairs]) | found


def _parts(schema: Any, body: bytes, head: email.message.Message) -> Iterator[tuple[str, Any]]:
    """Name and value of each part: a file as bytes, JSON as its value, all else as text."""
    boundary = head.get_param("boundary", "")
    if not isinstance(boundary, str) or not boundary:
        raise ValueError("is multipart, and its Content-Type names no boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise ValueError(f"does not end with the boundary {boundary!r} and two dashes")
    for piece in pieces[1:-1]:
        raw, blank, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        part = _head(raw.decode())  # names are UTF-8, as browsers write them
        name = part.get_param("name", header="content-disposition")
        if not blank or not isinstance(name, str):
            raise ValueError("has a part without a name")
        found = property_of(schema, name)
        yield name, _value(part, data, items_of(found) if is_list(found) else found)


def _value(part: email.message.Message, data: bytes, schema: Any) -> Any:
    kinds = kinds_of(schema) - {"null"}
    if part.get_content_type().endswith("json") and kinds != {"string"}:
        try:
            return load_exact(data)
        except ValueError:
            if "string" not in kinds:
                raise
    if part.get_param("filename", header="content-disposition") is not None or _is_file(schema):
        return data
    return data.decode(part.get_content_charset("utf-8"))


def _is_file(schema: Any) -> bool:
    return isinstance(schema, dict) and (schema.get("format") in _FILES or "contentMediaType" in schema)


def _head(text: str) -> email.message.Message:
    return email.message_from_string(f"{text}\r\n\r\n")
