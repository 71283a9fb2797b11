"""Looks for what has to be otherwise so that a refused signature would be right.

Each part of what is signed is varied by the mistakes that clients make, first alone and then two
parts at a time. Only refusals pay for it, and the number of attempts has a bound.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, combinations, islice
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from qredo_emulator._description.security import Security

from .request import RawRequest
from .signatures import HmacKey, Signed, VerifyingKey

__all__ = ["find_variation"]

_MOST = 600
"""Attempts per refusal; an RSA verification is about 30 microseconds."""

_OTHER_KEYS = 50
_LONGEST_BODY = 100_000
_SCHEMES = ("http", "https", "ws", "wss")
_HOSTS = ("localhost", "127.0.0.1")
_Change = tuple[str, dict[str, Any]]


def find_variation(
    security: Security,
    request: RawRequest,
    signed: Signed,
    key: VerifyingKey,
    raw: bytes,
    others: Sequence[VerifyingKey],
    bases: Sequence[str] = (),
    words: Sequence[str] = (),
) -> str | None:
    """The change that makes a signature right, in words; None if no attempt did.

    Args:
        security: How the operation is signed.
        request: The request.
        signed: What the signature should be over.
        key: What verifies the signatures of the API key.
        raw: The decoded signature.
        others: What verifies the signatures of other API keys.
        bases: Base paths and base URLs under which the same path may be meant.
        words: Last words of paths, one of which may be missing.
    """
    if key.fits(signed.message, raw):
        return "the same signature, written in base64url without padding"
    axes = (
        _stamps(security, request, signed),
        _methods(request, signed),
        _urls(signed.url, bases),
        _bodies(signed.body),
    )
    attempts = _attempts(axes, _relatives(signed.url, bases, words), key, others)
    for found, other, change in islice(attempts, _MOST):
        if other.fits((replace(signed, **change) if change else signed).message, raw):
            return found
    return None


def _attempts(
    axes: Sequence[list[_Change]], alone: list[_Change], key: VerifyingKey, others: Sequence[VerifyingKey]
) -> Iterator[tuple[str, VerifyingKey, dict[str, Any]]]:
    for words, change in chain(*axes, alone):
        yield words, key, change
    if isinstance(key, HmacKey):
        yield "the text of the API secret as the HMAC key, not decoded", key.read_as_text(), {}
        yield "the API secret decoded with the standard base64 alphabet", key.read_by_standard_alphabet(), {}
    for other in others[:_OTHER_KEYS]:
        name = "the secret" if other.fingerprint is None else f"the key {other.fingerprint[:16]}"
        yield f"{name} of another registered API key", other, {}
    for first, second in combinations(axes, 2):
        for words, change in first:
            for more_words, more in second:
                yield f"{words}, and {more_words}", key, {**change, **more}


def _stamps(security: Security, request: RawRequest, signed: Signed) -> list[_Change]:
    sent = {value for name in ("timestamp", "nonce") for value in request.values(f"x-{name}")}
    found: dict[str, str] = dict.fromkeys(sorted(sent - {signed.stamp})[:4], "the stamp of the other header")
    if signed.stamp.isdecimal() and len(signed.stamp) <= 20:
        number = int(signed.stamp)
        found |= {str(number + 1): "the stamp plus 1", str(abs(number - 1)): "the stamp minus 1"}
        for digits, unit in ((3, "milliseconds"), (6, "microseconds"), (9, "nanoseconds")):
            found[f"{signed.stamp}{'0' * digits}"] = f"the stamp in {unit}"
            found[signed.stamp[:-digits]] = f"the stamp in seconds, if it is in {unit}"
        found[str(number)] = "the stamp without leading zeros"
    found[""] = "no stamp"
    found.pop(signed.stamp, None)
    return [(words, {"stamp": stamp}) for stamp, words in found.items()]


def _methods(request: RawRequest, signed: Signed) -> list[_Change]:
    method = "GET" if request.method == "WEBSOCKET" else request.method
    found = {"": "no method", method.lower(): "the method in small letters", method.title(): "the method capitalised"}
    if signed.method == "":
        found = {method: f"the method {method} after the stamp, as another API has it"}
    return [(words, {"method": text}) for text, words in found.items()]


def _urls(url: str, bases: Sequence[str]) -> list[_Change]:
    found: dict[str, str] = {}

    def add(text: str, words: str) -> None:
        if text != url:
            found.setdefault(text, words)

    head, mark, query = url.partition("?")
    add(f"{head.rstrip('/')}{mark}{query}", "the URL without the slash at its end")
    add(f"{head.rstrip('/')}/{mark}{query}", "the URL with a slash at its end")
    scheme, _, rest = url.partition("://")
    for other in _SCHEMES:
        add(f"{other}://{rest}", f"the URL with {other}://")
    add(head, "the URL without its query")
    add(f"{head}?", "the URL with an empty query")
    parts = urlsplit(url)
    path = url[len(f"{scheme}://{parts.netloc}") :]
    add(path, "the path alone, without scheme and host")
    add(unquote(url), "the URL percent-decoded")
    add(quote(url, safe="%:/?#[]@!$&'()*+,;=~"), "the URL percent-encoded")
    add(quote(unquote(url), safe=":/?#[]@!$&'()*+,;=~"), "the URL percent-encoded in another way")
    add(url.replace("+", "%20"), "the URL with %20 for +")
    add(url.replace("%20", "+"), "the URL with + for %20")
    for place, whole in _places(path, bases):
        add(f"{place}{whole}" if "://" in place else f"{scheme}://{parts.netloc}{place}{whole}", f"the base {place}")
        if place.startswith("https://"):
            add(f"wss{place[5:]}{whole}", f"the base wss{place[5:]}")
    host, port = parts.hostname or "", parts.netloc[len(parts.hostname or "") :]
    for other in _HOSTS:
        add(f"{scheme}://{other}{port}{path}", f"the host {other}")
    add(f"{scheme}://{host}{path}", "the URL without its port")
    return [(words, {"url": text}) for text, words in found.items()]


def _relatives(url: str, bases: Sequence[str], words: Sequence[str]) -> list[_Change]:
    """Every path between this one and its base, and those one word below it."""
    head, mark, query = url.partition("?")
    parts = urlsplit(head)
    own = max((base for base in bases if parts.path.startswith(f"{base}/")), key=len, default="")
    names = parts.path.removeprefix(f"{own}/").split("/")
    start = f"{parts.scheme}://{parts.netloc}{own}"
    above = ["/".join([start, *names[:count]]) for count in range(len(names) - 1, 0, -1)]
    below = [f"{head}/{word}" for word in words]
    return [(f"the URL {other}", {"url": f"{other}{mark}{query}"}) for other in (*above, *below)]


def _places(path: str, bases: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every other base, with the part of the path that follows it."""
    own = max((base for base in bases if path.startswith(f"{base}/")), key=len, default=None)
    if own is not None:
        yield from ((base, path[len(own) :]) for base in bases if base != own)


