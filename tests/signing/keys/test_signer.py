"""Signers of the user's own: keys elsewhere, sync and async."""

from __future__ import annotations

import asyncio
import base64
import functools
from typing import Any

import pytest
from qredo_signing import AsyncSigner, Credentials, KeyLoadError, PrivateKey, SignerError, explain, sign, string_to_sign
from qredo_signing._keys.signer import is_async_signer, sync_signer

from ..doubles import DummyHSM, make_api_key

URL = "https://api.qredo.network/api/v1/p/assets"


class Remote:
    """A key behind the network, asked by a coroutine."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key
        self.fingerprint = key.fingerprint

    async def sign(self, message: bytes, /) -> bytes:
        """Sign, after a turn of the event loop."""
        await asyncio.sleep(0)
        return self._key.sign(message)


class Callable:
    """A callable whose call is a coroutine."""

    async def __call__(self, message: bytes) -> bytes:
        """Sign."""
        return message


class Holder:
    """A signer whose `sign` is set from outside."""

    def __init__(self, sign: Any) -> None:
        self.sign = sign


def test_an_async_signer_signs_the_same(key: PrivateKey) -> None:
    """What an async signer makes of `string_to_sign` is the text that `sign` makes with the same key."""
    signer: AsyncSigner = Remote(key)
    raw = asyncio.run(signer.sign(string_to_sign("1", URL, b"{}")))
    assert base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == sign(key, "1", URL, b"{}")


@pytest.mark.parametrize("wrap", [lambda sign: sign, functools.partial, lambda sign: Callable()])
def test_async_signers_are_told_apart(key: PrivateKey, wrap: Any) -> None:
    """A coroutine function, a partial of one and an object whose call is one are async; a plain function is not."""
    assert is_async_signer(Holder(wrap(Remote(key).sign)))
    assert not is_async_signer(key)
    assert not is_async_signer(DummyHSM(key))
    assert not is_async_signer(object())


def test_sync_use_of_an_async_signer_is_an_error(key: PrivateKey) -> None:
    """`sign` refuses an async signer before it is asked, and says what to do; `explain` still shows its key."""
    signer = Remote(key)
    with pytest.raises(SignerError, match="a Remote signs with a coroutine, which needs an async client"):
        sign(signer, "1", URL, b"")
    with pytest.raises(SignerError):
        sync_signer(signer)
    assert sync_signer(key) is key
    assert explain(signer, "1", URL, b"").key_fingerprint == key.fingerprint


def test_credentials_take_an_async_signer(key: PrivateKey) -> None:
    """`Credentials` hold an async signer as they hold a sync one, and print its fingerprint."""
    credentials = Credentials(make_api_key(), Remote(key))
    assert is_async_signer(credentials.signer)
    assert key.fingerprint in repr(credentials)
    with pytest.raises(KeyLoadError, match="public key"):
        Credentials(make_api_key(), key.public_key)  # type: ignore[arg-type]
