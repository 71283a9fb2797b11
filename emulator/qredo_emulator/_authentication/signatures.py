"""What a signature is over, and the keys that tell whether one is right: RSA or HMAC."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from qredo_signing import InvalidSignatureError, PublicKey, verify, verify_hmac

__all__ = ["HmacKey", "RsaKey", "Signed", "VerifyingKey", "raw_signature"]


@dataclass(frozen=True, slots=True)
class Signed:
    """The parts that are joined and signed.

    Attributes:
        stamp: Text of the timestamp or nonce.
        method: In capital letters; empty for a signature that does not cover it.
        url: The whole URL.
        body: The bytes of the body.
    """

    stamp: str
    method: str
    url: str
    body: bytes

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return f"{self.stamp}{self.method}{self.url}".encode("utf-8", "surrogatepass") + self.body


@dataclass(frozen=True, slots=True)
class RsaKey:
    """The public key of an API key."""

    key: PublicKey

    @property
    def fingerprint(self) -> str | None:
        """SHA-256 of the public key in hex."""
        return self.key.fingerprint

    def verify(self, signed: Signed, signature: str) -> None:
        """Check the text of a signature header, strictly. Raises `InvalidSignatureError`."""
        verify(self.key, signed.stamp, signed.url, signed.body, signature)

    def fits(self, message: bytes, raw: bytes) -> bool:
        """Whether a decoded signature is of these bytes."""
        try:
            self.key.verify(message, raw)
        except InvalidSignatureError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class HmacKey:
    """The secret of an API key. It has no fingerprint, since that would show something of it."""

    secret: bytes = field(repr=False)
    fingerprint: str | None = None

    def verify(self, signed: Signed, signature: str) -> None:
        """Check the text of a signature header, strictly. Raises `InvalidSignatureError`."""
        verify_hmac(self.secret, signed.stamp, signed.method, signed.url, signed.body, signature)

    def fits(self, message: bytes, raw: bytes) -> bool:
        """Whether a decoded signature is of these bytes."""
        return hmac.compare_digest(hmac.digest(self.secret, message, hashlib.sha256), raw)

    def read_as_text(self) -> HmacKey:
        """The key of a client that took the text of the secret for the secret."""
        return HmacKey(base64.urlsafe_b64encode(self.secret))

    def read_by_standard_alphabet(self) -> HmacKey:
        """The key of a client that decoded the secret with the standard alphabet, which skips `-` and `_`."""
        text = base64.urlsafe_b64encode(self.secret).rstrip(b"=").replace(b"-", b"").replace(b"_", b"")
        return HmacKey(base64.b64decode(text[: len(text) // 4 * 4]))


VerifyingKey = RsaKey | HmacKey
"""What verifies the signatures of one API key."""


def raw_signature(text: str) -> bytes | None:
    """The bytes of a signature in any base64, padded or not; None for something else."""
    try:
        bare = text.rstrip("=").replace("+", "-").replace("/", "_")
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True) or None
    except (binascii.Error, ValueError):
        return None
