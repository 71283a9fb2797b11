"""The HMAC rule of the Qredo API v1 as pure functions, and its published vectors."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from qredo_signing import (
    CredentialsError,
    HmacCredentials,
    InvalidSignatureError,
    UnsignableError,
    sign_hmac,
    verify_hmac,
)

FOLDER = Path(__file__).parents[3] / "spec" / "signing"
DOCUMENT: dict[str, Any] = json.loads((FOLDER / "hmac-vectors.json").read_text(encoding="ascii"))
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
SECRETS: dict[str, dict[str, str]] = {secret["id"]: secret for secret in DOCUMENT["secrets"]}
VALID = [vector for vector in VECTORS if vector["result"] == "valid"]
SECRET = bytes(range(32))
URL = "https://api.qredo.network/qapi/v1/balance"
PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))

secrets = st.binary(min_size=1, max_size=100)
stamps = st.integers(0, 2**40).map(str)
methods = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"])
urls = st.builds("https://{}/{}".format, st.sampled_from(["h", "h:8443"]), st.text(PRINTABLE.replace("#", "")))
bodies = st.binary(max_size=200)


@pytest.mark.parametrize(
    ("timestamp", "signature"),
    [
        ("1644848012", "ZPjvuaQHtHVKg26nd5FMNJKRyA45d5VzwonbZkRxt9w"),
        ("1644591813", "KSsM3XNpAuiZ78QFLqY9MDyOvR1LPfsvB6u4lHvkvow"),
    ],
)
def test_the_vendors_signatures(timestamp: str, signature: str) -> None:
    """The two signatures that the vendor published come out exactly, from the secret as it was issued."""
    secret = HmacCredentials(
        "_lJCqc-T3cnNpw", "JDJhJDA0JGV0aGt1LnE1a0NyZUFhaHFYVnlzZnVpU0Ryd2xOVThIZTY0TkhpRzRaLjF6YS9ZSi95SExL"
    ).secret
    url = "http://127.0.0.1:8002/qapi/v1/balance"
    assert sign_hmac(secret, timestamp, "GET", url, b"") == signature
    verify_hmac(secret, timestamp, "GET", url, b"", signature)


@given(secrets, stamps, methods, urls, bodies)
def test_what_is_signed_verifies(secret: bytes, stamp: str, method: str, url: str, body: bytes) -> None:
    """Every signature verifies, and is the base64url text without padding of the HMAC that Python's own library has."""
    signature = sign_hmac(secret, stamp, method, url, body)
    verify_hmac(secret, stamp, method, url, body, signature)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", signature)
    message = f"{stamp}{method}{url}".encode() + body
    assert base64.urlsafe_b64decode(signature + "=") == hmac.new(secret, message, hashlib.sha256).digest()


@given(stamps, methods, urls, bodies, st.sampled_from(range(5)), st.data())
def test_another_part_fails(stamp: str, method: str, url: str, body: bytes, part: int, data: st.DataObject) -> None:
    """With another timestamp, method, URL, body or secret the signature is invalid."""
    kinds: list[st.SearchStrategy[Any]] = [stamps, methods, urls, bodies, st.binary(min_size=32, max_size=32)]
    parts: list[Any] = [stamp, method, url, body, SECRET]
    changed: list[Any] = [
        *parts[:part],
        data.draw(kinds[part].filter(lambda other: other != parts[part])),
        *parts[part + 1 :],
    ]
    assume(b"".join(map(_bytes, changed)) != b"".join(map(_bytes, parts)))  # nothing stands between the parts
    with pytest.raises(InvalidSignatureError):
        verify_hmac(
            changed[4], changed[0], changed[1], changed[2], changed[3], sign_hmac(SECRET, stamp, method, url, body)
        )


