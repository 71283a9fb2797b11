"""What a request must look like on the wire, read back by OpenAPI's own rules: none of the client's code is used."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

import httpx

__all__ = ["json_text", "problems_of_request"]


def problems_of_request(
    request: httpx.Request, base: str, call: dict[str, Any], given: list[dict[str, Any]]
) -> Iterator[str]:
    """What differs between a request and what an operation's parameters and body are."""
    if request.method != call["method"]:
        yield f"is sent as {request.method} instead of {call['method']}"
    target = f"{request.url.scheme}://{request.url.host}{request.url.raw_path.decode()}".removeprefix(base)
    path, _, query = target.partition("?")
    yield from _path(path, call["path"], {one["wire"]: one for one in given if one["place"] == "path"})
    yield from _query(query, [one for one in given if one["place"] == "query"])
    for one in given:
        if one["place"] == "header":
            sent = request.headers.get(one["wire"])
            if sent is None or not _is_header(sent, one):
                yield f"sends the header {one['wire']} as {sent!r}"
    if call["body"]:
        yield from _body(request, call["body"])
    elif request.content:
        yield "sends a body that is not described"


def _is_header(sent: str, one: dict[str, Any]) -> bool:
    """Whether a header has a value; it is compared as a whole, as nothing in it is encoded and JSON has commas."""
    value = one["value"]
    if one["style"] == "json":
        return bool(json.loads(sent, parse_float=Decimal) == value)
    pieces = _texts(value)
    if isinstance(value, dict) and one["explode"]:
        pieces = [f"{key}={item}" for key, item in zip(pieces[::2], pieces[1::2], strict=True)]
    return sent == ",".join(pieces)


def _path(path: str, template: str, given: dict[str, Any]) -> Iterator[str]:
    expected = re.sub(r"\{([^{}]*)\}", lambda found: _in_path(given[found[1]]), template)
    if path != expected:
        yield f"is sent to {path!r} instead of {expected!r}"


def _in_path(one: dict[str, Any]) -> str:
    """A value as a part of a path."""
    value, style, explode = one["value"], one["style"], one["explode"]
    if style == "json":
        return quote(json_text(value), safe="")
    pieces = [quote(text, safe="") for text in _texts(value)]
    if explode and isinstance(value, dict):
        pieces = [f"{key}={item}" for key, item in zip(pieces[::2], pieces[1::2], strict=True)]
    elif style == "matrix":
        name = quote(one["wire"], safe="") + "="
        pieces = [name + piece for piece in pieces] if explode else [name + ",".join(pieces)]
    mark = {"label": ".", "matrix": ";"}.get(style, "")
    return mark + (mark if explode and mark else ",").join(pieces)


def _query(query: str, given: list[dict[str, Any]]) -> Iterator[str]:
    pairs = [(unquote(name), value) for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)]
    expected: list[tuple[str, Any]] = []
    for one in given:
        wire, value = one["wire"], one["value"]
        if one["style"] == "json":
            expected.append((wire, value))
        elif isinstance(value, dict) and one["style"] == "deepObject":
            expected.extend(_deep(wire, value))
        elif isinstance(value, dict) and one["explode"]:
            expected.extend((key, _text(item)) for key, item in value.items() if item is not None)
        elif isinstance(value, list) and one["explode"]:
            expected.extend((wire, item) for item in _texts(value))
        else:
            expected.append((wire, _texts(value)))
    if len(pairs) != len(expected):
        yield f"sends the query {query!r}, which has {len(pairs)} values instead of {len(expected)}"
        return
    styles = {one["wire"]: one for one in given}
    for (name, sent), (wanted, value) in zip(_by_name(pairs), _by_name(expected), strict=True):
        one = styles.get(wanted, {"style": "form", "explode": True, "value": ""})
        is_json = one["style"] == "json"
        found = json.loads(unquote(sent), parse_float=Decimal) if is_json else unquote(sent)
        if isinstance(value, list) and not is_json:
            joined = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(one["style"])
            found, value = (unquote(sent), joined.join(value)) if joined else (_read(sent, one), value)
        if name != wanted or found != value:
            yield f"sends {wanted} in the query as {name}={sent}"


