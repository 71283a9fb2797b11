"""Makes `spec/signing/vectors.json` from the cases below; `test_vectors.py` fails when the file differs.

    python tests/signing/make_vectors.py

The signatures come from the `cryptography` package alone, not from the code that the vectors are to check.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

FOLDER = Path(__file__).resolve().parents[2] / "spec" / "signing"
FILE = FOLDER / "vectors.json"
KEYS = {"rsa-2048": "test-rsa-2048-pkcs1", "rsa-4096": "test-rsa-4096-pkcs8"}

PRODUCTION = "https://api.qredo.network/api/v1/p"
SANDBOX = "https://sandbox-api.qredo.network/api/v1/p"
CREATE = f"{SANDBOX}/company"
COMPANY = f"{SANDBOX}/company/2CpSPxXN0JjaFHFDvFmPhNoMVeA"
SEARCH = f"{COMPANY}/fund/search"


class Case(NamedTuple):
    """One case to sign."""

    id: str
    comment: str
    url: str
    body: bytes = b""
    stamp: str = "1700000000"
    kind: str = "timestamp"
    key: str = "rsa-2048"


CASES = (
    Case("get", "a GET without query or body", f"{PRODUCTION}/company/2CpSPxXN0JjaFHFDvFmPhNoMVeA"),
    Case("get-4096", "the same with a key of 4096 bits in PKCS#8", f"{PRODUCTION}/assets", key="rsa-4096"),
    Case("get-sandbox", "the sandbox's host", f"{SANDBOX}/assets"),
    Case("get-qapi", "the sandbox's other base path", "https://sandbox-api.qredo.network/qapi/v1/p/assets"),
    Case("get-play", "the deprecated play host", "https://play-api.qredo.network/api/v1/p/assets"),
    Case("query", "a plain query", f"{SEARCH}?name=main"),
    Case("query-empty", "a question mark with nothing after it is signed too", f"{SEARCH}?"),
    Case("query-repeated", "one name twice, in the order sent", f"{SEARCH}?tag=b&tag=a&tag=b"),
    Case("query-escaped", "reserved characters, escaped", f"{SEARCH}?name=R%26D%20%3D%201%2F2%3F%23"),
    Case("query-unescaped", "reserved characters that may stand as they are", f"{COMPANY}/x?a=:@!$'()*,;/?-._~&b="),
    Case("query-plus", "a space written as plus", f"{SEARCH}?name=main+fund"),
    Case("query-percent-20", "the same space written as %20 is another string", f"{SEARCH}?name=main%20fund"),
    Case("query-upper-hex", "percent-encoding in upper case, as sent", f"{SEARCH}?name=Caf%C3%A9"),
    Case("query-lower-hex", "the same in lower case is another string", f"{SEARCH}?name=Caf%c3%a9"),
    Case("query-double", "encoded twice stays encoded twice", f"{SEARCH}?name=100%2525"),
    Case("query-cjk", "percent-encoded text outside Latin-1", f"{SEARCH}?name=%E5%9F%BA%E9%87%91"),
    Case("path-escaped-slash", "an escaped slash inside a path segment", f"{SANDBOX}/coreclient/a%2Fb/actions"),
    Case("path-root", "nothing but the slash that an empty path has on the wire", "https://api.qredo.network/"),
    Case("port", "an explicit port", "https://gateway.example:8443/api/v1/p/assets"),
    Case("loopback", "plain http on loopback, as an emulator serves it", "http://127.0.0.1:8080/api/v1/p/assets"),
    Case("ipv6", "an IPv6 host in brackets", "http://[::1]:8080/api/v1/p/assets"),
    Case("feed", "a WebSocket handshake: wss, no body", "wss://api.qredo.network/api/v1/p/coreclient/feed"),
    Case("feed-nonce", "the same with a nonce", "wss://api.qredo.network/api/v1/p/wallets/feed", b"", "7", "nonce"),
    Case("post-json", "compact JSON", CREATE, b'{"name":"ACME Corp","country":"FR"}'),
    Case("post-json-spaced", "the same values with spaces are other bytes", CREATE, b'{"name": "ACME Corp"}'),
    Case("post-json-utf8", "non-ASCII JSON in UTF-8", CREATE, '{"name":"Société Générale Ü 基金"}'.encode()),
    Case("post-json-astral", "characters beyond the BMP", CREATE, '{"name":"🏦 🪙"}'.encode()),
    Case("post-json-ascii", "the same kind of text as JSON escapes", CREATE, b'{"name":"Soci\\u00e9t\\u00e9"}'),
    Case("post-decomposed", "e and a combining accent: not normalised", CREATE, '{"name":"Cafe\u0301"}'.encode()),
    Case("post-newline", "a trailing newline belongs to the body", CREATE, b'{"name":"ACME Corp"}\n'),
    Case("post-crlf", "line ends as sent", CREATE, b'{\r\n  "name": "ACME Corp"\r\n}\r\n'),
    Case("post-bom", "a byte order mark belongs to the body", CREATE, b'\xef\xbb\xbf{"name":"ACME"}'),
    Case("post-empty-object", "an empty object is not an empty body", f"{COMPANY}/trustedparty", b"{}"),
    Case("post-binary", "every byte value, not text in any encoding", CREATE, bytes(range(256))),
    Case("post-digits", "no separator between URL and body", f"{SANDBOX}/coreclient/init", b"1700000000"),
    Case("post-20k", "a body of 20,000 bytes", f"{COMPANY}/fund", b'{"note":"' + b"0123456789" * 1998 + b'012345678"}'),
    Case("post-4096", "a body and a key of 4096 bits", f"{COMPANY}/fund", b'{"name":"main"}', key="rsa-4096"),
    Case(
        "nonce-microseconds",
        "a nonce as a clock in microseconds gives it",
        f"{SANDBOX}/assets",
        b"",
        "1700000000000001",
        "nonce",
    ),
    Case("nonce-one", "the first of a counter", f"{PRODUCTION}/assets", b"", "1", "nonce"),
    Case("nonce-post", "a nonce with a body", CREATE, b'{"name":"ACME Corp"}', "2", "nonce", "rsa-4096"),
    Case("timestamp-2038", "seconds beyond 32 bits", f"{SANDBOX}/assets", b"", "4102444800"),
)


def load_key(key_id: str) -> RSAPrivateKey:
    """Load one of the test keys."""
    key = load_pem_private_key((FOLDER / "keys" / f"{KEYS[key_id]}.pem").read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def build() -> str:
    """Return the text of the file."""
    keys = {key_id: load_key(key_id) for key_id in KEYS}
    document = {
        "comment": "Signatures of the Qredo Partner API. All keys are test keys. Made by tests/signing/make_vectors.py",
        "algorithm": "RSASSA-PKCS1-v1_5 with SHA-256 over stamp + url + body; base64url without padding",
        "keys": [_describe_key(key_id, key) for key_id, key in keys.items()],
        "vectors": [_sign(case, keys[case.key]) for case in CASES],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _describe_key(key_id: str, key: RSAPrivateKey) -> dict[str, object]:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "id": key_id,
        "bits": key.key_size,
        "private_key": f"keys/{KEYS[key_id]}.pem",
        "public_key": f"keys/{KEYS[key_id]}.public.pem",
        "fingerprint": hashlib.sha256(der).hexdigest(),
    }


def _sign(case: Case, key: RSAPrivateKey) -> dict[str, object]:
    message = case.stamp.encode() + case.url.encode() + case.body
    signature = key.sign(message, PKCS1v15(), SHA256())
    return {
        "id": case.id,
        "comment": case.comment,
        "key": case.key,
        "stamp": {"kind": case.kind, "text": case.stamp},
        "url": case.url,
        "body": base64.b64encode(case.body).decode(),
        "string_to_sign": base64.b64encode(message).decode(),
        "digest": hashlib.sha256(message).hexdigest(),
        "signature": base64.urlsafe_b64encode(signature).rstrip(b"=").decode(),
    }


if __name__ == "__main__":
    FILE.write_text(build())