def _bodies(body: bytes) -> list[_Change]:
    if not body or len(body) > _LONGEST_BODY:
        return [("an empty body", {"body": b""})] if body else [("the body {}", {"body": b"{}"})]
    found: dict[bytes, str] = {b"": "an empty body"}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        pass
    else:
        found |= _written(value)
    found.setdefault(body.rstrip(b"\r\n"), "the body without the newline at its end")
    found.setdefault(body + b"\n", "the body with a newline at its end")
    found.setdefault(body.replace(b"\r\n", b"\n"), "the body with LF line ends")
    found.setdefault(body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), "the body with CRLF line ends")
    found.setdefault(body.removeprefix(b"\xef\xbb\xbf"), "the body without its byte order mark")
    found.pop(body, None)
    return [(words, {"body": text}) for text, words in found.items()]


def _written(value: Any) -> dict[bytes, str]:
    """The same JSON as other writers write it."""
    found: dict[bytes, str] = {}
    for sort, order in ((False, ""), (True, ", keys sorted")):
        for separators, spaces in (((",", ":"), "compact"), ((", ", ": "), "with spaces")):
            for ascii_only, letters in ((False, ""), (True, r", with \u escapes")):
                try:
                    text = json.dumps(value, sort_keys=sort, separators=separators, ensure_ascii=ascii_only).encode()
                except (ValueError, TypeError, RecursionError):
                    continue
                found.setdefault(text, f"the body's JSON written {spaces}{order}{letters}")
    found.setdefault(json.dumps(value, indent=2).encode(), "the body's JSON written with an indent of 2")
    return found
