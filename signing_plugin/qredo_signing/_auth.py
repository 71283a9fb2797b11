"""The httpx adapter: credentials on each request, and only on those that go where they may."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TYPE_CHECKING

import httpx

from ._agent_token import AgentToken, AgentTokens
from ._credentials import Credentials
from ._environment import Environment
from ._rule import sign
from ._stamps import Stamp, make_stamps
from .errors import OriginError, UnsignableError

if TYPE_CHECKING:
    from ._nonces import NonceSource
    from ._seam import RequestInfo

__all__ = ["PartnerAuth"]

_SIGNATURE, _AGENT = "partner_signature", "agent_token"
_OURS = ("x-api-key", "x-sign", "x-timestamp", "x-nonce", "x-api-zkp")
_FEED_SCHEMES = {"https": "wss", "http": "ws"}


class PartnerAuth(httpx.Auth):
    """Signs every request of an `httpx.Client` or `httpx.AsyncClient`, at the moment when it goes out.

        http = httpx.Client(auth=PartnerAuth(credentials, Environment.SANDBOX))

    A request to another origin than the environment's, or over plain http, gets no credentials and is not sent: it
    raises `OriginError`. An auth does not see the hops of a redirect that httpx follows by itself, so leave
    `follow_redirects` off (httpx's default), or use `connect`, which never follows one.

    One object can serve many clients, threads and tasks.
    """

    requires_request_body = True

    def __init__(
        self,
        credentials: Credentials,
        environment: Environment,
        *,
        stamp: Stamp | None = None,
        nonces: NonceSource | None = None,
        clock: Callable[[], float] = time.time,
        agent_token: AgentToken | None = None,
        offload: bool = False,
    ) -> None:
        """Check that key and environment belong together.

        Args:
            credentials: API key and signing key.
            environment: Where requests may go.
            stamp: What makes a signature fresh: `timestamp` (the default), or `nonce` (the default with `nonces=`).
            nonces: Where nonces come from; by default one source for the whole process.
            clock: Seconds since the epoch; for tests.
            agent_token: Returns a fresh `x-api-zkp` token (hexadecimal) for each attempt at an agent operation. In
                async use it may be a coroutine function.
            offload: In async use, sign in a thread of asyncio's pool instead of holding up the event loop for about a
                millisecond. Needs asyncio.

        Raises:
            EnvironmentMismatchError: The API key is not of a kind that the environment takes.
        """
        _check_types(credentials, environment)
        environment.admit(credentials.kind)
        self._credentials = credentials
        self._origin = environment.origin
        self._origins = _origins_in_bytes(environment.origin)
        self._next_stamp = make_stamps(stamp, nonces, clock)
        self._agent_tokens = AgentTokens(agent_token)
        self._offload = offload

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the credentials on a request; httpx calls this for each attempt."""
        self._check_target(request)
        request.read()
        if _needs_agent_token(request):
            _apply(request, {"x-api-zkp": self._agent_tokens.next()})
        else:
            _apply(request, self._signed_headers(_wire_url(request), request.content))
        yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Put the credentials on a request; httpx calls this for each attempt."""
        self._check_target(request)
        await request.aread()
        if _needs_agent_token(request):
            headers = {"x-api-zkp": await self._agent_tokens.anext()}
        elif self._offload:
            # Stamped in the thread too: a request that waits for its turn must not grow old meanwhile.
            headers = await asyncio.to_thread(self._signed_headers, _wire_url(request), request.content)
        else:
            headers = self._signed_headers(_wire_url(request), request.content)
        _apply(request, headers)
        yield request

    def __repr__(self) -> str:
        return f"<PartnerAuth for {self._origin} with {self._credentials!r}>"

    def _signed_headers(self, url: str, body: bytes) -> dict[str, str]:
        name, stamp = self._next_stamp()
        signature = sign(self._credentials.signer, stamp, url, body)
        return {"x-api-key": self._credentials.api_key, name: stamp, "x-sign": signature}

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


def _origins_in_bytes(origin: str) -> frozenset[bytes]:
    """The origin as httpx has it, and the same in the scheme of the feeds."""
    scheme, _, rest = origin.partition("://")
    return frozenset({origin.encode(), f"{_FEED_SCHEMES[scheme]}://{rest}".encode()})


def _apply(request: httpx.Request, headers: dict[str, str]) -> None:
    for name in _OURS:  # of an earlier attempt, or of the caller
        if name not in headers and name in request.headers:
            del request.headers[name]
    for name, value in headers.items():
        request.headers[name] = value


def _wire_url(request: httpx.Request) -> str:
    """The URL as it goes over the wire; `str(request.url)` may differ (an empty path, for one)."""
    url = request.url
    return b"".join((url.raw_scheme, b"://", url.netloc, url.raw_path)).decode("ascii")


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
