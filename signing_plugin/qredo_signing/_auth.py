"""The httpx adapter: credentials on each request, and only on those that go where they may."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import httpx

from ._agent_token import AgentToken, AgentTokens
from ._credentials import Credentials
from ._dates import parse_http_date
from ._departure import watch_departure
from ._discreet import discreet
from ._environment import Environment
from ._guard import check_hops, guard, origins_in_bytes
from ._in_flight import InFlight, in_flight_of
from ._outcomes import never_sent, refused_the_signature
from ._request_signer import RequestSigner
from ._skew import SkewedClock
from ._stamps import NonceStamps, Stamp, Timestamps, make_nonces, stamp_kind
from .errors import ConfigurationError, OriginError, UnsignableError

if TYPE_CHECKING:
    from ._nonces import NonceSource
    from ._seam import RequestInfo

__all__ = ["PartnerAuth"]

_SIGNATURE, _AGENT = "partner_signature", "agent_token"
_OURS = ("x-api-key", "x-sign", "x-timestamp", "x-nonce", "x-api-zkp")


class PartnerAuth(httpx.Auth):
    """Signs every request of an `httpx.Client` or `httpx.AsyncClient`, at the moment when it goes out.

        http = httpx.Client(auth=PartnerAuth(credentials, Environment.SANDBOX))

    A request to another origin than the environment's, or over plain http, gets no credentials and is not sent: it
    raises `OriginError`. Leave `follow_redirects` off (httpx's default), or use `connect`, which never follows one. If
    httpx follows redirects by itself, a hop to another origin is stopped before a connection is made, on httpx's own
    transports. A transport that ignores the `trace` extension (httpx-aiohttp, for one) cannot be stopped: there the
    error comes after the answer, and says that the credentials went. See docs/security-notes.md.

    One object can serve many clients, threads and tasks. It signs, and does no more: `connect` also repeats attempts
    and keeps nonces in order, so nonces whose rule is `counter` are for `connect`.
    """

    requires_request_body = True

    @discreet
    def __init__(
        self,
        credentials: Credentials,
        environment: Environment,
        *,
        stamp: Stamp | None = None,
        nonces: NonceSource | None = None,
        serialize: bool = True,
        clock: Callable[[], float] = time.time,
        clock_correction: bool = True,
        agent_token: AgentToken | None = None,
        offload: bool = False,
    ) -> None:
        """Check that key and environment belong together.

        Args:
            credentials: API key and signing key.
            environment: Where requests may go.
            stamp: What makes a signature fresh: `timestamp` (the default), or `nonce` (the default with `nonces=`).
            nonces: Where nonces come from; by default one source for the whole process.
            serialize: Used by `connect`: with nonces, one request of a process is in flight at a time for each source,
                so that nonces arrive in the order of issue.
            clock: Seconds since the epoch; for tests.
            clock_correction: When the server refuses a signature and its clock is more than 5 s from ours, timestamps
                follow its clock from then on, by an hour at most, and the request is signed once more.
            agent_token: Returns a fresh `x-api-zkp` token (hexadecimal) for each attempt at an agent operation. In
                async use it may be a coroutine function.
            offload: In async use, sign in a worker thread instead of holding up the event loop for about a millisecond.

        Raises:
            EnvironmentMismatchError: The API key is not of a kind that the environment takes.
            ConfigurationError: The nonce source is not a usable one, or not with `serialize=False`.
        """
        _check_types(credentials, environment)
        environment.admit(credentials.kind)
        self._credentials = credentials
        self._origin = environment.origin
        self._origins = origins_in_bytes(environment.origin)
        self._clock = SkewedClock(clock)
        self._stamps: Timestamps | NonceStamps = Timestamps(self._clock.now)
        if stamp_kind(stamp, nonces) == "nonce":
            self._stamps = make_nonces(nonces, clock)
        self._learns = clock_correction and isinstance(self._stamps, Timestamps)
        self._line = _line_of(self._stamps, serialize)
        self._signer = RequestSigner(credentials, self._stamps, offload)
        self._agent_tokens = AgentTokens(agent_token)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the credentials on a request: the same as `sync_auth_flow`."""
        return self.sync_auth_flow(request)

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the credentials on a request; httpx calls this for each attempt."""
        self._prepare(request, is_async=False)
        request.read()
        offset = self._clock.offset
        if _needs_agent_token(request):
            request.headers["x-api-zkp"] = self._agent_tokens.next()
        else:
            self._signer.sign(request)
        response = yield request
        check_hops(response, self._origins)
        if self._may_be_the_clock(request, response):
            response.read()
            if self._is_the_clock(request, response, offset):
                guard(request, self._origins, is_async=False)
                self._signer.sign(request)
                check_hops((yield request), self._origins)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Put the credentials on a request; httpx calls this for each attempt."""
        self._prepare(request, is_async=True)
        await request.aread()
        offset = self._clock.offset
        if _needs_agent_token(request):
            request.headers["x-api-zkp"] = await self._agent_tokens.anext()
        else:
            await self._signer.async_sign(request)
        response = yield request
        check_hops(response, self._origins)
        if self._may_be_the_clock(request, response):
            await response.aread()
            if self._is_the_clock(request, response, offset):
                guard(request, self._origins, is_async=True)
                await self._signer.async_sign(request)
                check_hops((yield request), self._origins)

    @contextmanager
    def in_turn(self, request: httpx.Request) -> Iterator[None]:
        """Send a request inside this: it waits until it may go out, and a nonce that was never sent goes back."""
        if self._line is None or _needs_agent_token(request):
            yield
            return
        with self._line.turn(), watch_departure(request, is_async=False) as departure:
            try:
                yield
            except BaseException as error:
                if never_sent(error) or departure.was_prevented:
                    self._signer.give_back(request)
                raise

    @asynccontextmanager
    async def async_in_turn(self, request: httpx.Request) -> AsyncIterator[None]:
        """The same for an async client."""
        if self._line is None or _needs_agent_token(request):
            yield
            return
        async with self._line.async_turn():
            with watch_departure(request, is_async=True) as departure:
                try:
                    yield
                except BaseException as error:
                    if never_sent(error) or departure.was_prevented:
                        await self._signer.async_give_back(request)
                    raise

    def counts(self, request: httpx.Request) -> bool:
        """Whether the request is stamped with a number that the service wants without a gap."""
        return self._stamps.counted and not _needs_agent_token(request)

    def __repr__(self) -> str:
        return f"<PartnerAuth for {self._origin} with {self._credentials!r}>"

    def _prepare(self, request: httpx.Request, *, is_async: bool) -> None:
        self._check_target(request)
        for name in _OURS:  # of an earlier attempt, or of the caller
            if name in request.headers:
                del request.headers[name]
        guard(request, self._origins, is_async=is_async)

    def _may_be_the_clock(self, request: httpx.Request, response: httpx.Response) -> bool:
        return self._learns and response.status_code == 401 and "x-timestamp" in request.headers

    def _is_the_clock(self, request: httpx.Request, response: httpx.Response, offset: float) -> bool:
        """Whether the signature was refused because of our clock, which is corrected then."""
        date = parse_http_date(response.headers.get("date"))
        if date is None or not refused_the_signature(response):
            return False
        return self._clock.learn(date, int(request.headers["x-timestamp"]), offset)

    def _check_target(self, request: httpx.Request) -> None:
        """Raise unless the request goes to the environment's origin, and to what its URL says."""
        url, netloc = request.url, request.url.netloc
        host = request.headers.get("host", "").encode("ascii", "replace") or netloc
        if url.raw_scheme + b"://" + netloc not in self._origins or host != netloc:
            raise _origin_error(self._origin, url, host)
        if url.userinfo or url.fragment:
            raise UnsignableError("the URL has userinfo or a fragment, which never go over the wire: leave them out")
        if "target" in request.extensions:
            raise UnsignableError("the request has a 'target' extension, which sends another URL than the signed one")


def _check_types(credentials: Credentials, environment: Environment) -> None:
    if not isinstance(credentials, Credentials):
        raise TypeError(f"credentials must be Credentials, got {type(credentials).__name__}")
    if not isinstance(environment, Environment):
        raise TypeError(
            f"environment must be an Environment such as Environment.SANDBOX, got {type(environment).__name__}: it is "
            "always named, since nothing unset means production"
        )


def _line_of(stamps: Timestamps | NonceStamps, serialize: bool) -> InFlight | None:
    """The line in which requests wait, if they must arrive in the order in which they were stamped."""
    if stamps.counted and not serialize:
        raise ConfigurationError("serialize=False lets nonces overtake each other, which shuts a 'counter' out")
    return in_flight_of(stamps.source) if serialize and isinstance(stamps, NonceStamps) else None


def _needs_agent_token(request: httpx.Request) -> bool:
    info: RequestInfo | None = request.extensions.get("qredo")
    security = _SIGNATURE if info is None else info.security
    if security not in {_SIGNATURE, _AGENT}:
        raise UnsignableError(f"the operation wants the security scheme {security!r}, which PartnerAuth does not know")
    return security == _AGENT


def _origin_error(expected: str, url: httpx.URL, host: bytes) -> OriginError:
    actual = f"{url.scheme}://{host.decode('ascii')}"
    hint = "credentials go to the environment's origin only, so choose the environment that you mean"
    if actual == expected.replace("https://", "http://", 1):
        hint = "plain http would show the API key to the network, so use https"
    message = f"the request would go to {actual}, but the credentials are for {expected}: {hint}. Nothing was sent"
    return OriginError(message, expected=expected, actual=actual)