def _deep(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _deep(f"{name}[{key}]", item)
    elif isinstance(value, list):
        yield from ((name, item) for item in _texts(value))
    elif value is not None:
        yield name, _text(value)


def _read(sent: str, one: dict[str, Any]) -> list[str]:
    """The texts of a value: of a scalar one, of an array its items, of an object its keys and values in turn."""
    if one["style"] == "json":
        return _texts(json.loads(unquote(sent), parse_float=Decimal))
    if not isinstance(one["value"], list | dict):
        return [unquote(sent)]
    pieces = sent.split(",") if sent else []
    if isinstance(one["value"], dict) and one["explode"]:
        pieces = [half for piece in pieces for half in piece.split("=", 1)]
    return [unquote(piece) for piece in pieces]


def _texts(value: Any) -> list[str]:
    """What is written of a value: null in an object or a list is not."""
    if isinstance(value, dict):
        return [text for key, item in value.items() if item is not None for text in (key, _text(item))]
    return [_text(item) for item in value if item is not None] if isinstance(value, list) else [_text(value)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def json_text(value: Any) -> str:
    """JSON with exact numbers, written for this check alone."""
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{json_text(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def _body(request: httpx.Request, body: dict[str, Any]) -> Iterator[str]:
    sent, form, value = request.content, body["form"], body["value"]
    media = request.headers.get("content-type", "")
    if form == "json":
        if "json" not in media.lower() or json.loads(sent, parse_float=Decimal) != value:
            yield f"sends the body {sent[:200]!r} as {media}"
    elif form == "form":
        yield from _query(sent.decode(), list(_fields(value, body["encoding"])))
    elif form == "multipart":
        yield from _multipart(sent, media, value, body["encoding"])
    else:
        charset = email.message_from_string(f"Content-Type: {media}\r\n\r\n").get_content_charset("utf-8")
        wanted = value if isinstance(value, bytes) else str(value).encode(charset)
        if sent != wanted or not _is_media(media, body["media"]):
            yield f"sends the body {sent[:200]!r} as {media}"


def _is_media(sent: str, wanted: str) -> bool:
    """Whether a media type is that of the description, which may be a range; parameters such as charset may differ."""
    return "*" in wanted or sent.partition(";")[0].lower() == wanted.partition(";")[0].strip().lower()


def _by_name(pairs: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Fields in any order; those of one name keep theirs."""
    return sorted(pairs, key=lambda pair: pair[0])


def _fields(value: dict[str, Any], encoding: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The fields of a form as parameters of a query."""
    for name, item in value.items():
        style = encoding.get(name, "json" if isinstance(item, dict) else "form*")
        found = [one for one in item if one is not None] if isinstance(item, list) else item
        if found is not None:
            yield {"wire": name, "style": style.rstrip("*"), "explode": style.endswith("*"), "value": found}


def _multipart(sent: bytes, media: str, value: dict[str, Any], encoding: dict[str, str]) -> Iterator[str]:
    head = f"Content-Type: {media}\r\n\r\n".encode()
    message = email.message_from_bytes(head + sent, policy=email.policy.HTTP)
    parts: list[Any] = list(message.iter_parts())
    items = {name: item if isinstance(item, list) else [item] for name, item in value.items()}
    expected = [(name, one) for name, item in items.items() for one in item if one is not None]
    if len(parts) != len(expected):
        yield f"sends {len(parts)} parts instead of {len(expected)}"
        return
    named = [(str(part.get_param("name", header="content-disposition")), part) for part in parts]
    for (found, part), (name, item) in zip(_by_name(named), _by_name(expected), strict=True):
        if name in encoding and part.get_content_type() != encoding[name].partition(";")[0]:
            yield f"sends the part {name} as {part.get_content_type()}"
        content: Any = part.get_payload(decode=True)
        wanted: Any = item if isinstance(item, bytes) else _text(item).encode(part.get_content_charset("utf-8"))
        if isinstance(item, dict):
            content, wanted = json.loads(content, parse_float=Decimal), item
        if found != name or content != wanted:
            yield f"sends the part {name} as {content!r:.200}"
