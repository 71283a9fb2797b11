"""What can sign: our own keys, or any object of the user's with one method (an HSM, a KMS)."""

from __future__ import annotations

import inspect
from typing import Protocol, TypeGuard, cast, runtime_checkable

from ..errors import SignerError

__all__ = ["AsyncSigner", "Signer", "fingerprint_of", "is_async_signer", "sync_signer"]


@runtime_checkable
class Signer(Protocol):
    """Makes RSASSA-PKCS1-v1_5 signatures with SHA-256; hashing the message is the signer's job.

    `PrivateKey` is one. So is any object of yours that keeps the key elsewhere: it must be safe to call from several
    threads. If it also has a `fingerprint` (text), error messages and `explain()` show that.
    """

    def sign(self, message: bytes, /) -> bytes:
        """Return the raw signature over the message, as long as the key's modulus (256 bytes for 2048 bits)."""
        ...


@runtime_checkable
class AsyncSigner(Protocol):
    """Async version of `Signer`: a key behind the network, whose signature is awaited.

    It must be safe to call from several tasks. A sync client cannot use it and says so (`SignerError`).
    """

    async def sign(self, message: bytes, /) -> bytes:
        """Return the raw signature over the message, as `Signer.sign` does."""
        ...


def is_async_signer(key: object) -> TypeGuard[AsyncSigner]:
    """Whether the object's `sign` is a coroutine function (or an object whose call is one)."""
    sign = getattr(key, "sign", None)
    return inspect.iscoroutinefunction(sign) or inspect.iscoroutinefunction(getattr(sign, "__call__", None))  # noqa: B004


def sync_signer(key: Signer | AsyncSigner) -> Signer:
    """Return the key as one that signs at once. Raises `SignerError` for an async one."""
    if is_async_signer(key):
        raise SignerError(
            f"a {type(key).__name__} signs with a coroutine, which needs an async client: use one, or give the sync "
            "client a signer with a plain sign(message: bytes) -> bytes"
        )
    return cast(Signer, key)


def fingerprint_of(key: object) -> str | None:
    """Return the key's public fingerprint, if the object gives one."""
    fingerprint = getattr(key, "fingerprint", None)
    return fingerprint if isinstance(fingerprint, str) else None
