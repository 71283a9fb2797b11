"""Senders: they send the requests of a generated client, retry where that is harmless, and follow no redirect.

Retries are made here, above the auth, and not in a transport below it. Below, a retry would carry the signature that
was made for the first attempt, and the transport would not know what the description says about the operation.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable

import httpx

from .._client_protocols import RequestInfo
from .._diagnostics import LOG
from .._version import __version__
from ..errors import OutcomeUnknownError, RedirectError
from .outcomes import outcome_of_error, outcome_of_response
from .retries import Attempts, End, RetryBudget, Rules
from .signing_auth import SigningAuth
from .threads import sleep as async_sleep

__all__ = ["AsyncSender", "SyncSender", "refuse_redirect"]

_PRODUCT = f"qredo-python/{__version__}"


class SyncSender:
    """Sends the requests of one `Client`."""

    def __init__(
        self,
        http: httpx.Client,
        auth: SigningAuth,
        *,
        max_retries: int = 2,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._http = http
        self.auth = auth
        self._shared = _ClientState(auth, max_retries, clock, random)
        self._sleep = sleep

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and retry it where that is harmless.

        Raises:
            OutcomeUnknownError: It was sent, and whether it took effect is not known.
            RedirectError: The response is a redirect.
            httpx.RequestError: There was no response, and the request had no effect or may be sent again.
            QredoSigningError: What the auth raises.
        """
        pending = self._shared.begin(request)
        while True:
            try:
                with self.auth.in_turn(request):
                    # Given with each request, so that your own http_client keeps its settings for other requests.
                    response = self._http.send(request, auth=self.auth, follow_redirects=False)
            except Exception as error:
                wait = pending.failed(error)
                if wait is None:
                    raise
            else:
                wait = pending.responded(response)
                if wait is None:
                    return response
            self._sleep(wait)


class AsyncSender:
    """Sends the requests of one `AsyncClient`."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        auth: SigningAuth,
        *,
        max_retries: int = 2,
        sleep: Callable[[float], Awaitable[None]] = async_sleep,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._http = http
        self.auth = auth
        self._shared = _ClientState(auth, max_retries, clock, random)
        self._sleep = sleep

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and retry it where that is harmless; raises what `SyncSender` does."""
        pending = self._shared.begin(request)
        while True:
            try:
                async with self.auth.async_in_turn(request):
                    response = await self._http.send(request, auth=self.auth, follow_redirects=False)
            except Exception as error:
                wait = pending.failed(error)
                if wait is None:
                    raise
            else:
                wait = pending.responded(response)
                if wait is None:
                    return response
            await self._sleep(wait)


class _ClientState:
    """What the calls of one client share."""

    def __init__(
        self, auth: SigningAuth, max_retries: int, clock: Callable[[], float], random: Callable[[], float]
    ) -> None:
        if isinstance(max_retries, bool) or not isinstance(max_retries, int) or max_retries < 0:
            raise ValueError(f"max_retries is {max_retries!r}: give a whole number, 0 for none")
        self.auth = auth
        self._max_retries = max_retries
        self._clock = clock
        self._random = random
        self._budget = RetryBudget()

    def begin(self, request: httpx.Request) -> _PendingCall:
        _put_user_agent(request)
        info: RequestInfo | None = request.extensions.get("qredo")
        rules = Rules(
            repeatable=request.method == "GET" if info is None else info.repeatable,
            keyed=info is not None and info.idempotency_key is not None,
            counted=self.auth.counts(request),
            max_retries=self._max_retries if info is None or info.max_retries is None else info.max_retries,
        )
        return _PendingCall(request, info, Attempts(rules, self._budget, self._random), self._clock)


class _PendingCall:
    """A call that has not ended: judges each attempt, logs each retry, and raises what httpx does not."""

    def __init__(
        self, request: httpx.Request, info: RequestInfo | None, attempts: Attempts, clock: Callable[[], float]
    ) -> None:
        self._request = request
        self._info = info
        self._attempts = attempts
        self._clock = clock
        self._lost: Exception | None = None

    def responded(self, response: httpx.Response) -> float | None:
        """Return the seconds to wait before the next attempt, or None if the response is the result."""
        step = self._attempts.after(outcome_of_response(response, self._clock()))
        if step is End.UNKNOWN:
            raise self._unknown(response) from self._lost
        if step is End.FINAL:
            refuse_redirect(response)
            return None
        return self._log(step, f"HTTP {response.status_code}")

    def failed(self, error: Exception) -> float | None:
        """Return the seconds to wait before the next attempt, or None if the error is the result."""
        outcome = outcome_of_error(error, self._clock())
        if outcome is not None and outcome.is_uncertain:
            self._lost = error
        step = self._attempts.after_local_error() if outcome is None else self._attempts.after(outcome)
        if step is End.UNKNOWN:
            raise self._unknown(error.response if isinstance(error, httpx.HTTPStatusError) else None) from error
        if step is not End.FINAL:
            return self._log(step, type(error).__name__)
        if isinstance(error, httpx.ConnectError):
            server = f"{self._request.url.scheme}://{self._request.url.netloc.decode('ascii')}"
            error.add_note(
                f"{self._name}: no connection to {server}. Is a server running there, and reachable from here?"
            )
        return None

    def _log(self, wait: float, why: str) -> float:
        LOG.info("%s: attempt %d ended with %s; next in %.2f s", self._name, self._attempts.made, why, wait)
        return wait

    @property
    def _name(self) -> str:
        return "the request" if self._info is None else self._info.operation

    def _unknown(self, response: httpx.Response | None) -> OutcomeUnknownError:
        info, made = self._info, self._attempts.made
        key = None if info is None else info.idempotency_key
        look_up = None if info is None else info.look_up
        look = f"look with {look_up}" if look_up else "look"
        again = "; a call with the same idempotency key is safe" if key else " before you call again"
        message = (
            f"{self._name} was sent, and what became of it is not known (attempts: {made}): it may have taken effect, "
            f"or may yet. Do not take it for failed: {look}{again}"
        )
        return OutcomeUnknownError(
            message,
            operation=None if info is None else info.operation,
            idempotency_key=key,
            outcome=look_up,
            response=response,
            attempts=made,
        )


def _put_user_agent(request: httpx.Request) -> None:
    """Put this package before the generated one in the User-Agent, once, however often the request is sent."""
    agent = request.headers.get("user-agent", "")
    if not agent.startswith(_PRODUCT):
        request.headers["user-agent"] = f"{_PRODUCT} {agent}".rstrip()


def refuse_redirect(response: httpx.Response) -> None:
    """Raise `RedirectError` if the response is a redirect."""
    if response.next_request is None:
        return
    target = _without_query(response.next_request.url)
    raise RedirectError(
        f"{response.request.method} {_without_query(response.request.url)} was answered with {response.status_code}, a "
        f"redirect to {target}, which was not followed: a signature holds for one URL, credentials for one origin. "
        "If that is a server that you trust, connect to it with Environment.custom(...)",
        status_code=response.status_code,
        target=target,
    )


def _without_query(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"
