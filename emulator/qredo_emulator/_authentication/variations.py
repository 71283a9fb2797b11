"""Looks for what has to be otherwise so that a refused signature would be right.

Each part of what is signed is varied by the mistakes that clients make, first alone and then two
parts at a time. Only refusals pay for it, and the number of attempts has a bound.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, islice, product
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from .request import RawRequest
from .signatures import HmacKey, Signed, VerifyingKey

__all__ = ["Served", "find_variation"]

_MOST = 600
"""Attempts per refusal; an RSA verification is about 30 microseconds."""

_OTHER_KEYS = 50
_LONGEST_BODY = 100_000
_SCHEMES = ("http", "https", "ws", "wss")
_HOSTS = ("localhost", "127.0.0.1")
_Change = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Served:
    """What an emulator serves, which a client may have meant.

    Attributes:
        bases: Base paths and base URLs under which the same path may be meant.
        words: Last words of paths, one of which may be missing.
    """

    bases: Sequence[str]
    words: Sequence[str]


def find_variation(
    request: RawRequest, signed: Signed, key: VerifyingKey, raw: bytes, others: Sequence[VerifyingKey], served: Served
) -> str | None:
    """The change that makes a signature right, in words; None if no attempt did.

    Args:
        request: The request.
        signed: What the signature should be over.
        key: What verifies the signatures of the API key.
        raw: The decoded signature.
        others: What verifies the signatures of other API keys.
        served: What the client may have meant.
    """
    if key.fits(signed.message, raw):
        return "the same signature, written in base64url without padding"
    axes = [
        _changes("stamp", signed.stamp, _stamps(request, signed.stamp)),
        _changes("method", signed.method, _methods(request, signed.method)),
        _changes("url", signed.url, _urls(signed.url, served.bases)),
        _changes("body", signed.body, _bodies(signed.body)),
    ]
    alone = _changes("url", signed.url, _relatives(signed.url, served))
    for found, other, change in islice(_attempts(axes, alone, key, others), _MOST):
        if other.fits(replace(signed, **change).message, raw):
            return found
    return None


def _changes(part: str, sent: Any, variations: Iterable[tuple[Any, str]]) -> list[_Change]:
    """Each variation of a part once, by the first words for it."""
    found: dict[Any, str] = {}
    for variation, words in variations:
        found.setdefault(variation, words)
    found.pop(sent, None)
    return [(words, {part: variation}) for variation, words in found.items()]


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
    for axis, other_axis in combinations(axes, 2):
        for (words, change), (more_words, more) in product(axis, other_axis):
            yield f"{words}, and {more_words}", key, {**change, **more}


def _stamps(request: RawRequest, stamp: str) -> Iterator[tuple[str, str]]:
    sent = {value for name in ("timestamp", "nonce") for value in request.values(f"x-{name}")}
    yield from ((other, "the stamp of the other header") for other in sorted(sent - {stamp})[:4])
    if stamp.isdecimal() and len(stamp) <= 20:
        number = int(stamp)
        yield str(number + 1), "the stamp plus 1"
        yield str(abs(number - 1)), "the stamp minus 1"
        for digits, unit in ((3, "milliseconds"), (6, "microseconds"), (9, "nanoseconds")):
            yield f"{stamp}{'0' * digits}", f"the stamp in {unit}"
            yield stamp[:-digits], f"the stamp in seconds, if it is in {unit}"
        yield str(number), "the stamp without leading zeros"
    yield "", "no stamp"


def _methods(request: RawRequest, signed: str) -> Iterator[tuple[str, str]]:
    method = "GET" if request.method == "WEBSOCKET" else request.method
    if not signed:
        yield method, f"the method {method} after the stamp, as another API has it"
        return
    yield "", "no method"
    yield method.lower(), "the method in small letters"
    yield method.title(), "the method capitalised"


def _urls(url: str, bases: Sequence[str]) -> Iterator[tuple[str, str]]:
    head, mark, query = url.partition("?")
    yield f"{head.rstrip('/')}{mark}{query}", "the URL without the slash at its end"
    yield f"{head.rstrip('/')}/{mark}{query}", "the URL with a slash at its end"
    scheme, _, rest = url.partition("://")
    yield from ((f"{other}://{rest}", f"the URL with {other}://") for other in _SCHEMES)
    yield head, "the URL without its query"
    yield f"{head}?", "the URL with an empty query"
    parts = urlsplit(url)
    path = url[len(f"{scheme}://{parts.netloc}") :]
    yield path, "the path alone, without scheme and host"
    yield unquote(url), "the URL percent-decoded"
    yield quote(url, safe="%:/?#[]@!$&'()*+,;=~"), "the URL percent-encoded"
    yield quote(unquote(url), safe=":/?#[]@!$&'()*+,;=~"), "the URL percent-encoded in another way"
    yield url.replace("+", "%20"), "the URL with %20 for +"
    yield url.replace("%20", "+"), "the URL with + for %20"
    for base, below in _other_bases(path, bases):
        yield f"{base}{below}" if "://" in base else f"{scheme}://{parts.netloc}{base}{below}", f"the base {base}"
        if base.startswith("https://"):
            yield f"wss{base[5:]}{below}", f"the base wss{base[5:]}"
    host, port = parts.hostname or "", parts.netloc[len(parts.hostname or "") :]
    yield from ((f"{scheme}://{other}{port}{path}", f"the host {other}") for other in _HOSTS)
    yield f"{scheme}://{host}{path}", "the URL without its port"


def _relatives(url: str, served: Served) -> Iterator[tuple[str, str]]:
    """Every path between this one and its base, and those one word below it."""
    head, mark, query = url.partition("?")
    parts = urlsplit(head)
    own = _base_of(parts.path, served.bases) or ""
    names = parts.path.removeprefix(f"{own}/").split("/")
    start = f"{parts.scheme}://{parts.netloc}{own}"
    above = ["/".join([start, *names[:count]]) for count in range(len(names) - 1, 0, -1)]
    below = [f"{head}/{word}" for word in served.words]
    yield from ((f"{other}{mark}{query}", f"the URL {other}") for other in (*above, *below))


def _base_of(path: str, bases: Sequence[str]) -> str | None:
    return max((base for base in bases if path.startswith(f"{base}/")), key=len, default=None)


def _other_bases(path: str, bases: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every other base, with the part of the path that follows it."""
    own = _base_of(path, bases)
    if own is not None:
        yield from ((base, path[len(own) :]) for base in bases if base != own)


