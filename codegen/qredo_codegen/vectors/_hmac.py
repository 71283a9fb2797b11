"""The cases of `hmac-vectors.json`: the rule of the Qredo API v1, which signs the method too and has no key pair."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ._text import base64url, dump

__all__ = ["CASES", "build_hmac"]

SECRETS = {
    "vendor": (
        "The sample of the vendor's tool: 60 bytes, which are text.",
        "JDJhJDA0JGV0aGt1LnE1a0NyZUFhaHFYVnlzZnVpU0Ryd2xOVThIZTY0TkhpRzRaLjF6YS9ZSi95SExL",
    ),
    "bytes-32": (
        (
            "32 bytes that are no text, issued without padding; its text has both letters that the standard alphabet "
            "does not know."
        ),
        base64url(bytes(range(255, 223, -1))),
    ),
    "bytes-80": (
        "80 bytes, so more than a block of SHA-256: HMAC hashes such a key first. Issued with padding.",
        base64.urlsafe_b64encode(bytes(range(80))).decode(),
    ),
}
"""Comment and text, as issued, of each test secret."""

NOTES = {
    "Basic": "An everyday request.",
    "Body": "The bytes of the body as sent: JSON that is written again after signing is other bytes.",
    "Encoding": "The signature is not the one text that encodes its bytes: base64url without padding, 43 characters.",
    "Feed": "The handshake of a WebSocket feed is a GET without a body; its URL is signed with wss (or ws).",
    "Golden": "Published by the vendor.",
    "Hash": "The algorithm is HMAC with SHA-256.",
    "Method": "The method, in upper case, is signed. (For the Partner API it is not.)",
    "NoSeparator": (
        "Nothing stands between the parts, so requests that split the same bytes elsewhere share a signature. "
        "All of them are valid; a server takes the URL from the request line."
    ),
    "Parts": "The signature was made over other parts.",
    "Query": "The query as sent, with its question mark: not sorted, not decoded.",
    "Secret": (
        "The key of the HMAC is the secret's bytes, of any length; its text is base64url, with or without padding."
    ),
    "Url": "The URL as it goes over the wire.",
}

V1 = "https://api.qredo.network/qapi/v1"
BALANCE = f"{V1}/balance"
TRANSACTION = f"{V1}/transaction"
HISTORY = f"{V1}/funds/f/history"
FEED = "api.qredo.network/qapi/v1/transactions/feed"
VENDOR = "http://127.0.0.1:8002/qapi/v1/balance"
JSON = b'{"from":"0x1","to":"0x2","value":"1"}'


@dataclass(frozen=True)
class Case:
    """One request with a signature over it, or with one that looks like it.

    Attributes:
        id: Unique, and never given to another case.
        comment: What is special about it.
        flag: What it is about; the notes explain it.
        method: The method as a verifier sees it.
        url: The URL as a verifier sees it.
        body: The body as a verifier sees it.
        timestamp: The text of the header.
        key: The id of the secret that a verifier checks with.
        sign: Makes the text of the signature; None for the one right signature, which makes the case a valid one.
    """

    id: str
    comment: str
    flag: str
    method: str = "GET"
    url: str = BALANCE
    body: bytes = b""
    timestamp: str = "1700000000"
    key: str = "bytes-32"
    sign: Callable[[Case], str] | None = None

    @property
    def message(self) -> bytes:
        """The string to sign, from what a verifier sees."""
        return f"{self.timestamp}{self.method}{self.url}".encode() + self.body

    @property
    def secret(self) -> bytes:
        """The bytes that the text of the secret stands for."""
        return _bytes_of(SECRETS[self.key][1])

    @property
    def mac(self) -> bytes:
        """The bytes of the one right signature."""
        return hmac.digest(self.secret, self.message, hashlib.sha256)

    @property
    def signature(self) -> str:
        """The text of the signature."""
        return base64url(self.mac) if self.sign is None else self.sign(self)


def _over(make: Callable[[Case], bytes]) -> Callable[[Case], str]:
    """An HMAC with the right secret over another message."""
    return lambda case: base64url(hmac.digest(case.secret, make(case), hashlib.sha256))


def _of(**other: Any) -> Callable[[Case], str]:
    """The right signature of a case that differs in these attributes."""
    return lambda case: base64url(replace(case, **other).mac)


VALID = (
    Case(
        "golden-readme",
        "Published in the README of the vendor's tool.",
        "Golden",
        url=VENDOR,
        timestamp="1644848012",
        key="vendor",
    ),
    Case(
        "golden-api-http",
        "Published in doc/api.http of the vendor's tool.",
        "Golden",
        url=VENDOR,
        timestamp="1644591813",
        key="vendor",
    ),
    Case("get", "A GET.", "Basic"),
    Case("post", "A POST with a body.", "Basic", method="POST", url=TRANSACTION, body=JSON),
    Case("long-secret", "A secret of more than 64 bytes.", "Secret", key="bytes-80"),
    Case(
        "post-empty",
        "A POST without a body differs from a GET of the same URL by the method alone.",
        "Method",
        method="POST",
    ),
    Case("put", "A PUT.", "Method", method="PUT", url=f"{V1}/funds/f", body=b"{}"),
    Case("delete", "A DELETE.", "Method", method="DELETE", url=f"{V1}/funds/f"),
    Case(
        "utf8",
        "Text beyond ASCII, in UTF-8.",
        "Body",
        method="POST",
        url=TRANSACTION,
        body='{"note":"Société 基金 😀"}'.encode(),
    ),
    Case(
        "utf8-escaped",
        "The same JSON with escapes is another body.",
        "Body",
        method="POST",
        url=TRANSACTION,
        body=b'{"note":"Soci\\u00e9t\\u00e9 \\u57fa\\u91d1 \\ud83d\\ude00"}',
    ),
    Case(
        "spaces",
        "JSON with spaces, as Python writes it when it is not told otherwise.",
        "Body",
        method="POST",
        url=TRANSACTION,
        body=b'{"from": "0x1", "to": "0x2", "value": "1"}',
    ),
    Case(
        "newline", "A newline at the end of the body counts.", "Body", method="POST", url=TRANSACTION, body=JSON + b"\n"
    ),
    Case("not-text", "A body that is no text.", "Body", method="POST", url=TRANSACTION, body=bytes(range(256))),
    Case("query", "A query, with its question mark.", "Query", url=f"{HISTORY}?direction=in&limit=2"),
    Case("query-order", "Its parts in another order.", "Query", url=f"{HISTORY}?limit=2&direction=in"),
    Case("query-escapes", "Escapes as sent.", "Query", url=f"{HISTORY}?note=a%20b+c%c3%a9"),
    Case("query-empty", "A question mark with nothing after it.", "Query", url=f"{BALANCE}?"),
    Case("slash", "A slash at the end of the path counts.", "Url", url=f"{BALANCE}/"),
    Case("port", "A port as sent.", "Url", url="https://gateway.example:8443/qapi/v1/balance"),
    Case("ipv6", "A host in brackets.", "Url", url="http://[::1]:8002/qapi/v1/balance"),
    Case("feed", "The handshake of a feed: a GET whose URL is signed with wss.", "Feed", url=f"wss://{FEED}"),
    Case("feed-emulator", "The same with ws.", "Feed", url="ws://127.0.0.1:8002/qapi/v1/transactions/feed"),
    Case(
        "no-separator-one",
        "The URL ends where the body begins.",
        "NoSeparator",
        method="POST",
        url=TRANSACTION,
        body=b"/x",
    ),
    Case(
        "no-separator-two",
        "The same bytes split elsewhere, and so the same signature.",
        "NoSeparator",
        method="POST",
        url=f"{TRANSACTION}/x",
    ),
)

INVALID = (
    Case("wrong-padded", "With padding.", "Encoding", sign=lambda case: base64.urlsafe_b64encode(case.mac).decode()),
    Case(
        "wrong-alphabet",
        "Of the standard alphabet.",
        "Encoding",
        sign=lambda case: base64.b64encode(case.mac).decode().rstrip("="),
    ),
    Case(
        "wrong-low-bits",
        "With a bit set beyond the last byte, which many decoders overlook.",
        "Encoding",
        sign=lambda case: base64url(case.mac)[:-1] + "1",
    ),
    Case("wrong-newline", "With a newline at the end.", "Encoding", sign=lambda case: base64url(case.mac) + "\n"),
    Case("wrong-hex", "In hex.", "Encoding", sign=lambda case: case.mac.hex()),
    Case("wrong-empty", "No signature.", "Encoding", sign=lambda case: ""),
    Case("wrong-cut", "The first 16 bytes only.", "Encoding", sign=lambda case: base64url(case.mac[:16])),
    Case("wrong-timestamp", "For the second before.", "Parts", sign=_of(timestamp="1699999999")),
    Case("wrong-method", "For a POST.", "Parts", sign=_of(method="POST")),
    Case("wrong-method-case", "Over the method in lower case.", "Parts", sign=_of(method="get")),
    Case("wrong-no-method", "Without the method, as the Partner API's rule has it.", "Parts", sign=_of(method="")),
    Case("wrong-path", "Over the path alone.", "Parts", sign=_of(url="/qapi/v1/balance")),
    Case(
        "wrong-feed-scheme", "A feed, signed as https.", "Parts", url=f"wss://{FEED}", sign=_of(url=f"https://{FEED}")
    ),
    Case(
        "wrong-separator",
        "With a newline between the parts.",
        "Parts",
        sign=_over(lambda case: f"{case.timestamp}\n{case.method}\n{case.url}\n".encode() + case.body),
    ),
    Case("wrong-secret", "With another secret.", "Secret", sign=_of(key="bytes-80")),
    Case(
        "wrong-secret-text",
        "With the text of the secret in the place of its bytes.",
        "Secret",
        sign=lambda case: base64url(hmac.digest(SECRETS[case.key][1].encode(), case.message, hashlib.sha256)),
    ),
    Case(
        "wrong-hash",
        "HMAC with SHA-512, cut to 32 bytes.",
        "Hash",
        sign=lambda case: base64url(hmac.digest(case.secret, case.message, hashlib.sha512)[:32]),
    ),
    Case(
        "wrong-no-hmac",
        "SHA-256 over secret and message, which is no HMAC.",
        "Hash",
        sign=lambda case: base64url(hashlib.sha256(case.secret + case.message).digest()),
    ),
)

CASES: tuple[Case, ...] = (*VALID, *INVALID)


def build_hmac() -> str:
    """Return the text of hmac-vectors.json."""
    return dump(
        {
            "comment": "Signatures of requests to the Qredo API v1, right and wrong. RULE.md explains the rule, "
            "hmac-vectors.schema.json this file. The secrets are test secrets.",
            "version": 1,
            "algorithm": "HMAC-SHA256 over timestamp + method + url + body; base64url without padding",
            "notes": {name: {"description": text} for name, text in NOTES.items()},
            "secrets": [_describe_secret(name, *secret) for name, secret in SECRETS.items()],
            "number_of_vectors": len(CASES),
            "vectors": [_describe(case) for case in CASES],
        }
    )


def _describe_secret(name: str, comment: str, text: str) -> dict[str, object]:
    return {"id": name, "comment": comment, "text": text, "bytes": base64.b64encode(_bytes_of(text)).decode()}


def _describe(case: Case) -> dict[str, object]:
    return {
        "id": case.id,
        "comment": case.comment,
        "secret": case.key,
        "timestamp": case.timestamp,
        "method": case.method,
        "url": case.url,
        "body": base64.b64encode(case.body).decode(),
        "string_to_sign": base64.b64encode(case.message).decode(),
        "signature": case.signature,
        "result": "valid" if case.sign is None else "invalid",
        "flags": [case.flag],
    }


def _bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
