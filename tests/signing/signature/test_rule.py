"""The signing rule as pure functions."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing import InvalidSignatureError, PrivateKey, SignerError, UnsignableError, explain, sign, verify

from ..conftest import KEYS
from ..doubles import DummyHSM

KEY = PrivateKey.from_pem((KEYS / "test-rsa-2048-pkcs1.pem").read_bytes())
URL = "https://api.qredo.network/api/v1/p/assets"
PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))

stamps = st.text(PRINTABLE, min_size=1, max_size=20)
urls = st.builds(
    "{}://{}/{}".format,
    st.sampled_from(["https", "wss", "http", "ws"]),
    st.sampled_from(["api.qredo.network", "127.0.0.1:8080", "[::1]:8080"]),
    st.text(PRINTABLE.replace("#", ""), max_size=40),
)
bodies = st.binary(max_size=200)


@given(stamps, urls, bodies)
def test_what_is_signed_verifies(stamp: str, url: str, body: bytes) -> None:
    """Every signature verifies with the key's public half, and is base64url without padding of 256 bytes."""
    signature = sign(KEY, stamp, url, body)
    verify(KEY.public_key, stamp, url, body, signature)
    assert len(signature) == 342
    assert sign(KEY, stamp, url, body) == signature


@given(stamps, urls, bodies, st.data())
def test_a_changed_byte_fails(stamp: str, url: str, body: bytes, data: st.DataObject) -> None:
    """One byte changed anywhere in stamp, URL or body makes the signature invalid."""
    signature = sign(KEY, stamp, url, body)
    message = bytearray(stamp.encode() + url.encode() + body)
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] ^= data.draw(st.integers(1, 255))
    parts = (message[: len(stamp)], message[len(stamp) : len(stamp) + len(url)], message[len(stamp) + len(url) :])
    changed = (parts[0].decode("latin-1"), parts[1].decode("latin-1"), bytes(parts[2]))
    with pytest.raises(InvalidSignatureError):
        verify(KEY.public_key, *changed, signature)
    assert explain(KEY, *changed, signature).valid is False


@given(st.data())
def test_a_changed_signature_fails(data: st.DataObject) -> None:
    """One character of the signature changed makes it invalid, whatever the character is."""
    signature = sign(KEY, "1", URL, b"")
    place = data.draw(st.integers(0, len(signature) - 1))
    character = data.draw(st.characters().filter(lambda character: character != signature[place]))
    with pytest.raises(InvalidSignatureError):
        verify(KEY, "1", URL, b"", signature[:place] + character + signature[place + 1 :])


@pytest.mark.parametrize(
    "change",
    [
        lambda signature: signature + "==",
        lambda signature: signature.replace("-", "+").replace("_", "/"),
        lambda signature: signature + "\n",
        lambda signature: " " + signature,
        lambda signature: signature[:-1],
        lambda signature: signature[:-1] + chr(ord(signature[-1]) + 1),
        lambda signature: signature[:-4],
        lambda signature: signature + "AAAA",
        lambda signature: "",
        lambda signature: "ÿ" + signature[1:],
        lambda signature: base64.urlsafe_b64decode(signature + "==").hex(),
    ],
    ids=["padding", "alphabet", "newline", "space", "cut", "low-bits", "short", "long", "empty", "non-ascii", "hex"],
)
def test_only_one_encoding_is_right(change: Any) -> None:
    """Padding, the other alphabet, white space, stray low bits and wrong lengths are refused."""
    signature = sign(KEY, "1700000000", URL, b"body")
    with pytest.raises(InvalidSignatureError):
        verify(KEY, "1700000000", URL, b"body", change(signature))


