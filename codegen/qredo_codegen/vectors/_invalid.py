"""The invalid cases whose signature is a right one, but over something else, by another key, or written wrongly."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from ._case import Case, Signing, raw, retyped, signed_over
from ._text import base64url
from ._valid import CREATE, JSON, PRODUCTION, SANDBOX, SEARCH

__all__ = ["MISWRITTEN", "NOT_ON_THE_WIRE", "TAMPERED"]

ASSETS = f"{PRODUCTION}/assets"
FEED = "wss://api.qredo.network/api/v1/p/coreclient/feed"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _case(id: str, comment: str, flags: str, sign: Signing, url: str = ASSETS, body: bytes = b"", **other: Any) -> Case:
    return Case(id, comment, flags, url, body, sign=sign, **other)


def _url(id: str, comment: str, flags: str, signed: str, sent: str = ASSETS) -> Case:
    """A right signature over another URL than the one that is sent."""
    return _case(id, comment, flags, signed_over(url=signed), sent)


def _body(id: str, comment: str, signed: bytes, sent: bytes = b"", flags: str = "", url: str = CREATE) -> Case:
    """A right signature over another body than the one that is sent."""
    return _case(id, comment, f"Body {flags}", signed_over(body=signed), url, sent)


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
    _url("url-byte", "one byte of the path differs", "Url", f"{PRODUCTION}/assetz"),
    _url("url-path-only", "only the path was signed", "Url", "/api/v1/p/assets"),
    _url("url-no-query", "the query was not signed", "Url Query", SEARCH, f"{SEARCH}?name=main"),
    _url("url-question-mark", "'?' sent, not signed", "Url Query", ASSETS, f"{ASSETS}?"),
    _url("url-query-order", "parameters sorted by the signer", "Url Query", f"{SEARCH}?a=1&b=2", f"{SEARCH}?b=2&a=1"),
    _url(
        "url-escape-case",
        "upper case signed, lower case sent",
        "Url Escapes",
        f"{SEARCH}?name=%C3%A9",
        f"{SEARCH}?name=%c3%a9",
    ),
    _url("url-unescaped", "signed before it was escaped", "Url Escapes", f"{SEARCH}?name=é", f"{SEARCH}?name=%C3%A9"),
    _url("url-escape-needless", "'~' signed, %7E sent", "Url Escapes", f"{SEARCH}?name=~", f"{SEARCH}?name=%7E"),
    _url(
        "url-escape-twice",
        "signed before its escapes were escaped",
        "Url Escapes",
        f"{SEARCH}?a=%20",
        f"{SEARCH}?a=%2520",
    ),
    _url("url-plus", "%20 signed, plus sent", "Url Escapes", f"{SEARCH}?name=a%20b", f"{SEARCH}?name=a+b"),
    _url("url-trailing-slash", "a slash at the end, not signed", "Url Path", ASSETS, f"{ASSETS}/"),
    _url("url-dots", "dot segments resolved by the signer", "Url Path", ASSETS, f"{PRODUCTION}/x/../assets"),
    _url("url-other-host", "a signature for the sandbox, at production", "Origin", f"{SANDBOX}/assets"),
    _url(
        "url-host-case", "a host in upper case, signed in lower case", "Origin", ASSETS, ASSETS.replace("api.", "API.")
    ),
    _url(
        "url-host-dot", "a dot at the end of the host, not signed", "Origin", ASSETS, ASSETS.replace("work/", "work./")
    ),
    _url(
        "url-host-idna",
        "a host signed before its ASCII form was made",
        "Origin",
        "https://bücher.example/api/v1/p/assets",
        "https://xn--bcher-kva.example/api/v1/p/assets",
    ),
    _url(
        "url-port-not-signed", "port 443 sent, not signed", "Origin", ASSETS, ASSETS.replace("network", "network:443")
    ),
    _url("url-port-not-sent", "port 443 signed, not sent", "Origin", ASSETS.replace("network", "network:443")),
    _url("url-http", "http signed, https sent", "Origin", ASSETS.replace("https", "http")),
    _url("url-https", "https signed, http sent", "Origin", ASSETS, ASSETS.replace("https", "http")),
    _url("feed-https", "a feed with the URL signed as https", "Origin Feed", FEED.replace("wss", "https"), FEED),
    _url("feed-wss", "a GET with the URL signed as wss", "Origin Feed", FEED, FEED.replace("wss", "https")),
    _url("feed-ws", "ws signed, wss sent", "Origin Feed", FEED.replace("wss", "ws"), FEED),
    _body("body-byte", "one bit of the body differs", JSON.replace(b"FR", b"GR"), JSON),
    _body("body-not-signed", "the body was not signed", b"", JSON),
    _body("body-not-sent", "a body signed, none sent", JSON),
    _body("body-empty-object", "an empty object signed, nothing sent", b"{}"),
    _body("body-null", "'null' signed for no body", b"null", url=ASSETS),
    _body("body-spaces", "written again with spaces after signing", JSON, b'{"name": "ACME Corp", "country": "FR"}'),
    _body("body-key-order", "written again in another order", JSON, b'{"country":"FR","name":"ACME Corp"}'),
    _body("body-composed", "accents composed by the signer", "Caf\u00e9".encode(), "Cafe\u0301".encode()),
    _body("body-latin-1", "signed as Latin-1, sent as UTF-8", "é".encode("latin-1"), "é".encode()),
    _body("body-bom", "a byte order mark sent, not signed", JSON, b"\xef\xbb\xbf" + JSON),
    _body("body-newline-sent", "a newline at the end, not signed", JSON, JSON + b"\n", flags="LineEnd"),
    _body("body-newline-signed", "a newline signed (echo adds one)", JSON + b"\n", JSON, flags="LineEnd"),
    _body("body-crlf", "CRLF sent, LF signed", b"{\n}\n", b"{\r\n}\r\n", flags="LineEnd"),
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


def _miswritten(id: str, comment: str, change: Callable[[str], str], flags: str = "") -> Case:
    """The right signature as another text."""
    return _case(id, comment, f"Text {flags}", retyped(change), CREATE, JSON)


def _standard(text: str) -> str:
    return text.replace("-", "+").replace("_", "/")


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def _again(text: str) -> bytes:
    return base64.urlsafe_b64decode(_padded(text))


MISWRITTEN = (
    _miswritten("text-padding", "with its padding", _padded),
    _miswritten("text-half-padding", "with half its padding", lambda text: text + "="),
    _miswritten("text-standard", "standard base64, no padding", _standard),
    _miswritten("text-standard-padding", "standard base64 with padding", lambda text: _padded(_standard(text))),
    _miswritten(
        "text-low-bits-1",
        "a stray bit in the last character",
        lambda text: text[:-1] + ALPHABET[ALPHABET.index(text[-1]) | 1],
    ),
    _miswritten(
        "text-low-bits-15",
        "four stray bits in the last character",
        lambda text: text[:-1] + ALPHABET[ALPHABET.index(text[-1]) | 15],
    ),
    _miswritten("text-newline", "a newline at the end", lambda text: text + "\n", "LineEnd"),
    _miswritten(
        "text-lines",
        "broken into lines of 64",
        lambda text: "\n".join(text[start : start + 64] for start in range(0, len(text), 64)),
        "LineEnd",
    ),
    _miswritten("text-space-before", "a space before it", lambda text: " " + text),
    _miswritten("text-space-inside", "a space inside it", lambda text: text[:100] + " " + text[100:]),
    _miswritten("text-nul", "a NUL character at the end", lambda text: text + "\0"),
    _miswritten("text-not-ascii", "a letter outside the alphabet", lambda text: "é" + text[1:]),
    _miswritten("text-hex", "in hexadecimal", lambda text: _again(text).hex()),
    _miswritten("text-twice", "encoded twice", lambda text: base64url(text.encode())),
    _miswritten("text-quoted", "in quotation marks", lambda text: f'"{text}"'),
    _miswritten("empty", "empty", lambda text: "", "Length"),
    _miswritten("truncated-text", "the last character is missing", lambda text: text[:-1], "Length"),
    _miswritten("truncated-byte", "the last byte is missing", lambda text: base64url(_again(text)[:-1]), "Length"),
    _miswritten("too-long-byte", "a zero byte after it", lambda text: base64url(_again(text) + b"\0"), "Length"),
    _miswritten("too-long-start", "a zero byte before it", lambda text: base64url(b"\0" + _again(text)), "Length"),
    _miswritten("twice", "the signature two times", lambda text: base64url(_again(text) * 2), "Length"),
    _case(
        "digest-only",
        "the digest instead of a signature",
        "Text Length",
        raw(lambda key, case: case.digest),
        CREATE,
        JSON,
    ),
)


def _off_wire(id: str, comment: str, url: str = ASSETS, stamp: str = "1700000000") -> Case:
    return Case(id, comment, "WireForm", url, stamp=stamp, sign=signed_over())


NOT_ON_THE_WIRE = (
    _off_wire(
        "url-userinfo", "userinfo, which clients move to a header", "https://user@api.qredo.network/api/v1/p/assets"
    ),
    _off_wire("url-fragment", "a fragment, which is never sent", f"{ASSETS}#part"),
    _off_wire("url-userinfo-empty", "userinfo of no characters", "https://@api.qredo.network/api/v1/p/assets"),
    _off_wire("url-password", "userinfo with a password", "https://user:secret@api.qredo.network/api/v1/p/assets"),
    _off_wire("url-fragment-empty", "a fragment of no characters", f"{ASSETS}#"),
    _off_wire("url-fragment-in-host", "a fragment before any path", "https://api.qredo.network#/api/v1/p/assets"),
    _off_wire("url-query-no-path", "a query without a path", "https://api.qredo.network?name=main"),
    _off_wire("url-one-slash", "one slash after the scheme", "https:/api.qredo.network/api/v1/p/assets"),
    _off_wire("url-no-path", "no path: on the wire it is a slash", "https://api.qredo.network"),
    _off_wire("url-no-host", "no host", "https:///api/v1/p/assets"),
    _off_wire("url-relative", "no scheme and host", "/api/v1/p/assets"),
    _off_wire("url-upper-scheme", "a scheme in upper case", ASSETS.replace("https", "HTTPS")),
    _off_wire("url-other-scheme", "another protocol", ASSETS.replace("https", "ftp")),
    _off_wire("url-space", "a space that is not escaped", f"{SEARCH}?name=main fund"),
    _off_wire("url-not-ascii", "a letter that is not escaped", f"{SEARCH}?name=Café"),
    _off_wire("url-host-not-ascii", "a host that is not in its ASCII form", "https://bücher.example/api/v1/p/assets"),
    _off_wire("url-tab", "a tab, which some clients drop", f"{ASSETS}/\t"),
    _off_wire("url-nul", "a NUL character", f"{ASSETS}\0"),
    _off_wire("url-delete", "the last character of ASCII", f"{ASSETS}\x7f"),
    _off_wire("url-newline", "a newline at the end", f"{ASSETS}\n"),
    _off_wire("stamp-empty", "no stamp", stamp=""),
    _off_wire("stamp-space", "a space before it, which headers drop", stamp=" 1700000000"),
    _off_wire("stamp-space-inside", "a space inside it", stamp="1700 000000"),
    _off_wire("stamp-not-ascii", "digits outside ASCII", stamp="\u0661\u0667"),
    _off_wire("stamp-newline", "a newline after it", stamp="1700000000\n"),
)