def _bytes(part: str | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.encode()


@given(st.data())
def test_a_changed_signature_fails(data: st.DataObject) -> None:
    """One character of the signature changed makes it invalid, whatever the character is."""
    signature = sign_hmac(SECRET, "1", "GET", URL, b"")
    place = data.draw(st.integers(0, len(signature) - 1))
    character = data.draw(st.characters(exclude_categories=()).filter(lambda each: each != signature[place]))
    with pytest.raises(InvalidSignatureError, match="not made with this secret"):
        verify_hmac(SECRET, "1", "GET", URL, b"", signature[:place] + character + signature[place + 1 :])


@pytest.mark.parametrize("method", ["get", "Get", "", " GET", "GET\n", "GÉT", b"GET", None])
def test_a_method_is_in_upper_case(method: Any) -> None:
    """What no request line has as its method is refused, and no signature can be right for it."""
    with pytest.raises(UnsignableError, match="the method must be in upper case"):
        sign_hmac(SECRET, "1", method, URL, b"")
    with pytest.raises(InvalidSignatureError, match="no signature can be right here: the method"):
        verify_hmac(SECRET, "1", method, URL, b"", sign_hmac(SECRET, "1", "GET", URL, b""))


def test_the_parts_are_checked() -> None:
    """Timestamp, URL and body are held to the same form as for RSA, and the secret to its decoded bytes."""
    wrong: Any
    for wrong in ("", "1 2", 1700000000):
        with pytest.raises(UnsignableError, match="stamp"):
            sign_hmac(SECRET, wrong, "GET", URL, b"")
    with pytest.raises(UnsignableError, match="absolute"):
        sign_hmac(SECRET, "1", "GET", "/qapi/v1/balance", b"")
    wrong = "{}"
    with pytest.raises(TypeError, match="bytes that are sent"):
        sign_hmac(SECRET, "1", "GET", URL, wrong)
    wrong = "c2VjcmV0"
    with pytest.raises(TypeError, match="secret must be the decoded bytes of the API secret, got str"):
        sign_hmac(wrong, "1", "GET", URL, b"")


# --- The published vectors


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_a_vector(vector: dict[str, Any]) -> None:
    """Parts make the string to sign; the plugin makes and takes a valid signature, and refuses an invalid one."""
    secret = base64.b64decode(SECRETS[vector["secret"]]["bytes"])
    parts = (vector["timestamp"], vector["method"], vector["url"], base64.b64decode(vector["body"]))
    assert b"".join(_bytes(part) for part in parts) == base64.b64decode(vector["string_to_sign"])
    raw = hmac.digest(secret, base64.b64decode(vector["string_to_sign"]), "sha256")
    right = base64.urlsafe_b64encode(raw).decode().rstrip("=")  # without the plugin
    assert (vector["signature"] == right) is (vector["result"] == "valid")
    if vector["result"] == "valid":
        assert sign_hmac(secret, *parts) == vector["signature"]
        verify_hmac(secret, *parts, vector["signature"])
    else:
        with pytest.raises(InvalidSignatureError):
            verify_hmac(secret, *parts, vector["signature"])


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_secret_of_the_vectors(secret: dict[str, str]) -> None:
    """The text of each secret gives its bytes."""
    assert HmacCredentials("k", secret["text"]).secret == base64.b64decode(secret["bytes"])


@pytest.mark.needs("openssl")
def test_openssl_agrees() -> None:
    """openssl makes every valid signature of the file."""
    for vector in VALID:
        secret = base64.b64decode(SECRETS[vector["secret"]]["bytes"]).hex()
        command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{secret}", "-binary"]
        message = base64.b64decode(vector["string_to_sign"])
        raw = subprocess.run(command, input=message, capture_output=True, check=True).stdout
        assert base64.urlsafe_b64encode(raw).decode().rstrip("=") == vector["signature"]


@pytest.mark.parametrize("secret", DOCUMENT["secret_texts"], ids=lambda secret: secret["id"])
def test_texts_of_secrets(secret: dict[str, Any]) -> None:
    """A text is taken for the bytes that it stands for, or refused: not decoded to another key."""
    if secret["result"] == "valid":
        assert HmacCredentials("key", secret["text"]).secret == base64.b64decode(secret["bytes"])
    else:
        with pytest.raises(CredentialsError, match="API secret"):
            HmacCredentials("key", secret["text"])


def test_the_file_follows_its_schema() -> None:
    """The file is valid by its schema; ids are unique, secrets and flags are those described, and the number agrees."""
    schema = json.loads((FOLDER / "hmac-vectors.schema.json").read_text(encoding="ascii"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(DOCUMENT)
    for each in (VECTORS, DOCUMENT["secret_texts"]):
        assert max(Counter(vector["id"] for vector in each).values()) == 1
    assert all((text["bytes"] is None) is (text["result"] == "invalid") for text in DOCUMENT["secret_texts"])
    assert {vector["secret"] for vector in VECTORS} == set(SECRETS)
    assert {flag for vector in VECTORS for flag in vector["flags"]} == set(DOCUMENT["notes"])
    assert DOCUMENT["number_of_vectors"] == len(VECTORS)


def test_the_page_shows_the_golden_vectors() -> None:
    """RULE.md has the published signatures, and says how many cases there are."""
    text = (FOLDER / "RULE.md").read_text(encoding="utf-8")
    for vector in VECTORS:
        if "Golden" in vector["flags"]:
            assert f"| `{vector['timestamp']}` | `{vector['signature']}` |" in text
            assert f"`{vector['url']}`" in text
    assert f"`{SECRETS['vendor']['text']}`" in text
    assert f"`hmac-vectors.json` has {len(VECTORS)} cases" in text
