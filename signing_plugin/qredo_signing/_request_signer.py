"""API key, stamp and signature on one request, and a nonce that was never sent back to where it came from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import httpx

from ._credentials import Credentials
from ._keys import PrivateKey
from ._rule import encode_signature, sign, string_to_sign
from ._signer import is_async_signer, sync_signer
from ._stamps import NonceStamps, Timestamps
from ._threads import finish, in_thread

__all__ = ["RequestSigner"]


class RequestSigner:
    """Signs requests. The stamp that a request carries in its header is the one that was issued for it last."""

    def __init__(self, credentials: Credentials, stamps: Timestamps | NonceStamps, offload: bool) -> None:
        self._credentials = credentials
        self._stamps = stamps
        self._offload = offload
        self._computes = isinstance(credentials.signer, PrivateKey)

    def sign(self, request: httpx.Request) -> None:
        """Stamp and sign. A nonce goes back if there is no signature."""
        signer = sync_signer(self._credentials.signer)
        stamp = self._stamp(request)
        try:
            signature = sign(signer, stamp, _wire_url(request), request.content)
        except BaseException:
            self.give_back(request)
            raise
        self._apply(request, signature)

    async def async_sign(self, request: httpx.Request) -> None:
        """Stamp and sign, in a thread if that takes long. A nonce goes back if there is no signature, or no time."""
        signer = self._credentials.signer
        try:
            if is_async_signer(signer):
                await self._run(partial(self._stamp, request), self._stamps.blocks)
                stamp = request.headers[self._stamps.header]
                # The message is in no variable, where a tool that prints those would find the body.
                raw = await signer.sign(string_to_sign(stamp, _wire_url(request), request.content))
                self._apply(request, encode_signature(raw))
            else:
                # Stamped in the thread too: a request that waits for its turn must not grow old meanwhile.
                await self._run(partial(self.sign, request), self._offload or self._stamps.blocks)
        except BaseException:
            await self.async_give_back(request)
            raise

    def give_back(self, request: httpx.Request) -> None:
        """Say that the request was never sent with the stamp that it has, if it has one."""
        stamp = request.headers.pop(self._stamps.header, None)
        if stamp is not None:
            self._stamps.give_back(stamp)

    async def async_give_back(self, request: httpx.Request) -> None:
        """The same for an async client."""
        await self._run(partial(self.give_back, request), self._stamps.blocks)

    def _stamp(self, request: httpx.Request) -> str:
        stamp = self._stamps.next()
        request.headers[self._stamps.header] = stamp
        return stamp

    def _apply(self, request: httpx.Request, signature: str) -> None:
        request.headers["x-api-key"] = self._credentials.api_key
        request.headers["x-sign"] = signature

    async def _run(self, function: Callable[[], object], takes_long: bool) -> None:
        if not takes_long:
            function()
        elif self._stamps.counted:  # a number that was issued must not get lost by a cancellation
            await finish(partial(in_thread, function, computes=self._computes))
        else:
            await in_thread(function, computes=self._computes)


def _wire_url(request: httpx.Request) -> str:
    """The URL as it goes over the wire; `str(request.url)` may differ (an empty path, for one)."""
    url = request.url
    return b"".join((url.raw_scheme, b"://", url.netloc, url.raw_path)).decode("ascii")
