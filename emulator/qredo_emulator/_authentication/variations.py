"""Find the mistake in a rejected signature: the variation of its parts that makes it verify.

Each part of what is signed is varied by the mistakes that clients make, first alone and then two
parts at a time. Only refusals pay for it, and the number of attempts has a bound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, islice, permutations, product
from typing import Any
from urllib.parse import quote, unquote

from .request import RawRequest
from .signatures import RsaKey, Signed, VerifyingKey

__all__ = ["Served", "find_variation"]

_MOST = 2000
"""Attempts per refusal; each is a hash of a few microseconds, for a short body."""

_MOST_BYTES = 20_000_000
"""That are hashed per refusal."""

_OTHER_KEYS = 50
_ORDERS = 24
_LONGEST_BODY = 100_000
_SCHEMES = ("http", "https", "ws", "wss")
_HOSTS = ("localhost", "127.0.0.1")
_NOTHING = ("{}", "null", '""', "None", "undefined")
"""What programs write for a body that is not there."""

_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_PORT = re.compile(":[0-9]+$")
_Change = tuple[str, Mapping[str, Any]]


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
    request: RawRequest,
    signed: Signed,
    key: VerifyingKey,
    raw: bytes | None,
    others: Sequence[VerifyingKey],
    served: Served,
) -> str | None:
    """Return, in words, the variation with which a signature verifies; None if none does.

    Args:
        request: The request.
        signed: What the signature should be over.
        key: What verifies the signatures of the API key.
        raw: The decoded signature, None for a text that is none.
        others: What verifies the signatures of other API keys.
        served: What the client may have meant.
    """
    if raw is None:
        return f"a signature of {key.size} bytes in base64url without padding, which this one is not"
    if key.fits(signed, raw):
        return "the same signature, written in base64url without padding"
    axes = [
        _changes("stamp", signed.stamp, _stamps(request, signed.stamp)),
        _changes("method", signed.method, _methods(request.method, signed.method)),
        _changes("url", signed.url, _urls(request, served.bases)),
        _changes("body", signed.body, _bodies(signed.body)),
        list(_layouts()),
    ]
    alone = _changes("url", signed.url, _relatives(request, served))
    most = min(_MOST, _MOST_BYTES // max(len(signed.body), 1))
    for found, other, change in islice(_attempts(axes, alone, key, others, raw), most):
        if other.fits(replace(signed, **change), raw):
            return found
    return None


def _changes(part: str, sent: Any, variations: Iterable[tuple[Any, str]]) -> list[_Change]:
    """Each variation of a part once, under its first description."""
    found: dict[Any, str] = {}
    for variation, words in variations:
        found.setdefault(variation, words)
    found.pop(sent, None)
    return [(words, {part: variation}) for variation, words in found.items()]


def _attempts(
    axes: Sequence[list[_Change]], alone: list[_Change], key: VerifyingKey, others: Sequence[VerifyingKey], raw: bytes
) -> Iterator[tuple[str, VerifyingKey, Mapping[str, Any]]]:
    yield from ((words, misread, {}) for words, misread in key.misreadings())
    for other in others[:_OTHER_KEYS]:
        name = "the secret" if other.fingerprint is None else f"the key {other.fingerprint[:16]}"
        yield f"{name} of another registered API key", other, {}
    if isinstance(key, RsaKey) and key.digest_in(raw) is None:
        return  # another key, or no key, made it, whatever the text was
    for words, change in chain(*axes, alone):
        yield words, key, change
    for axis, other_axis in combinations(axes, 2):
        for (words, change), (more_words, more) in product(axis, other_axis):
            yield f"{words}, and {more_words}", key, {**change, **more}


def _stamps(request: RawRequest, stamp: str) -> Iterator[tuple[str, str]]:
    sent = ((value, name) for name in ("x-timestamp", "x-nonce") for value in request.values(name)[:2])
    yield from ((value, f"{name} as the stamp") for value, name in sent)
    if stamp.isdecimal() and len(stamp) <= 20:
        number = int(stamp)
        yield str(number + 1), "the stamp plus 1"
        yield str(abs(number - 1)), "the stamp minus 1"
        for digits, unit in ((3, "milliseconds"), (6, "microseconds"), (9, "nanoseconds")):
            yield f"{stamp}{'0' * digits}", f"the stamp in {unit}"
            yield stamp[:-digits], f"the stamp in seconds, if it is in {unit}"
        yield str(number), "the stamp without leading zeros"
    yield "", "no stamp"


def _methods(method: str, signed: str) -> Iterator[tuple[str, str]]:
    if not signed:
        yield method, f"the method {method} after the stamp, as another API has it"
        return
    yield "", "no method"
    yield method.lower(), "the method in small letters"
    yield method.title(), "the method capitalised"


def _urls(request: RawRequest, bases: Sequence[str]) -> Iterator[tuple[str, str]]:
    url, path, query = request.url, request.path, request.query
    scheme, _, netloc = request.origin.partition("://")
    asked = f"?{query}" if query else ""
    yield f"{request.origin}{path.rstrip('/')}{asked}", "the URL without the slash at its end"
    yield f"{request.origin}{path.rstrip('/')}/{asked}", "the URL with a slash at its end"
    yield from ((f"{other}://{netloc}{path}{asked}", f"the URL with {other}://") for other in _SCHEMES)
    yield f"{request.origin}{path}", "the URL without its query"
    yield f"{request.origin}{path}?", "the URL with an empty query"
    yield f"{path}{asked}", "the path alone, without scheme and host"
    yield f"{netloc}{path}{asked}", "the URL without its scheme"
    yield unquote(url), "the URL percent-decoded"
    yield quote(url, safe="%:/?#[]@!$&'()*+,;=~"), "the URL percent-encoded"
    yield quote(unquote(url), safe=":/?#[]@!$&'()*+,;=~"), "the URL percent-encoded in another way"
    yield _ESCAPE.sub(lambda found: found[0].lower(), url), "the URL percent-encoded with small letters"
    yield _ESCAPE.sub(lambda found: found[0].upper(), url), "the URL percent-encoded with capital letters"
    yield url.replace("+", "%20"), "the URL with %20 for +"
    yield url.replace("%20", "+"), "the URL with + for %20"
    for pairs in islice(permutations(query.split("&")), _ORDERS):
        yield f"{request.origin}{path}?{'&'.join(pairs)}", "the URL with its query in another order"
    for base, below in _other_bases(f"{path}{asked}", bases):
        yield f"{base}{below}" if "://" in base else f"{request.origin}{base}{below}", f"the base {base}"
        if base.startswith("https://"):
            yield f"wss{base[5:]}{below}", f"the base wss{base[5:]}"
        yield below, "the path below the base alone"
    host = _PORT.sub("", netloc)
    port = netloc[len(host) :]
    yield from ((f"{scheme}://{other}{port}{path}{asked}", f"the host {other}") for other in _HOSTS)
    yield f"{scheme}://{host}{path}{asked}", "the URL without its port"


def _relatives(request: RawRequest, served: Served) -> Iterator[tuple[str, str]]:
    """Every path between this one and its base, and those one word below it."""
    asked = f"?{request.query}" if request.query else ""
    own = _base_of(request.path, served.bases) or ""
    names = request.path.removeprefix(f"{own}/").split("/")
    start = f"{request.origin}{own}"
    above = ["/".join([start, *names[:count]]) for count in range(len(names) - 1, 0, -1)]
    below = [f"{request.origin}{request.path}/{word}" for word in served.words]
    yield from ((f"{other}{asked}", f"the URL {other}") for other in (*above, *below))


def _base_of(path: str, bases: Sequence[str]) -> str | None:
    return max((base for base in bases if path.startswith(f"{base}/")), key=len, default=None)


def _other_bases(path: str, bases: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every other base, with the part of the path that follows it."""
    own = _base_of(path, bases)
    if own is not None:
        yield from ((base, path[len(own) :]) for base in bases if base != own)


