"""What a signature covers, and the keys that verify it: RSA or HMAC."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from qredo_signing import PublicKey, verify, verify_hmac

__all__ = ["HmacKey", "RsaKey", "Signed", "VerifyingKey", "raw_signature"]


_ORDER = ("stamp", "method", "url", "body")
_HASHES = {"sha256": SHA256(), "sha1": SHA1(), "sha384": SHA384(), "sha512": SHA512()}  # noqa: S303 (to name a mistake)


@dataclass(frozen=True, slots=True)
class Signed:
    """The parts that are joined and signed.

    Attributes:
        stamp: Text of the timestamp or nonce.
        method: In capital letters; empty for a signature that does not cover it.
        url: The whole URL.
        body: The bytes of the body.
        order: The names of the parts, as they follow each other. (Clients make mistakes in that as well.)
        between: What stands between two of them.
        again: What is signed in the place of the joined parts: their `digest`, or its `hexdigest`; empty for the parts.
    """

    stamp: str
    method: str
    url: str
    body: bytes
    order: tuple[str, ...] = _ORDER
    between: bytes = b""
    again: str = ""

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        parts = (getattr(self, name) for name in self.order)
        joined = self.between.join(
            part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass") for part in parts if part
        )
        if not self.again:
            return joined
        found = hashlib.sha256(joined)
        return found.digest() if self.again == "digest" else found.hexdigest().encode()


@dataclass(frozen=True, slots=True)
class RsaKey:
    """The public key of an API key. Another `algorithm` is that of a client that uses a wrong one."""

    proof: ClassVar[str] = "rsa"
    key: PublicKey
    algorithm: str = "sha256"

    @property
    def fingerprint(self) -> str | None:
        """SHA-256 of the public key in hex."""
        return self.key.fingerprint

    @property
    def size(self) -> int:
        """Bytes of a signature."""
        return (self.key.bits + 7) // 8

    def verify(self, signed: Signed, signature: str) -> None:
        """Check the text of a signature header, strictly. Raises `InvalidSignatureError`."""
        verify(self.key, signed.stamp, signed.url, signed.body, signature)

    def fits(self, signed: Signed, raw: bytes) -> bool:
        """Whether a decoded signature is of these parts."""
        digest = self.digest_in(raw)
        return digest is not None and digest == hashlib.new(self.algorithm, signed.message).digest()

    def digest_in(self, raw: bytes) -> bytes | None:
        """The digest of what was signed; None for a signature by another key, or by another algorithm."""
        return _digest_in(self.key, raw, self.algorithm)

    def misreadings(self) -> Iterator[tuple[str, RsaKey | HmacKey]]:
        """Keys of clients that sign by another algorithm, with what they do."""
        yield "the padding PSS in the place of PKCS #1 v1.5", _PssKey(self.key)
        for algorithm in ("sha1", "sha384", "sha512"):
            yield f"{algorithm.upper().replace('SHA', 'SHA-')} in the place of SHA-256", RsaKey(self.key, algorithm)


@dataclass(frozen=True, slots=True)
class _PssKey(RsaKey):
    def fits(self, signed: Signed, raw: bytes) -> bool:
        pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO)
        try:
            _loaded(self.key).verify(raw, signed.message, pss, SHA256())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class HmacKey:
    """The secret of an API key. It has no fingerprint, since that would show something of it."""

    proof: ClassVar[str] = "hmac"
    secret: bytes = field(repr=False)
    fingerprint: str | None = None
    size: int = 32

    def verify(self, signed: Signed, signature: str) -> None:
        """Check the text of a signature header, strictly. Raises `InvalidSignatureError`."""
        verify_hmac(self.secret, signed.stamp, signed.method, signed.url, signed.body, signature)

    def fits(self, signed: Signed, raw: bytes) -> bool:
        """Whether a decoded signature is of these parts."""
        return hmac.compare_digest(hmac.digest(self.secret, signed.message, hashlib.sha256), raw)

    def digest_in(self, raw: bytes) -> bytes | None:
        """None: an HMAC does not show what it is of."""

    def misreadings(self) -> Iterator[tuple[str, RsaKey | HmacKey]]:
        """Keys of clients that read the text of the secret in another way, with what they do."""
        text = base64.urlsafe_b64encode(self.secret)
        yield "the text of the API secret as the HMAC key, not decoded", HmacKey(text)
        known = text.rstrip(b"=").replace(b"-", b"").replace(b"_", b"")
        standard = base64.b64decode(known[: len(known) // 4 * 4])
        yield "the API secret decoded with the standard base64 alphabet", HmacKey(standard)


VerifyingKey = RsaKey | HmacKey
"""What verifies the signatures of one API key."""


def raw_signature(text: str, size: int) -> bytes | None:
    """Decode a signature in any base64, padded or not, in hex, or in both; None for anything else.

    Args:
        text: The text of its header.
        size: How many bytes it has.
    """
    bare = text.rpartition(" ")[2].strip("\"'")
    once = [found for found in (_base64(bare), _hex(bare)) if found]
    texts = [found.decode() for found in once if found.isascii()]
    twice = [found for each in texts for found in (_base64(each), _hex(each)) if found]
    return next((found for found in (*once, *twice) if len(found) == size), None)


def _base64(text: str) -> bytes:
    try:
        bare = text.rstrip("=").replace("+", "-").replace("/", "_")
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


@lru_cache(maxsize=64)
def _loaded(key: PublicKey) -> RSAPublicKey:
    loaded = load_pem_public_key(key.to_pem())
    assert isinstance(loaded, RSAPublicKey)
    return loaded


@lru_cache(maxsize=256)
def _digest_in(key: PublicKey, raw: bytes, algorithm: str) -> bytes | None:
    try:
        return _loaded(key).recover_data_from_signature(raw, padding.PKCS1v15(), _HASHES[algorithm])
    except InvalidSignature:
        return None