def _bodies(body: bytes) -> Iterator[tuple[bytes, str]]:
    if not body:
        yield b"{}", "the body {}"
        return
    yield b"", "an empty body"
    if len(body) > _LONGEST_BODY:
        return
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        pass
    else:
        yield from _written(value)
    yield body.rstrip(b"\r\n"), "the body without the newline at its end"
    yield body + b"\n", "the body with a newline at its end"
    yield body.replace(b"\r\n", b"\n"), "the body with LF line ends"
    yield body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), "the body with CRLF line ends"
    yield body.removeprefix(b"\xef\xbb\xbf"), "the body without its byte order mark"


def _written(value: Any) -> Iterator[tuple[bytes, str]]:
    """The same JSON as other writers write it."""
    orders = ((False, ""), (True, ", keys sorted"))
    styles = (((",", ":"), "compact"), ((", ", ": "), "with spaces"))
    alphabets = ((False, ""), (True, r", with \u escapes"))
    for (sort, order), (separators, spaces), (ascii_only, letters) in product(orders, styles, alphabets):
        try:
            text = json.dumps(value, sort_keys=sort, separators=separators, ensure_ascii=ascii_only).encode()
        except (ValueError, TypeError, RecursionError):
            continue
        yield text, f"the body's JSON written {spaces}{order}{letters}"
    yield json.dumps(value, indent=2).encode(), "the body's JSON written with an indent of 2"
