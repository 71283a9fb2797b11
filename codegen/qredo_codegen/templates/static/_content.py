"""The bytes of a request body, by its media type. The same values always give the same bytes, which are then signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ._parameters import query
from ._texts import text, to_json
from ._types import File


def write(media: str, body: Any, encoding: Mapping[str, str]) -> tuple[bytes, str]:
    """The bytes of a body and the value of its Content-Type.

    Args:
        media: The media type.
        body: A JSON value, a text or bytes.
        encoding: How fields of a form are written, where that is not as usual.
    """
    kind = media.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _multipart(list(_parts(body, encoding)))
    if kind == "application/x-www-form-urlencoded":
        objects = {name: "json" for name, value in body.items() if isinstance(value, dict)}
        return query(body, {**objects, **encoding}).removeprefix("?").encode(), media
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body), "application/octet-stream" if "*" in media else media
    if isinstance(body, str) and kind != "application/json" and not kind.endswith("+json"):
        media = "text/plain" if "*" in media else media
        return body.encode(_charset(media)), media if "charset" in media.lower() else f"{media}; charset=utf-8"
    return to_json(body).encode(), "application/json" if "*" in media else media


def _parts(body: Mapping[str, Any], encoding: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Header and content of each part."""
    for name, value in body.items():
        is_many = isinstance(value, list | tuple) and not isinstance(value, File)
        for item in value if is_many else [value]:
            if item is not None:
                yield _part(name, item, encoding.get(name))


def _part(name: str, value: Any, media: str | None) -> tuple[str, bytes]:
    disposition = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    if isinstance(value, bytes | bytearray):
        value = File(bytes(value))
    if isinstance(value, File):
        given = value.media if media is None or value.media != File(b"").media else media
        head = f'{disposition}; filename="{_quoted(value.name)}"\r\nContent-Type: {_one_line(given)}'
        return head, bytes(value.content)
    is_json = isinstance(value, dict | list)
    media = media or ("application/json" if is_json else None)
    head = f"{disposition}\r\nContent-Type: {_one_line(media)}" if media else disposition
    return head, (to_json(value) if is_json else text(value)).encode(_charset(media or ""))


def _charset(media: str) -> str:
    """The charset that a media type names, else UTF-8."""
    _, found, name = media.lower().partition("charset=")
    return name.partition(";")[0].strip(' "') if found else "utf-8"


def _multipart(parts: list[tuple[str, bytes]]) -> tuple[bytes, str]:
    import hashlib  # most programs send no files

    # The boundary is a hash of what it separates: no content can be chosen to hold it.
    digest = hashlib.sha256()
    for head, content in parts:
        for piece in (head.encode(), content):
            digest.update(len(piece).to_bytes(8, "big") + piece)
    boundary = digest.hexdigest()[:40]
    pieces = [b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary.encode(), head.encode(), content) for head, content in parts]
    return b"".join([*pieces, b"--%s--\r\n" % boundary.encode()]), f"multipart/form-data; boundary={boundary}"


def _quoted(value: str) -> str:
    """A name in a header of a part, as browsers write it."""
    return value.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def _one_line(value: str) -> str:
    if "\r" in value or "\n" in value:
        raise ValueError("the media type of a file has a line break")
    return value
