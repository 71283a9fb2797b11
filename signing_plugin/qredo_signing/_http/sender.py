"""Senders: they send the requests of a generated client, retry where that is harmless, and follow no redirect.

Retries are made here, above the auth, and not in a transport below it. Below, a retry would carry the signature that
was made for the first attempt, and the transport would not know what the description says about the operation.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx

from ..errors import ConfigurationError
from .attempt import Attempt
from .pending_call import PRODUCT, ClientState, PendingCall
from .per_process import current_process
from .redirects import AsyncPinnedTransport, PinnedTransport
from .signing_auth import SigningAuth
from .threads import sleep as async_sleep
from .turns import async_take_turn, take_turn

__all__ = ["AsyncSender", "SyncSender"]

_REPORTING = {httpx.HTTPTransport, httpx.AsyncHTTPTransport, PinnedTransport, AsyncPinnedTransport}


class _Sender:
    """What both senders share: how an attempt begins.

    Attributes:
        product: What a generated client puts before its own name in the User-Agent.
    """

    product = PRODUCT

    def __init__(self, http: httpx.Client | httpx.AsyncClient, auth: SigningAuth, *, is_own: bool, forks: bool) -> None:
        self.auth = auth
        self._client = http
        self._is_own = is_own
        self._forks = is_own or forks
        self._process: object = None

    def _begin(self, pending: PendingCall) -> Attempt:
        """Start an attempt, which what is below reports to."""
        attempt = pending.begin_attempt(is_own=self._is_own)
        if not self._is_own:
            self._process = self._process or current_process()
            attempt.is_watched = _reports(self._client, pending.request)
            attempt.call, attempt.trace = pending.request, pending.request.extensions.get("trace")
        return attempt

    def _check_process(self) -> None:
        if not self._forks and self._process not in {None, current_process()}:
            raise ConfigurationError(
                f"the http_client (httpx.{type(self._client).__name__}) was used before this process was forked, so "
                "both processes would share its connections. Make it after the fork, or leave http_client= out. "
                "Nothing was sent"
            )


def _reports(http: Any, request: httpx.Request) -> bool:
    """Whether the transport for a request calls `trace`, so that an attempt without a trace event was never sent.

    That is so for httpx's own transport, and until a `PinnedTransport` passes the request on. The client has no public
    way to its transports; without it, nothing is known before the first event.
    """
    find = getattr(http, "_transport_for_url", None)
    return find is not None and type(find(request.url)) in _REPORTING


class SyncSender(_Sender):
    """Sends the requests of one `Client`."""

    def __init__(
        self,
        http: httpx.Client,
        auth: SigningAuth,
        *,
        is_own: bool = False,
        forks: bool = False,
        max_retries: int = 2,
        deadline: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
    ) -> None:
        """Take what sends.

        Args:
            http: Sends one request.
            auth: Signs it.
            is_own: Whether `connect` made the transport of `http`, on httpx.
            forks: Whether `http` keeps its connections by process, so that a fork may use it.
            max_retries: Most retries of a call.
            deadline: Seconds for a whole call, or None.
            sleep: Waits between attempts.
            clock: Seconds since the epoch.
            random: Gives numbers from 0 up to 1.
        """
        super().__init__(http, auth, is_own=is_own, forks=forks)
        self._http = http
        self._state = ClientState(http, auth, max_retries, deadline, clock, random)
        self._sleep = sleep

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and retry it where that is harmless.

        Raises:
            OutcomeUnknownError: It was sent, and whether it took effect is not known.
            RedirectError: The response is a redirect.
            httpx.TransportError: There was no response, and the request had no effect or may be sent again.
            QredoSigningError: What the auth raises.
        """
        self._check_process()
        pending = self._state.begin(request)
        try:
            while True:
                try:
                    response = self._attempt(request, pending)
                except Exception as error:
                    wait = pending.failed(error)
                    if wait is None:
                        raise
                else:
                    wait = pending.responded(response)
                    if wait is None:
                        return response
                self._sleep(wait)
        except BaseException as error:
            pending.interrupted(error)
            raise

    def _attempt(self, request: httpx.Request, pending: PendingCall) -> httpx.Response:
        # Given with each request, so that your own http_client keeps its settings for other requests.
        send = partial(self._http.send, request, auth=self.auth, follow_redirects=False)
        return take_turn(pending.scheme, request, self._begin(pending), send, pending.left)


class AsyncSender(_Sender):
    """Sends the requests of one `AsyncClient`."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        auth: SigningAuth,
        *,
        is_own: bool = False,
        forks: bool = False,
        max_retries: int = 2,
        deadline: float | None = None,
        sleep: Callable[[float], Awaitable[None]] = async_sleep,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
    ) -> None:
        """Take what sends; see `SyncSender`."""
        super().__init__(http, auth, is_own=is_own, forks=forks)
        self._http = http
        self._state = ClientState(http, auth, max_retries, deadline, clock, random)
        self._sleep = sleep

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and retry it where that is harmless; raises what `SyncSender` does."""
        self._check_process()
        pending = self._state.begin(request)
        left = pending.left
        if left is None:
            return await self._retry(pending)
        import anyio

        # A cancellation reaches every step of an async call, whatever the transport does.
        with anyio.move_on_after(left) as scope:
            pending.is_late = lambda: scope.cancel_called
            return await self._retry(pending)
        raise pending.late()

    async def _retry(self, pending: PendingCall) -> httpx.Response:
        request = pending.request
        try:
            while True:
                try:
                    response = await self._attempt(request, pending)
                except Exception as error:
                    wait = pending.failed(error)
                    if wait is None:
                        raise
                else:
                    wait = pending.responded(response)
                    if wait is None:
                        return response
                await self._sleep(wait)
        except BaseException as error:
            pending.interrupted(error)
            raise

    async def _attempt(self, request: httpx.Request, pending: PendingCall) -> httpx.Response:
        send = partial(self._http.send, request, auth=self.auth, follow_redirects=False)
        return await async_take_turn(pending.scheme, request, self._begin(pending), send)
