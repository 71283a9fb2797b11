"""What a request must look like on the wire, written by OpenAPI's own rules: none of the client's code is used."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

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
        if one["place"] == "header" and (sent := request.headers.get(one["wire"])) != _written(one, str):
            yield f"sends the header {one['wire']} as {sent!r}"
    if call["body"]:
        yield from _body(request, call["body"])
    elif request.content:
        yield "sends a body that is not described"


def _path(path: str, template: str, given: dict[str, Any]) -> Iterator[str]:
    expected = re.sub(r"\{([^{}]*)\}", lambda found: _written(given[found[1]], _quote), template)
    if path != expected:
        yield f"is sent to {path!r} instead of {expected!r}"


def _written(one: dict[str, Any], write: Callable[[str], str]) -> str:
    """A value in a path or a header; `write` percent-encodes the texts in it, or leaves them as they are."""
    value, style, explode = one["value"], one["style"], one["explode"]
    if style == "json":
        return write(json_text(value))
    pieces = [write(text) for text in _texts(value)]
    if explode and isinstance(value, dict):
        pieces = [f"{key}={item}" for key, item in zip(pieces[::2], pieces[1::2], strict=True)]
    elif style == "matrix":
        name = _quote(one["wire"]) + "="
        pieces = [name + piece for piece in pieces] if explode else [name + ",".join(pieces)]
    mark = {"label": ".", "matrix": ";"}.get(style, "")
    return mark + (mark if explode and mark else ",").join(pieces)


def _query(query: str, given: list[dict[str, Any]]) -> Iterator[str]:
    """What differs between a query or a form and the values that it has, in any order of their names."""
    wanted = [f"{_quote(name)}={value}" for one in given for name, value in _pairs(one)]
    both = (sorted(pairs, key=lambda pair: pair.partition("=")[0]) for pairs in (query.split("&"), wanted or [""]))
    if (sent := next(both)) != (expected := next(both)):
        yield f"sends the query {'&'.join(sent)!r} instead of {'&'.join(expected)!r}"


def _pairs(one: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The names of a value in a query, and what stands behind each."""
    name, value, style = one["wire"], one["value"], one["style"]
    if style == "json":
        yield name, _quote(json_text(value))
    elif style == "deepObject":
        yield from ((name, _quote(text)) for name, text in _deep(name, value))
    elif one["explode"] and isinstance(value, dict):
        yield from ((key, _quote(_text(item))) for key, item in value.items() if item is not None)
    elif one["explode"]:
        yield from ((name, _quote(text)) for text in _texts(value))
    else:
        separator = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(style, ",")
        yield name, separator.join(map(_quote, _texts(value)))


def _deep(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _deep(f"{name}[{key}]", item)
    elif value is not None:
        yield from ((name, text) for text in _texts(value))


def _quote(text: str) -> str:
    return quote(text, safe="")


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
        return "{" + ",".join(f"{json_text(key)}:{json_text(item)}" for key, item in value.items()) + "}"
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