def _layouts() -> Iterator[_Change]:
    """Other ways to join the parts, and what is signed in the place of the joined parts."""
    for order in islice(permutations(("stamp", "url", "body")), 1, None):  # the first is the right one
        at = order.index("stamp") + 1
        shown = ", ".join(order)
        yield f"the parts in the order {shown}", {"order": (*order[:at], "method", *order[at:])}
    yield "the method before the stamp", {"order": ("method", "stamp", "url", "body")}
    for between, words in ((b"\n", "a line break"), (b" ", "a space"), (b":", "a colon"), (b"|", "a bar")):
        yield f"{words} between the parts", {"between": between}
    yield "the SHA-256 of what is to be signed, hashed once more", {"again": "digest"}
    yield "the hex digits of the SHA-256 of what is to be signed", {"again": "hexdigest"}


def _bodies(body: bytes) -> Iterator[tuple[bytes, str]]:
    if not body:
        yield from ((text.encode(), f"the body {text}") for text in _NOTHING)
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
    """The same JSON in the styles of other writers."""
    orders = ((False, ""), (True, ", keys sorted"))
    styles = (((",", ":"), "compact"), ((", ", ": "), "with spaces"))
    alphabets = ((False, ""), (True, r", with \u escapes"))
    for (sort, order), (separators, spaces), (ascii_only, letters) in product(orders, styles, alphabets):
        try:
            text = json.dumps(value, sort_keys=sort, separators=separators, ensure_ascii=ascii_only).encode()
        except (ValueError, TypeError, RecursionError):
            continue
        yield text, f"the body's JSON written {spaces}{order}{letters}"
    for indent in (2, 4):
        yield json.dumps(value, indent=indent).encode(), f"the body's JSON written with an indent of {indent}"
    yield str(value).encode("utf-8", "surrogatepass"), "the body as Python prints it, which is no JSON"
