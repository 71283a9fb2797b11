"""Senders: they send the requests of a generated client, retry where that is harmless, and follow no redirect.

Retries are made here, above the auth, and not in a transport below it. Below, a retry would carry the signature that
was made for the first attempt, and the transport would not know what the description says about the operation.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Generic, TypeVar

import httpx

from .._client_protocols import RequestInfo
from .._version import __version__
from ..errors import ConfigurationError
from .arguments import check_deadline, check_max_retries
from .attempt import Attempt
from .pending_call import PendingCall
from .per_process import current_process
from .redirects import AsyncPinnedTransport, PinnedTransport
from .retries import Attempts, RetryBudget, Rules
from .signing_auth import SigningAuth
from .threads import sleep as async_sleep
from .turns import async_take_turn, take_turn

__all__ = ["AsyncSender", "SyncSender"]

HttpT = TypeVar("HttpT", httpx.Client, httpx.AsyncClient)

_REPORTING = {httpx.HTTPTransport, httpx.AsyncHTTPTransport, PinnedTransport, AsyncPinnedTransport}


class _Sender(Generic[HttpT]):
    """What both senders share: how a call and its attempts begin.

    Attributes:
        product: What a generated client puts before its own name in the User-Agent.
        auth: Signs the requests.
    """

    product = f"qredo-python/{__version__}"
    _usual_sleep: Callable[[float], Any]

    def __init__(
        self,
        http: HttpT,
        auth: SigningAuth,
        *,
        is_own: bool = False,
        forks: bool = False,
        max_retries: int = 2,
        deadline: float | None = None,
        sleep: Callable[[float], Any] | None = None,
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
        check_max_retries(max_retries)
        check_deadline(deadline)
        self.auth = auth
        self._http: HttpT = http
        self._is_own = is_own
        self._forks = is_own or forks
        self._process: object = None
        self._max_retries = max_retries
        self._deadline = deadline
        self._sleep = sleep or self._usual_sleep
        self._clock = clock
        self._random = random
        self._budget = RetryBudget()

    def _begin_call(self, request: httpx.Request) -> PendingCall:
        self._check_process()
        info: RequestInfo | None = request.extensions.get("qredo")
        scheme = self.auth.scheme_of(request)
        if info is None:  # made by hand: a generated client has done this
            self._put_user_agent(request)
            request.extensions.setdefault("timeout", self._http.timeout.as_dict())  # which httpx would do later
            rules = Rules(request.method == "GET", False, scheme.counted, self._max_retries)
        else:
            retries = self._max_retries if info.max_retries is None else info.max_retries
            rules = Rules(info.repeatable, info.idempotency_key is not None, scheme.counted, retries)
        attempts = Attempts(rules, self._budget, self._random)
        own = getattr(info, "deadline", None)  # a package that was generated earlier does not know it
        deadline = self._deadline if own is None else own
        return PendingCall(request, info, scheme, attempts, rules, self._clock, deadline)

    def _begin_attempt(self, pending: PendingCall) -> Attempt:
        """Start an attempt, which what is below reports to."""
        attempt = pending.begin_attempt(is_own=self._is_own)
        if not self._is_own:
            self._process = self._process or current_process()
            attempt.is_watched = _reports(self._http, pending.request)
            attempt.call, attempt.trace = pending.request, pending.request.extensions.get("trace")
        return attempt

    def _put_user_agent(self, request: httpx.Request) -> None:
        """Put this package first in the User-Agent, once, however often the request is sent."""
        agent = request.headers.get("user-agent", "")
        if not agent.startswith(self.product):
            request.headers["user-agent"] = f"{self.product} {agent}".rstrip()

    def _check_process(self) -> None:
        if not self._forks and self._process not in {None, current_process()}:
            raise ConfigurationError(
                f"the http_client (httpx.{type(self._http).__name__}) was used before this process was forked, so "
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


class SyncSender(_Sender[httpx.Client]):
    """Sends the requests of one `Client`."""

    _usual_sleep = staticmethod(time.sleep)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and retry it where that is harmless.

        Raises:
            OutcomeUnknownError: It was sent, and whether it took effect is not known.
            RedirectError: The response is a redirect.
            httpx.TransportError: There was no response, and the request had no effect or may be sent again.
            QredoSigningError: What the auth raises.
        """
        return self._call(request, self._retry)

    def open(self, request: httpx.Request) -> httpx.Response:
        """Send the handshake of a feed, once. The response is read if it is an error."""
        return self._call(request, partial(self._attempt, stream=True))

    def _call(self, request: httpx.Request, run: Callable[[PendingCall], httpx.Response]) -> httpx.Response:
        pending = self._begin_call(request)
        try:
            return run(pending)
        except BaseException as error:
            pending.interrupted(error)
            raise

    def _retry(self, pending: PendingCall) -> httpx.Response:
        while True:
            try:
                response = self._attempt(pending)
            except Exception as error:
                wait = pending.failed(error)
                if wait is None:
                    raise
            else:
                wait = pending.responded(response)
                if wait is None:
                    return response
            self._sleep(wait)

    def _attempt(self, pending: PendingCall, *, stream: bool = False) -> httpx.Response:
        request = pending.request

        def send() -> httpx.Response:
            # Given with each request, so that your own http_client keeps its settings for other requests.
            response = self._http.send(request, auth=self.auth, follow_redirects=False, stream=stream)
            if stream and response.is_error:
                response.read()
            return response

        return take_turn(pending.scheme, request, self._begin_attempt(pending), send, pending.left)


class AsyncSender(_Sender[httpx.AsyncClient]):
    """Sends the requests of one `AsyncClient`."""

    _usual_sleep = staticmethod(async_sleep)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and retry it where that is harmless; raises what `SyncSender` does."""
        return await self._call(request, self._retry)

    async def open(self, request: httpx.Request) -> httpx.Response:
        """Send the handshake of a feed; see `SyncSender.open`."""
        return await self._call(request, partial(self._attempt, stream=True))

    async def _call(
        self, request: httpx.Request, run: Callable[[PendingCall], Awaitable[httpx.Response]]
    ) -> httpx.Response:
        pending = self._begin_call(request)
        left = pending.left
        if left is None:
            return await _run(pending, run)
        import anyio

        # A cancellation reaches every step of an async call, whatever the transport does.
        with anyio.move_on_after(left) as scope:
            pending.is_late = lambda: scope.cancel_called
            return await _run(pending, run)
        raise pending.late()

    async def _retry(self, pending: PendingCall) -> httpx.Response:
        while True:
            try:
                response = await self._attempt(pending)
            except Exception as error:
                wait = pending.failed(error)
                if wait is None:
                    raise
            else:
                wait = pending.responded(response)
                if wait is None:
                    return response
            await self._sleep(wait)

    async def _attempt(self, pending: PendingCall, *, stream: bool = False) -> httpx.Response:
        request = pending.request

        async def send() -> httpx.Response:
            response = await self._http.send(request, auth=self.auth, follow_redirects=False, stream=stream)
            if stream and response.is_error:
                await response.aread()
            return response

        return await async_take_turn(pending.scheme, request, self._begin_attempt(pending), send)


async def _run(pending: PendingCall, run: Callable[[PendingCall], Awaitable[httpx.Response]]) -> httpx.Response:
    try:
        return await run(pending)
    except BaseException as error:
        pending.interrupted(error)
        raise
