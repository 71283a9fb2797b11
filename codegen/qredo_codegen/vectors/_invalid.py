"""The invalid cases whose signature is a right one, but over something else, by another key, or written wrongly."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from ._case import Case, Signing, retyped, signed_over
from ._valid import CREATE, JSON, PRODUCTION, SANDBOX, SEARCH

__all__ = ["MISWRITTEN", "NOT_ON_THE_WIRE", "TAMPERED"]

ASSETS = f"{PRODUCTION}/assets"
FEED = "wss://api.qredo.network/api/v1/p/coreclient/feed"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _case(id: str, comment: str, flags: str, sign: Signing, url: str = ASSETS, body: bytes = b"", **other: Any) -> Case:
    return Case(id, comment, tuple(flags.split()), url, body, sign=sign, **other)


def _other_body(body: bytes) -> Signing:
    return signed_over(body=body)


def _other_url(url: str) -> Signing:
    return signed_over(url=url)


TAMPERED = (
    _case("stamp-digit", "one digit of the stamp differs", "Stamp", signed_over(stamp="1700000010")),
    _case("stamp-swapped", "another request's stamp", "Stamp", signed_over(stamp="1700000001"), stamp="1700000002"),
    _case(
        "stamp-other-kind",
        "signed with the timestamp, sent with a nonce",
        "Stamp Kind",
        signed_over(stamp="1700000000"),
        stamp="1",
        kind="nonce",
    ),
    _case("stamp-missing", "the stamp was not signed", "Stamp", signed_over(stamp="")),
    _case("stamp-milliseconds", "milliseconds signed, seconds sent", "Stamp", signed_over(stamp="1700000000000")),
    _case("stamp-zeros", "leading zeros dropped by the signer", "Stamp", signed_over(stamp="1"), stamp="01"),
    _case("url-byte", "one byte of the path differs", "Url", _other_url(f"{PRODUCTION}/assetz")),
    _case("url-path-only", "only the path was signed", "Url", _other_url("/api/v1/p/assets")),
    _case("url-no-query", "the query was not signed", "Url Query", _other_url(SEARCH), f"{SEARCH}?name=main"),
    _case("url-question-mark", "'?' sent, not signed", "Url Query", _other_url(ASSETS), f"{ASSETS}?"),
    _case(
        "url-query-order",
        "parameters sorted by the signer",
        "Url Query",
        _other_url(f"{SEARCH}?a=1&b=2"),
        f"{SEARCH}?b=2&a=1",
    ),
    _case(
        "url-escape-case",
        "upper case signed, lower case sent",
        "Url Escapes",
        _other_url(f"{SEARCH}?name=%C3%A9"),
        f"{SEARCH}?name=%c3%a9",
    ),
    _case(
        "url-unescaped",
        "signed before it was escaped",
        "Url Escapes",
        _other_url(f"{SEARCH}?name=é"),
        f"{SEARCH}?name=%C3%A9",
    ),
    _case("url-plus", "%20 signed, plus sent", "Url Escapes", _other_url(f"{SEARCH}?name=a%20b"), f"{SEARCH}?name=a+b"),
    _case("url-trailing-slash", "a slash at the end, not signed", "Url Path", _other_url(ASSETS), f"{ASSETS}/"),
    _case(
        "url-dots", "dot segments resolved by the signer", "Url Path", _other_url(ASSETS), f"{PRODUCTION}/x/../assets"
    ),
    _case("url-other-host", "a signature for the sandbox, at production", "Origin", _other_url(f"{SANDBOX}/assets")),
    _case(
        "url-host-case",
        "a host in upper case, signed in lower case",
        "Origin",
        _other_url(ASSETS),
        ASSETS.replace("api.", "API."),
    ),
    _case(
        "url-port-not-signed",
        "port 443 sent, not signed",
        "Origin",
        _other_url(ASSETS),
        ASSETS.replace("network", "network:443"),
    ),
    _case(
        "url-port-not-sent", "port 443 signed, not sent", "Origin", _other_url(ASSETS.replace("network", "network:443"))
    ),
    _case("url-http", "http signed, https sent", "Origin", _other_url(ASSETS.replace("https", "http"))),
    _case("url-https", "https signed, http sent", "Origin", _other_url(ASSETS), ASSETS.replace("https", "http")),
    _case(
        "feed-https",
        "a feed with the URL signed as https",
        "Origin Feed",
        _other_url(FEED.replace("wss", "https")),
        FEED,
    ),
    _case(
        "feed-wss", "a GET with the URL signed as wss", "Origin Feed", _other_url(FEED), FEED.replace("wss", "https")
    ),
    _case("feed-ws", "ws signed, wss sent", "Origin Feed", _other_url(FEED.replace("wss", "ws")), FEED),
    _case("body-byte", "one bit of the body differs", "Body", _other_body(JSON.replace(b"FR", b"GR")), CREATE, JSON),
    _case("body-not-signed", "the body was not signed", "Body", _other_body(b""), CREATE, JSON),
    _case("body-not-sent", "a body signed, none sent", "Body", _other_body(JSON), CREATE),
    _case("body-empty-object", "an empty object signed, nothing sent", "Body", _other_body(b"{}"), CREATE),
    _case("body-null", "'null' signed for no body", "Body", _other_body(b"null")),
    _case(
        "body-spaces",
        "written again with spaces after signing",
        "Body",
        _other_body(JSON),
        CREATE,
        b'{"name": "ACME Corp", "country": "FR"}',
    ),
    _case(
        "body-key-order",
        "written again in another order",
        "Body",
        _other_body(JSON),
        CREATE,
        b'{"country":"FR","name":"ACME Corp"}',
    ),
    _case(
        "body-composed",
        "accents composed by the signer",
        "Body",
        _other_body("Caf\u00e9".encode()),
        CREATE,
        "Cafe\u0301".encode(),
    ),
    _case(
        "body-latin-1",
        "signed as Latin-1, sent as UTF-8",
        "Body",
        _other_body("é".encode("latin-1")),
        CREATE,
        "é".encode(),
    ),
    _case("body-bom", "a byte order mark sent, not signed", "Body", _other_body(JSON), CREATE, b"\xef\xbb\xbf" + JSON),
    _case(
        "body-newline-sent", "a newline at the end, not signed", "Body LineEnd", _other_body(JSON), CREATE, JSON + b"\n"
    ),
    _case(
        "body-newline-signed",
        "a newline signed (echo adds one)",
        "Body LineEnd",
        _other_body(JSON + b"\n"),
        CREATE,
        JSON,
    ),
    _case("body-crlf", "CRLF sent, LF signed", "Body LineEnd", _other_body(b"{\n}\n"), CREATE, b"{\r\n}\r\n"),
    _case(
        "separator-newline",
        "newlines between the parts",
        "Separator",
        signed_over(lambda case: "\n".join([case.stamp, case.url, ""]).encode()),
    ),
    _case(
        "separator-method",
        "the method before the URL",
        "Separator",
        signed_over(lambda case: f"{case.stamp}GET{case.url}".encode()),
    ),
    _case("order", "URL before stamp", "Separator", signed_over(lambda case: f"{case.url}{case.stamp}".encode())),
    _case(
        "digest-signed", "the digest was hashed and signed as a message", "Hash", signed_over(lambda case: case.digest)
    ),
    _case(
        "digest-hex-signed",
        "its hexadecimal text was signed",
        "Hash",
        signed_over(lambda case: case.digest.hex().encode()),
    ),
    _case("other-key", "signed with another key of the same length", "Key", signed_over(key="rsa-2048-e3")),
    _case("other-length", "signed with a longer key", "Key Length", signed_over(key="rsa-4096")),
    _case(
        "shorter-key",
        "a signature of 256 bytes for a key of 512",
        "Key Length",
        signed_over(key="rsa-2048"),
        key="rsa-4096",
    ),
)


def _miswritten(id: str, comment: str, flags: str, sign: Signing) -> Case:
    return Case(id, comment, ("Text", *flags.split()), CREATE, JSON, sign=sign)


def _standard(text: str) -> str:
    return text.replace("-", "+").replace("_", "/")


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def _again(text: str) -> bytes:
    return base64.urlsafe_b64decode(_padded(text))


MISWRITTEN = (
    _miswritten("text-padding", "with its padding", "", retyped(_padded)),
    _miswritten("text-half-padding", "with half its padding", "", retyped(lambda text: text + "=")),
    _miswritten("text-standard", "standard base64, no padding", "", retyped(_standard)),
    _miswritten(
        "text-standard-padding", "standard base64 with padding", "", retyped(lambda text: _padded(_standard(text)))
    ),
    _miswritten(
        "text-low-bits-1",
        "a stray bit in the last character",
        "",
        retyped(lambda text: text[:-1] + ALPHABET[ALPHABET.index(text[-1]) | 1]),
    ),
    _miswritten(
        "text-low-bits-15",
        "four stray bits in the last character",
        "",
        retyped(lambda text: text[:-1] + ALPHABET[ALPHABET.index(text[-1]) | 15]),
    ),
    _miswritten("text-newline", "a newline at the end", "LineEnd", retyped(lambda text: text + "\n")),
    _miswritten(
        "text-lines",
        "broken into lines of 64",
        "LineEnd",
        retyped(lambda text: "\n".join(text[start : start + 64] for start in range(0, len(text), 64))),
    ),
    _miswritten("text-space-before", "a space before it", "", retyped(lambda text: " " + text)),
    _miswritten("text-space-inside", "a space inside it", "", retyped(lambda text: text[:100] + " " + text[100:])),
    _miswritten("text-nul", "a NUL character at the end", "", retyped(lambda text: text + "\0")),
    _miswritten("text-not-ascii", "a letter outside the alphabet", "", retyped(lambda text: "é" + text[1:])),
    _miswritten("text-hex", "in hexadecimal", "", retyped(lambda text: _again(text).hex())),
    _miswritten(
        "text-twice",
        "encoded twice",
        "",
        retyped(lambda text: base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()),
    ),
    _miswritten("text-quoted", "in quotation marks", "", retyped(lambda text: f'"{text}"')),
    _miswritten("empty", "empty", "Length", retyped(lambda text: "")),
    _miswritten("truncated-text", "the last character is missing", "Length", retyped(lambda text: text[:-1])),
    _miswritten(
        "truncated-byte", "the last byte is missing", "Length", retyped(lambda text: _encode(_again(text)[:-1]))
    ),
    _miswritten("too-long-byte", "a zero byte after it", "Length", retyped(lambda text: _encode(_again(text) + b"\0"))),
    _miswritten(
        "too-long-start", "a zero byte before it", "Length", retyped(lambda text: _encode(b"\0" + _again(text)))
    ),
    _miswritten("twice", "the signature two times", "Length", retyped(lambda text: _encode(_again(text) * 2))),
    _miswritten(
        "digest-only",
        "the digest instead of a signature",
        "Length",
        lambda case, keys: _encode(hashlib.sha256(case.message).digest()),
    ),
)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _off_wire(id: str, comment: str, url: str = ASSETS, stamp: str = "1700000000") -> Case:
    return Case(id, comment, ("WireForm",), url, stamp=stamp, sign=signed_over())


NOT_ON_THE_WIRE = (
    _off_wire(
        "url-userinfo", "userinfo, which clients move to a header", "https://user@api.qredo.network/api/v1/p/assets"
    ),
    _off_wire("url-fragment", "a fragment, which is never sent", f"{ASSETS}#part"),
    _off_wire("url-no-path", "no path: on the wire it is a slash", "https://api.qredo.network"),
    _off_wire("url-no-host", "no host", "https:///api/v1/p/assets"),
    _off_wire("url-relative", "no scheme and host", "/api/v1/p/assets"),
    _off_wire("url-upper-scheme", "a scheme in upper case", ASSETS.replace("https", "HTTPS")),
    _off_wire("url-other-scheme", "another protocol", ASSETS.replace("https", "ftp")),
    _off_wire("url-space", "a space that is not escaped", f"{SEARCH}?name=main fund"),
    _off_wire("url-not-ascii", "a letter that is not escaped", f"{SEARCH}?name=Café"),
    _off_wire("url-newline", "a newline at the end", f"{ASSETS}\n"),
    _off_wire("stamp-empty", "no stamp", stamp=""),
    _off_wire("stamp-space", "a space before it, which headers drop", stamp=" 1700000000"),
    _off_wire("stamp-newline", "a newline after it", stamp="1700000000\n"),
)
