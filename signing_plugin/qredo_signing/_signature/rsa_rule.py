"""The signing rule, as pure functions for any HTTP stack.

    x-sign = base64url_without_padding(RSASSA-PKCS1-v1_5-SHA256(stamp + url + body))

`stamp` is the text of the `x-timestamp` header (Unix seconds, decimal) or of the `x-nonce` header, exactly one of
which is sent. `url` is the whole URL as it goes over the wire: scheme, host, path, query. `body` is the bytes sent,
empty for none. No separators, and the HTTP method is no part of it. Source: the vendor's guide on signing API calls,
and its Go tool.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Protocol, cast

from .._keys.signer import AsyncSigner, Signer, sync_signer
from .._secrecy import without_locals
from ..errors import InvalidSignatureError, SignerError, UnsignableError

__all__ = [
    "Verifier",
    "base64url",
    "encode_signature",
    "make_signature",
    "sign",
    "string_to_sign",
    "verifier_of",
    "verify",
]

_STAMP = "[!-~]+"
# What may stand in a URL on the wire (RFC 3986), beside the characters that have their own messages below.
_URL = r"""(?:https?|wss?)://[!"$-.0->A-~]+/[!"$-~]*"""


class Verifier(Protocol):
    """Checks raw signatures: `PublicKey` is one."""

    def verify(self, message: bytes, signature: bytes, /) -> None:
        """Raise `InvalidSignatureError` unless the signature is right."""
        ...


class _HasPublicKey(Protocol):
    @property
    def public_key(self) -> Verifier: ...


@without_locals
def sign(key: Signer | AsyncSigner, stamp: str, url: str, body: bytes) -> str:
    """Make the text of the `x-sign` header.

    Args:
        key: A `PrivateKey`, or any object with `sign(message: bytes) -> bytes`. An `AsyncSigner` is refused: await
            its own `sign` over `string_to_sign(...)`.
        stamp: The text of the `x-timestamp` or `x-nonce` header, exactly as sent.
        url: The full URL exactly as sent, query included; `https://` or, for feeds, `wss://`.
        body: The bytes of the body exactly as sent; `b""` for none.

    Returns:
        The signature in base64url without padding (342 characters for a key of 2048 bits). The same arguments always
        give the same text.

    Raises:
        UnsignableError: The stamp or URL is not in the form that goes over the wire.
        SignerError: The signer is an async one, or what it returned is not bytes.
        TypeError: The key cannot sign, or the body is not bytes.
    """
    if not hasattr(key, "sign"):
        raise TypeError(f"a {type(key).__name__} cannot sign: load PEM with PrivateKey.from_pem or .from_file")
    return encode_signature(sync_signer(key).sign(string_to_sign(stamp, url, body)))


def make_signature(signer: Signer, stamp: str, url: bytes, body: bytes) -> str:
    """Make the text of the `x-sign` header without the checks of `sign`, for parts as httpx sends them."""
    return encode_signature(signer.sign(stamp.encode() + url + body))


@without_locals
def verify(key: Verifier | _HasPublicKey, stamp: str, url: str, body: bytes, signature: str) -> None:
    """Check the text of an `x-sign` header, strictly: only the one encoding that `sign` makes is right.

    Args:
        key: A `PublicKey`, or a `PrivateKey` whose public half is used.
        stamp: As for `sign`.
        url: As for `sign`.
        body: As for `sign`.
        signature: The text of the `x-sign` header.

    Raises:
        InvalidSignatureError: The signature is malformed or does not match.
        TypeError: The key cannot verify, the body is not bytes, or the signature is not text.
    """
    verifier = verifier_of(key)
    if verifier is None:
        raise TypeError(f"a {type(key).__name__} cannot verify: give a PublicKey or a PrivateKey")
    if not isinstance(signature, str):
        raise TypeError(f"signature must be the text of the header, got {type(signature).__name__}")
    try:
        message = string_to_sign(stamp, url, body)
    except UnsignableError as error:
        raise InvalidSignatureError(f"no signature can be right here: {error}") from error
    verifier.verify(message, _decode_signature(signature))


def verifier_of(key: object) -> Verifier | None:
    """Return the part of a key that verifies, or None."""
    verifier = getattr(key, "public_key", None) or key
    return cast(Verifier, verifier) if hasattr(verifier, "verify") else None


def string_to_sign(stamp: str, url: str, body: bytes) -> bytes:
    """Return the bytes that are hashed and signed: stamp, URL and body, with nothing between them.

    Args:
        stamp: As for `sign`.
        url: As for `sign`.
        body: As for `sign`.

    Raises:
        UnsignableError: The stamp or URL is not in the form that goes over the wire.
        TypeError: The body is not bytes: sign the bytes that are sent, not an object that is serialized later.
    """
    if not isinstance(body, bytes):
        raise TypeError(
            f"body must be the bytes that are sent, got {type(body).__name__}: serialize it once, sign these bytes and "
            "send the same ones"
        )
    if not isinstance(stamp, str) or not re.fullmatch(_STAMP, stamp):
        raise UnsignableError("the stamp must be printable ASCII text without spaces, such as '1700000000'")
    if not isinstance(url, str) or not re.fullmatch(_URL, url):
        raise UnsignableError(_why_not_a_wire_url(url))
    return stamp.encode() + url.encode() + body


def encode_signature(raw: object) -> str:
    """Encode a raw signature as the header has it.

    Raises:
        SignerError: What a signer returned is not bytes, or empty.
    """
    if not isinstance(raw, bytes) or not raw:
        given = "no bytes" if isinstance(raw, bytes) else type(raw).__name__
        raise SignerError(f"the signer's sign(message) must return the signature as bytes, but returned {given}")
    return base64url(raw)


def base64url(raw: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode_signature(signature: str) -> bytes:
    try:
        raw = base64.b64decode(signature + "=" * (-len(signature) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    # Comparing with our own encoding also refuses padding, the other alphabet and stray low bits.
    if not raw or base64url(raw) != signature:
        raise InvalidSignatureError("the signature is not base64url without padding (letters, digits, '-' and '_')")
    return raw


def _why_not_a_wire_url(url: object) -> str:
    if not isinstance(url, str):
        return f"the URL must be text, got {type(url).__name__}"
    scheme, separator, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if not separator or scheme not in {"https", "http", "wss", "ws"}:
        return "the URL must be absolute and start with https:// or wss://"
    if "@" in authority:
        return "the URL has userinfo before the host, which never goes over the wire: leave it out"
    if "#" in url:
        return "the URL has a fragment (#), which never goes over the wire: leave it out"
    if not authority:
        return "the URL has no host"
    if not rest[len(authority) :].startswith("/"):
        return "the URL has no path; what goes over the wire has one: write the '/' after the host"
    return "the URL has characters that do not go over the wire as they are: percent-encode it, as it is sent"
