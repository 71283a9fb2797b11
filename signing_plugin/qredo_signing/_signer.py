"""What can sign: our own keys, or any object of the user's with one method (an HSM, a KMS)."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["Signer", "fingerprint_of"]


@runtime_checkable
class Signer(Protocol):
    """Makes RSASSA-PKCS1-v1_5 signatures with SHA-256; hashing the message is the signer's job.

    `PrivateKey` is one. So is any object of yours that keeps the key elsewhere: it must be safe to call from several
    threads. If it also has a `fingerprint` (text), error messages and `explain()` show that.
    """

    def sign(self, message: bytes, /) -> bytes:
        """Return the raw signature over the message, as long as the key's modulus (256 bytes for 2048 bits)."""
        ...


def fingerprint_of(key: object) -> str | None:
    """Return the key's public fingerprint, if the object gives one."""
    fingerprint = getattr(key, "fingerprint", None)
    return fingerprint if isinstance(fingerprint, str) else None
