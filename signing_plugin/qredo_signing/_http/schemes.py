"""Credentials on one request, by its security scheme; and a nonce that was never sent back to where it came from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

import httpx

from .._keys.credentials import Credentials
from .._keys.hmac_credentials import HmacCredentials
from .._keys.signer import is_async_signer, sync_signer
from .._nonces.serialize import InFlight
from .._secrecy import clear_frames
from .._signature.agent_token import AgentToken, AgentTokens
from .._signature.headers import AGENT_TOKEN, API_KEY, HMAC_API_KEY, HMAC_SIGNATURE, SIGNATURE
from .._signature.hmac_rule import sign_hmac
from .._signature.rsa_rule import encode_signature, make_signature, string_to_sign
from .._signature.stamps import NonceStamps, Timestamps
from .threads import finish, in_thread

__all__ = ["AgentSigner", "HmacSigner", "PartnerSigner", "RequestSigner"]


class RequestSigner(ABC):
    """Puts the credentials of one security scheme on requests.

    Attributes:
        line: Where requests wait for their turn, if they must arrive in the order in which they were stamped.
        counted: Whether requests carry numbers that the service wants without a gap.
    """

    line: InFlight | None = None
    counted = False

    @abstractmethod
    def sign(self, request: httpx.Request, url: bytes) -> None:
        """Put them on a request that is about to go out; `url` is its URL as it goes over the wire."""

    @abstractmethod
    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        """The same for an async client."""

    def give_back(self, request: httpx.Request) -> None:  # noqa: B027 - most have nothing to give back
        """Say that the request was never sent with the stamp that it has, if it has one."""

    async def async_give_back(self, request: httpx.Request) -> None:  # noqa: B027
        """The same for an async client."""


class AgentSigner(RequestSigner):
    """A token of its own for each request of an agent operation."""

    def __init__(self, source: AgentToken | None) -> None:
        self._tokens = AgentTokens(source)

    def sign(self, request: httpx.Request, url: bytes) -> None:
        """Put a fresh token on a request. Raises `AgentTokenError`."""
        request.headers[AGENT_TOKEN] = self._tokens.next()

    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        """The same; the token may be awaited."""
        request.headers[AGENT_TOKEN] = await self._tokens.anext()


class _StampedSigner(RequestSigner):
    """A stamp, and a signature over it. The stamp in a request's header is the one that was issued for it last."""

    _offload = _computes = False

    def __init__(self, stamps: Timestamps | NonceStamps, line: InFlight | None = None) -> None:
        self._stamps = stamps
        self.counted = stamps.counted
        self.line = line

    @abstractmethod
    def _seal(self, request: httpx.Request, url: bytes, stamp: str) -> None:
        """Put key and signature on a request with this stamp."""

    def sign(self, request: httpx.Request, url: bytes) -> None:
        """Stamp and sign. A nonce goes back if there is no signature."""
        try:
            self._seal(request, url, self._stamp(request))
        except BaseException as error:
            clear_frames(error)
            self.give_back(request)
            raise

    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        """Stamp and sign, in a thread if that takes long. A nonce goes back if there is no signature, or no time."""
        try:
            # Stamped in the thread too: a request that waits for its turn must not grow old meanwhile.
            await self._run(partial(self.sign, request, url), self._offload or self._stamps.blocks)
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

    async def _run(self, function: Callable[[], object], takes_long: bool) -> None:
        if not takes_long:
            function()
            return
        computes = self._computes and not self._stamps.blocks  # who waits for others is not to hold up who signs
        if self._stamps.counted:  # a number that was issued must not get lost by a cancellation
            await finish(partial(in_thread, function, computes=computes))
        else:
            await in_thread(function, computes=computes)


class PartnerSigner(_StampedSigner):
    """API key and RSA signature of the Partner API."""

    def __init__(
        self, credentials: Credentials, stamps: Timestamps | NonceStamps, line: InFlight | None, *, offload: bool
    ) -> None:
        from .._keys.rsa import PrivateKey  # was loaded with the credentials; not by who only imports us

        super().__init__(stamps, line)
        self._credentials = credentials
        # What it is is found out once: that takes longer than all else here.
        self._async_signer = credentials.signer if is_async_signer(credentials.signer) else None
        self._signer = sync_signer(credentials.signer) if self._async_signer is None else None
        self._offload = offload
        self._computes = isinstance(credentials.signer, PrivateKey)

    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        """Stamp and sign; an async signer is awaited."""
        if self._async_signer is None:
            await super().async_sign(request, url)
            return
        try:
            await self._run(partial(self._stamp, request), self._stamps.blocks)
            stamp = request.headers[self._stamps.header]
            # Message and signature are in no variable, where a tool that prints those would find them.
            self._put(
                request,
                encode_signature(
                    await self._async_signer.sign(string_to_sign(stamp, url.decode(), request.content)),
                ),
            )
        except BaseException as error:
            clear_frames(error)
            await self.async_give_back(request)
            raise

    def _seal(self, request: httpx.Request, url: bytes, stamp: str) -> None:
        signer = self._signer or sync_signer(self._credentials.signer)  # which says that it is an async one
        self._put(request, make_signature(signer, stamp, url, request.content))

    def _put(self, request: httpx.Request, signature: str) -> None:
        request.headers[API_KEY] = self._credentials.api_key
        request.headers[SIGNATURE] = signature


class HmacSigner(_StampedSigner):
    """API key and HMAC of the Qredo API v1."""

    def __init__(self, credentials: HmacCredentials, stamps: Timestamps) -> None:
        super().__init__(stamps)
        self._credentials = credentials

    def _seal(self, request: httpx.Request, url: bytes, stamp: str) -> None:
        signature = sign_hmac(self._credentials.secret, stamp, request.method, url.decode(), request.content)
        request.headers[HMAC_API_KEY] = self._credentials.api_key
        request.headers[HMAC_SIGNATURE] = signature