def test_another_key_does_not_verify(other_key: PrivateKey) -> None:
    """A signature holds for its own key only."""
    with pytest.raises(InvalidSignatureError, match=KEY.fingerprint):
        verify(KEY, "1", URL, b"", sign(other_key, "1", URL, b""))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("/api/v1/p/assets", "absolute"),
        ("ftp://api.qredo.network/", "https:// or wss://"),
        ("HTTPS://api.qredo.network/", "https:// or wss://"),
        ("https://user:secret@api.qredo.network/", "userinfo"),
        ("https://api.qredo.network/x#part", "fragment"),
        ("https:///x", "no host"),
        ("https://api.qredo.network", "no path"),
        ("https://api.qredo.network?x=1", "no path"),
        ("https://api.qredo.network/a b", "percent-encode"),
        ("https://api.qredo.network/é", "percent-encode"),
        ("https://api.qredo.network/x\n", "percent-encode"),
        ("https://münchen.example/", "percent-encode"),
        (b"https://api.qredo.network/", "must be text"),
    ],
)
def test_a_url_that_never_goes_over_the_wire_is_refused(url: Any, why: str) -> None:
    """`sign` refuses, with the reason and without repeating the URL, what could not match the server's view."""
    with pytest.raises(UnsignableError, match=why) as caught:
        sign(KEY, "1", url, b"")
    assert "secret" not in str(caught.value)
    with pytest.raises(InvalidSignatureError, match=why):
        verify(KEY, "1", url, b"", sign(KEY, "1", URL, b""))


@pytest.mark.parametrize("stamp", ["", " 1", "1\n", "1 2", "é", "1\x00", 1700000000])
def test_a_stamp_that_no_header_can_carry_is_refused(stamp: Any) -> None:
    """`sign` refuses a stamp that would not arrive as it was signed."""
    with pytest.raises(UnsignableError, match="stamp"):
        sign(KEY, stamp, URL, b"")


@pytest.mark.parametrize("body", ["{}", None, {}, bytearray(b"{}")])
def test_only_bytes_are_a_body(body: Any) -> None:
    """An object that would be serialised later is refused: it might be serialised in another way."""
    with pytest.raises(TypeError, match="bytes that are sent"):
        sign(KEY, "1", URL, body)


def test_any_signer_signs() -> None:
    """An object with `sign(message)` gives the same signature as the key it holds."""
    assert sign(DummyHSM(KEY), "1", URL, b"") == sign(KEY, "1", URL, b"")


@pytest.mark.parametrize("answer", ["c2lnbmF0dXJl", b"", 1, [b"x"], bytearray(256)])
def test_a_signer_that_gives_no_signature_is_named(answer: object) -> None:
    """What a signer returns must be bytes, and some; the error says what it was."""
    with pytest.raises(SignerError, match=r"sign\(message\) must return the signature as bytes"):
        sign(DummyHSM(KEY, answer), "1", URL, b"")


def test_sign_needs_a_key_that_signs() -> None:
    """PEM text, or a public key, in the place of a private key is a TypeError that says how to load one."""
    for wrong in (b"-----BEGIN PRIVATE KEY-----", KEY.public_key):
        signer: Any = wrong
        with pytest.raises(TypeError, match="cannot sign: load PEM"):
            sign(signer, "1", URL, b"")


def test_verify_needs_a_key_that_verifies() -> None:
    """A signer that cannot verify is refused by `verify`, and left unjudged by `explain`."""
    signer: Any = DummyHSM(KEY)
    with pytest.raises(TypeError, match="DummyHSM cannot verify"):
        verify(signer, "1", URL, b"", "x")
    assert explain(signer, "1", URL, b"", "x").valid is None


def test_explain_reads_like_a_table() -> None:
    """The text of an explanation holds stamp, URL, length, digest, fingerprint and verdict, a line each."""
    signature = sign(KEY, "1700000000", URL, b"{}")
    digest = hashlib.sha256(f"1700000000{URL}".encode() + b"{}").hexdigest()
    assert str(explain(KEY, "1700000000", URL, b"{}", signature)).splitlines() == [
        "stamp            1700000000",
        f"url              {URL}",
        "body             2 bytes",
        f"sha256 to sign   {digest}",
        f"key fingerprint  {KEY.fingerprint}",
        "signature        valid",
    ]


def test_explain_takes_what_sign_refuses() -> None:
    """`explain` shows a wrong URL instead of refusing it, and says that its signature is not valid."""
    assert explain(KEY, "1", f"{URL}?\ud800", b"", "x").valid is False
    explanation = explain(DummyHSM(KEY), "1", "api.qredo.network/x#y", b"")
    assert (explanation.valid, explanation.key_fingerprint) == (None, None)
    assert "signature        not checked" in str(explanation)
    wrong = explain(KEY, "1", "https://api.qredo.network", b"", sign(KEY, "1", URL, b""))
    assert "signature        NOT valid" in str(wrong)
