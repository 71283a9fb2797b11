"""The file hmac-vectors.json: requests to the Qredo API v1 with their HMAC, right and wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace

from ._text import base64url, document

__all__ = ["CASES", "build"]

BASE = "https://api.qredo.network/qapi/v1"
BALANCE = f"{BASE}/balance"
STANDARD = str.maketrans("-_", "+/")

NOTES = {
    "Basic": "An everyday request.",
    "Body": "The bytes of the body as sent: JSON that is written again after signing is other bytes.",
    "Encoding": "The signature is not the one text that encodes its bytes: base64url without padding, 43 characters.",
    "Feed": "The handshake of a WebSocket feed is a GET without a body; its URL is signed with wss (or ws).",
    "Golden": "Published by the vendor.",
    "Hash": "The algorithm is HMAC with SHA-256.",
    "Method": "The method, in upper case, is signed. (For the Partner API it is not.)",
    "NoSeparator": "Nothing stands between the parts, so requests that split the same bytes elsewhere share a signature. All of them are valid; a server takes the URL from the request line.",
    "Parts": "The signature was made over other parts.",
    "Query": "The query as sent, with its question mark: not sorted, not decoded.",
    "Secret": "The key of the HMAC is the secret's bytes; its text is base64, see secret_texts.",
    "Url": "The URL as it goes over the wire.",
}
"""What each flag means."""


@dataclass(frozen=True)
class Secret:
    """An API secret as it is issued, or what a user may give as one.

    Attributes:
        id: Unique, and never given to another text.
        comment: What is special about it.
        text: The text; the vendor shows it in base64url, with or without padding.
        key: The bytes that it stands for, which are the key of the HMAC, or None if it must be refused.
    """

    id: str
    comment: str
    text: str
    key: bytes | None = None

    def describe(self) -> dict[str, object]:
        """The secret as it stands in the file."""
        key = self.key and base64.b64encode(self.key).decode()
        return {"id": self.id, "comment": self.comment, "text": self.text, "bytes": key}


def _issued(id: str, comment: str, text: str) -> Secret:
    return Secret(id, comment, text, base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


ISSUED = (
    _issued(
        "vendor",
        "The sample of the vendor's tool: 60 bytes, which are text.",
        "JDJhJDA0JGV0aGt1LnE1a0NyZUFhaHFYVnlzZnVpU0Ryd2xOVThIZTY0TkhpRzRaLjF6YS9ZSi95SExL",
    ),
    _issued(
        "bytes-32",
        "32 bytes that are no text, issued without padding; its text has both letters that the standard alphabet does not know.",
        "__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA",
    ),
    _issued(
        "bytes-80",
        "80 bytes, so more than a block of SHA-256: HMAC hashes such a key first. Issued with padding.",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0BBQkNERUZHSElKS0xNTk8=",
    ),
)
SECRETS = {secret.id: secret.text for secret in ISSUED}
KEYS = {secret.id: secret.key or b"" for secret in ISSUED}

# fmt: off
_KEY, _BARE = KEYS["bytes-32"], SECRETS["bytes-32"]
SECRET_TEXTS = (
    Secret("url-bare", "The URL-safe alphabet, without padding.", _BARE, _KEY),
    Secret("url-padded", "The URL-safe alphabet, with padding.", f"{_BARE}=", _KEY),
    Secret("standard-bare", "The standard alphabet, without padding.", _BARE.translate(STANDARD), _KEY),
    Secret("standard-padded", "The standard alphabet, with padding.", f"{_BARE.translate(STANDARD)}=", _KEY),
    Secret("white-space-around", "White space at both ends, as a file has it.", f" \t{_BARE}\r\n", _KEY),
    Secret("shortest", "16 bytes.", "AAECAwQFBgcICQoLDA0ODw==", bytes(range(16))),
    Secret("no-padding-needed", "18 bytes, whose text needs no padding.", "AAECAwQFBgcICQoLDA0ODxAR", bytes(range(18))),
    Secret("too-short", "15 bytes: an API key in its place stands for 10.", "AAECAwQFBgcICQoLDA0O"),
    Secret("empty", "No text: an HMAC would take the empty key.", ""),
    Secret("white-space-only", "White space alone.", " \n"),
    Secret("padding-only", "Padding alone.", "=="),
    Secret("both-alphabets", "Letters of both alphabets.", f"{_BARE[:4]}+/{_BARE[6:]}"),
    Secret("newline-inside", "A line break inside, as of a text that was wrapped.", f"{_BARE[:20]}\n{_BARE[20:]}"),
    Secret("space-inside", "A space inside.", f"{_BARE[:20]} {_BARE[20:]}"),
    Secret("stray-bits", "The last letter has bits that stand for nothing: a text that was cut or mistyped.", f"{_BARE[:-1]}B"),
    Secret("cut", "One letter too few, so the rest has stray bits.", _BARE[:-1]),
    Secret("one-letter-left", "One letter more than whole groups of four: it stands for no byte.", f"{_BARE[:40]}A"),
    Secret("padding-short", "One '=' where two are needed.", "AAECAwQFBgcICQoLDA0ODw="),
    Secret("padding-long", "Two '=' where one is needed.", f"{_BARE}=="),
    Secret("padding-needless", "A '=' where none is needed.", "AAECAwQFBgcICQoLDA0ODxAR="),
    Secret("padding-group", "A whole group of padding.", "AAECAwQFBgcICQoLDA0ODxAR===="),
    Secret("padding-inside", "Padding inside: two texts, one after the other.", "AAECAwQFBgcICQoLDA0ODw==AAECAwQFBgcICQoLDA0ODw=="),
    Secret("other-letter", "A letter of neither alphabet.", f"{_BARE[:20]}*{_BARE[21:]}"),
    Secret("not-ascii", "A digit outside ASCII.", f"{_BARE[:20]}\u0661{_BARE[21:]}"),
    Secret("nul", "A character that some decoders skip.", f"{_BARE[:20]}\0{_BARE[20:]}"),
)
# fmt: on
"""Texts of secrets: what each stands for, or that it must be refused."""


@dataclass(frozen=True)
class Case:
    """A request with its signature, or with one that looks like it.

    Attributes:
        id: Unique, and never given to another case.
        comment: What is special about it.
        flag: What it is about; explained in the notes.
        url: The URL as it goes over the wire.
        sign: Makes the text of a wrong signature; None for the right one, which makes the case a valid one.
    """

    id: str
    comment: str
    flag: str
    url: str = BALANCE
    method: str = "GET"
    body: bytes = b""
    secret: str = "bytes-32"
    timestamp: str = "1700000000"
    sign: Callable[[Case], str] | None = None

    @property
    def message(self) -> bytes:
        """The string to sign."""
        return f"{self.timestamp}{self.method}{self.url}".encode() + self.body

    def mac(self, message: bytes | None = None) -> bytes:
        """The HMAC over the string to sign, or over another message."""
        return hmac.digest(KEYS[self.secret], self.message if message is None else message, "sha256")

    def signed(self) -> str:
        """The text of the right signature."""
        return base64url(self.mac())


def signed_over(**other: str) -> Callable[[Case], str]:
    """Make a right signature over other parts, or with another secret."""
    return lambda case: replace(case, **other).signed()  # type: ignore[arg-type]


# fmt: off
VALID = (
    Case("golden-readme", "Published in the README of the vendor's tool.", "Golden", url="http://127.0.0.1:8002/qapi/v1/balance", secret="vendor", timestamp="1644848012"),
    Case("golden-api-http", "Published in doc/api.http of the vendor's tool.", "Golden", url="http://127.0.0.1:8002/qapi/v1/balance", secret="vendor", timestamp="1644591813"),
    Case("get", "A GET.", "Basic"),
    Case("post", "A POST with a body.", "Basic", url=f"{BASE}/transaction", method="POST", body=b'{"from":"0x1","to":"0x2","value":"1"}'),
    Case("long-secret", "A secret of more than 64 bytes.", "Secret", secret="bytes-80"),
    Case("post-empty", "A POST without a body differs from a GET of the same URL by the method alone.", "Method", method="POST"),
    Case("put", "A PUT.", "Method", url=f"{BASE}/funds/f", method="PUT", body=b"{}"),
    Case("delete", "A DELETE.", "Method", url=f"{BASE}/funds/f", method="DELETE"),
    Case("utf8", "Text beyond ASCII, in UTF-8.", "Body", url=f"{BASE}/transaction", method="POST", body='{"note":"Société 基金 😀"}'.encode()),
    Case("utf8-escaped", "The same JSON with escapes is another body.", "Body", url=f"{BASE}/transaction", method="POST", body=b'{"note":"Soci\\u00e9t\\u00e9 \\u57fa\\u91d1 \\ud83d\\ude00"}'),
    Case("spaces", "JSON with spaces, as Python writes it when it is not told otherwise.", "Body", url=f"{BASE}/transaction", method="POST", body=b'{"from": "0x1", "to": "0x2", "value": "1"}'),
    Case("newline", "A newline at the end of the body counts.", "Body", url=f"{BASE}/transaction", method="POST", body=b'{"from":"0x1","to":"0x2","value":"1"}\n'),
    Case("not-text", "A body that is no text.", "Body", url=f"{BASE}/transaction", method="POST", body=bytes(range(256)) ),
    Case("query", "A query, with its question mark.", "Query", url=f"{BASE}/funds/f/history?direction=in&limit=2"),
    Case("query-order", "Its parts in another order.", "Query", url=f"{BASE}/funds/f/history?limit=2&direction=in"),
    Case("query-escapes", "Escapes as sent.", "Query", url=f"{BASE}/funds/f/history?note=a%20b+c%c3%a9"),
    Case("query-empty", "A question mark with nothing after it.", "Query", url=f"{BASE}/balance?"),
    Case("slash", "A slash at the end of the path counts.", "Url", url=f"{BASE}/balance/"),
    Case("port", "A port as sent.", "Url", url="https://gateway.example:8443/qapi/v1/balance"),
    Case("ipv6", "A host in brackets.", "Url", url="http://[::1]:8002/qapi/v1/balance"),
    Case("feed", "The handshake of a feed: a GET whose URL is signed with wss.", "Feed", url="wss://api.qredo.network/qapi/v1/transactions/feed"),
    Case("feed-emulator", "The same with ws.", "Feed", url="ws://127.0.0.1:8002/qapi/v1/transactions/feed"),
    Case("no-separator-one", "The URL ends where the body begins.", "NoSeparator", url=f"{BASE}/transaction", method="POST", body=b"/x"),
    Case("no-separator-two", "The same bytes split elsewhere, and so the same signature.", "NoSeparator", url=f"{BASE}/transaction/x", method="POST"),
)
# fmt: on

# fmt: off
INVALID = (
    Case("wrong-padded", "With padding.", "Encoding", sign=lambda case: case.signed() + "="),
    Case("wrong-alphabet", "Of the standard alphabet.", "Encoding", sign=lambda case: case.signed().translate(STANDARD) ),
    Case("wrong-low-bits", "With a bit set beyond the last byte, which many decoders overlook.", "Encoding", sign=lambda case: case.signed()[:-1] + "1"),
    Case("wrong-newline", "With a newline at the end.", "Encoding", sign=lambda case: case.signed() + "\n"),
    Case("wrong-hex", "In hex.", "Encoding", sign=lambda case: case.mac().hex()),
    Case("wrong-empty", "No signature.", "Encoding", sign=lambda case: ""),
    Case("wrong-cut", "The first 16 bytes only.", "Encoding", sign=lambda case: base64url(case.mac()[:16])),
    Case("wrong-timestamp", "For the second before.", "Parts", sign=signed_over(timestamp="1699999999")),
    Case("wrong-method", "For a POST.", "Parts", sign=signed_over(method="POST")),
    Case("wrong-method-case", "Over the method in lower case.", "Parts", sign=signed_over(method="get")),
    Case("wrong-no-method", "Without the method, as the Partner API's rule has it.", "Parts", sign=signed_over(method="") ),
    Case("wrong-path", "Over the path alone.", "Parts", sign=signed_over(url="/qapi/v1/balance")),
    Case("wrong-feed-scheme", "A feed, signed as https.", "Parts", url="wss://api.qredo.network/qapi/v1/transactions/feed", sign=signed_over(url=f"{BASE}/transactions/feed")),
    Case("wrong-separator", "With a newline between the parts.", "Parts", sign=lambda case: base64url(case.mac("\n".join((case.timestamp, case.method, case.url, "")).encode()))),
    Case("wrong-secret", "With another secret.", "Secret", sign=signed_over(secret="bytes-80")),
    Case("wrong-secret-text", "With the text of the secret in the place of its bytes.", "Secret", sign=lambda case: base64url(hmac.digest(SECRETS[case.secret].encode(), case.message, "sha256"))),
    Case("wrong-hash", "HMAC with SHA-512, cut to 32 bytes.", "Hash", sign=lambda case: base64url(hmac.digest(KEYS[case.secret], case.message, "sha512")[:32])),
    Case("wrong-no-hmac", "SHA-256 over secret and message, which is no HMAC.", "Hash", sign=lambda case: base64url(hashlib.sha256(KEYS[case.secret] + case.message).digest())),
)
# fmt: on

CASES = (*VALID, *INVALID)


def build() -> str:
    """Return the text of hmac-vectors.json."""
    return document(
        "Signatures of requests to the Qredo API v1, right and wrong. RULE.md explains the rule, hmac-vectors.schema.json this file. The secrets are test secrets.",
        "HMAC-SHA256 over timestamp + method + url + body; base64url without padding",
        NOTES,
        [_describe(case) for case in CASES],
        secrets=[one.describe() for one in ISSUED],
        secret_texts=[one.describe() | {"result": "valid" if one.key else "invalid"} for one in SECRET_TEXTS],
    )


def _describe(case: Case) -> dict[str, object]:
    return {
        "id": case.id,
        "comment": case.comment,
        "secret": case.secret,
        "timestamp": case.timestamp,
        "method": case.method,
        "url": case.url,
        "body": base64.b64encode(case.body).decode(),
        "string_to_sign": base64.b64encode(case.message).decode(),
        "signature": case.signed() if case.sign is None else case.sign(case),
        "result": "valid" if case.sign is None else "invalid",
        "flags": [case.flag],
    }
