"""What carries a generated client's requests: attempts, each signed when it goes out, and no redirect followed.

The attempts are made here, above the auth, and not in a transport below it: there a repeat would carry the signature
that was made for the first attempt, and would know nothing of what the description says about repeats.
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
from .budget import Budget
from .outcomes import outcome_of_error, outcome_of_response
from .retries import Attempts, End, Rules
from .signing_auth import SigningAuth
from .threads import sleep as async_sleep

__all__ = ["AsyncSender", "SyncSender", "refuse_redirect"]

_PRODUCT = f"qredo-python/{__version__}"


class SyncSender:
    """Sends the requests of one `Client`.

    With `is_pinned`, the caller says that `http` has httpx's own transport, or one that keeps requests at the origin.
    """

    def __init__(
        self,
        http: httpx.Client,
        auth: SigningAuth,
        *,
        is_pinned: bool = False,
        max_retries: int = 2,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._http = http
        self.auth = auth
        self._calls = _Calls(auth, max_retries, clock, random)
        self._hops = _Hops(http, auth, is_pinned)
        self._sleep = sleep

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and repeat it where that is harmless.

        Raises:
            OutcomeUnknownError: It was sent, and whether it took effect is not known.
            RedirectError: The answer is a redirect.
            httpx.RequestError: There was no answer, and nothing of it matters.
            QredoSigningError: What the auth raises.
        """
        call = self._calls.begin(request)
        while True:
            try:
                with self.auth.in_turn(request):
                    # Per request, so that a caller's own http_client keeps its settings for his other requests.
                    response = self._http.send(request, auth=self._hops.auth, follow_redirects=False)
            except Exception as error:
                wait = call.failed(error)
                if wait is None:
                    raise
            else:
                wait = call.answered(response)
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
        is_pinned: bool = False,
        max_retries: int = 2,
        sleep: Callable[[float], Awaitable[None]] = async_sleep,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._http = http
        self.auth = auth
        self._calls = _Calls(auth, max_retries, clock, random)
        self._hops = _Hops(http, auth, is_pinned)
        self._sleep = sleep

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and repeat it where that is harmless; raises what `SyncSender` does."""
        call = self._calls.begin(request)
        while True:
            try:
                async with self.auth.async_in_turn(request):
                    response = await self._http.send(request, auth=self._hops.auth, follow_redirects=False)
            except Exception as error:
                wait = call.failed(error)
                if wait is None:
                    raise
            else:
                wait = call.answered(response)
                if wait is None:
                    return response
            await self._sleep(wait)


class _Hops:
    """What may happen to a signed request on its way out, and the auth that is right for that."""

    def __init__(self, http: httpx.Client | httpx.AsyncClient, auth: SigningAuth, is_pinned: bool) -> None:
        self._http = http
        self._guarded = auth
        self._pinned = auth.pinned() if is_pinned else auth

    @property
    def auth(self) -> SigningAuth:
        """The auth for the next attempt. An event hook that is there when it begins sees requests after signing."""
        return self._guarded if self._http.event_hooks["request"] else self._pinned


class _Calls:
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
        self._budget = Budget()

    def begin(self, request: httpx.Request) -> _Call:
        _name_us(request)
        info: RequestInfo | None = request.extensions.get("qredo")
        rules = Rules(
            repeatable=request.method == "GET" if info is None else info.repeatable,
            keyed=info is not None and info.idempotency_key is not None,
            counted=self.auth.counts(request),
            max_retries=self._max_retries if info is None or info.max_retries is None else info.max_retries,
        )
        return _Call(request, info, Attempts(rules, self._budget, self._random), self._clock)


class _Call:
    """One call: judges each attempt, logs each repeat, and raises at the end what httpx does not."""

    def __init__(
        self, request: httpx.Request, info: RequestInfo | None, attempts: Attempts, clock: Callable[[], float]
    ) -> None:
        self._request = request
        self._info = info
        self._attempts = attempts
        self._clock = clock
        self._lost: Exception | None = None

    def answered(self, response: httpx.Response) -> float | None:
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
        step = self._attempts.after_our_own_error() if outcome is None else self._attempts.after(outcome)
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
        outcome = None if info is None else info.outcome
        look = f"look with {outcome}" if outcome else "look"
        again = "; a call with the same idempotency key is safe" if key else " before you call again"
        message = (
            f"{self._name} was sent, and what became of it is not known (attempts: {made}): it may have taken effect, "
            f"or may yet. Do not take it for failed: {look}{again}"
        )
        return OutcomeUnknownError(
            message,
            operation=None if info is None else info.operation,
            idempotency_key=key,
            outcome=outcome,
            response=response,
            attempts=made,
        )


def _name_us(request: httpx.Request) -> None:
    """Put our product before the package's in the User-Agent, once however often the request is sent."""
    agent = request.headers.get("user-agent", "")
    if not agent.startswith(_PRODUCT):
        request.headers["user-agent"] = f"{_PRODUCT} {agent}".rstrip()


def refuse_redirect(response: httpx.Response) -> None:
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
