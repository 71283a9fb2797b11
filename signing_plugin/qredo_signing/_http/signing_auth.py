"""What every auth of ours does on httpx: where requests may go, stamps that follow the server's clock, turns."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from copy import copy
from typing import TYPE_CHECKING, ClassVar, Self

import httpx

from .._environments.environment import Environment
from .._environments.origin import AllowedOrigin
from .._keys.credentials import BaseCredentials
from .._signature.clock import SkewedClock
from .._signature.headers import CREDENTIAL_HEADERS
from ..errors import OriginError, UnsignableError
from .dates import parse_http_date
from .departure import watch_departure
from .outcomes import never_sent
from .redirects import check_hops, guard
from .schemes import RequestSigner

if TYPE_CHECKING:
    from .._client_protocols import RequestInfo

__all__ = ["SigningAuth", "check_environment", "check_types"]

_CREDENTIALS = frozenset(name.encode() for name in CREDENTIAL_HEADERS)


class SigningAuth(httpx.Auth):
    """Puts credentials on requests to one origin, each at the moment when it goes out, and lets none go elsewhere.

    What is put there is a matter of the request's security scheme: `signers` has a `RequestSigner` for each.

    Attributes:
        SCHEME: The scheme of a request that does not name one.
    """

    requires_request_body = True
    SCHEME: ClassVar[str]
    _is_pinned = False

    def __init__(
        self,
        credentials: BaseCredentials,
        environment: Environment,
        signers: Mapping[str, RequestSigner],
        clock: SkewedClock,
        *,
        clock_header: str | None,
        refused: Callable[[httpx.Response], bool],
    ) -> None:
        """Take what makes this auth a particular one.

        Args:
            credentials: For `repr`.
            environment: Where requests may go; it has admitted the credentials.
            signers: By security scheme.
            clock: Where timestamps come from.
            clock_header: The header with the timestamp, if the clock is to follow the server's.
            refused: Whether a 401 may be a matter of the signature.
        """
        self._credentials = credentials
        self._home = AllowedOrigin(environment.origin)
        self._signers = signers
        self._clock = clock
        self._clock_header = clock_header
        self._refused = refused

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the credentials on a request: the same as `sync_auth_flow`."""
        return self.sync_auth_flow(request)

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the credentials on a request; httpx calls this for each attempt."""
        signer, wire_url = self._prepare(request, is_async=False)
        request.read()
        offset = self._clock.offset
        signer.sign(request, wire_url)
        url = request.url
        response = yield request
        if response.request.url is not url or response.history:
            check_hops(response, self._home)
        if response.status_code == 401 and self._may_be_the_clock(request):
            response.read()
            if self._is_the_clock(request, response, offset):
                signer, wire_url = self._prepare(request, is_async=False)
                signer.sign(request, wire_url)
                check_hops((yield request), self._home)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Put the credentials on a request; httpx calls this for each attempt."""
        signer, wire_url = self._prepare(request, is_async=True)
        await request.aread()
        offset = self._clock.offset
        await signer.async_sign(request, wire_url)
        url = request.url
        response = yield request
        if response.request.url is not url or response.history:
            check_hops(response, self._home)
        if response.status_code == 401 and self._may_be_the_clock(request):
            await response.aread()
            if self._is_the_clock(request, response, offset):
                signer, wire_url = self._prepare(request, is_async=True)
                await signer.async_sign(request, wire_url)
                check_hops((yield request), self._home)

    def pinned(self) -> Self:
        """The same auth for a sender whose requests cannot go elsewhere once they are signed: they need no guard.

        That is so where no redirect is followed, no event hook sees the signed request, and the transport is httpx's or
        one of our `PinnedTransport`s.
        """
        twin = copy(self)
        twin._is_pinned = True
        return twin

    @contextmanager
    def in_turn(self, request: httpx.Request) -> Iterator[None]:
        """Send a request inside this: it waits until it may go out, and a nonce that was never sent goes back."""
        signer = self._signer_of(request)
        if signer.line is None:
            yield
            return
        with signer.line.turn(), watch_departure(request, is_async=False) as departure:
            try:
                yield
            except BaseException as error:
                if never_sent(error) or departure.was_prevented:
                    signer.give_back(request)
                raise

    @asynccontextmanager
    async def async_in_turn(self, request: httpx.Request) -> AsyncIterator[None]:
        """The same for an async client."""
        signer = self._signer_of(request)
        if signer.line is None:
            yield
            return
        async with signer.line.async_turn():
            with watch_departure(request, is_async=True) as departure:
                try:
                    yield
                except BaseException as error:
                    if never_sent(error) or departure.was_prevented:
                        await signer.async_give_back(request)
                    raise

    def counts(self, request: httpx.Request) -> bool:
        """Whether the request is stamped with a number that the service wants without a gap."""
        return self._signer_of(request).counted

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for {self._home.name} with {self._credentials!r}>"

    def _signer_of(self, request: httpx.Request) -> RequestSigner:
        info: RequestInfo | None = request.extensions.get("qredo")
        scheme = self.SCHEME if info is None else info.security
        if scheme not in self._signers:
            name = type(self).__name__
            raise UnsignableError(f"the operation wants the security scheme {scheme!r}, which {name} does not know")
        return self._signers[scheme]

    def _prepare(self, request: httpx.Request, *, is_async: bool) -> tuple[RequestSigner, bytes]:
        """Check where a request goes, and make it ready to be signed: by whom, and with which URL."""
        headers = request.headers.raw  # once: each look-up in httpx's headers goes through all of them
        names = [name.lower() for name, _ in headers]
        if names.count(b"host") != 1:
            raise UnsignableError("the request must have one Host header, as httpx gives it; it has several, or none")
        wire_url = self._check_target(request, headers[names.index(b"host")][1])
        if not _CREDENTIALS.isdisjoint(names):  # of an earlier attempt, of the caller, or of another auth
            for header in CREDENTIAL_HEADERS:
                request.headers.pop(header, None)
        if not self._is_pinned or wire_url.startswith(b"ws"):  # for feeds the guard looks at proxies too
            guard(request, self._home, is_async=is_async)
        return self._signer_of(request), wire_url

    def _may_be_the_clock(self, request: httpx.Request) -> bool:
        return self._clock_header is not None and self._clock_header in request.headers

    def _is_the_clock(self, request: httpx.Request, response: httpx.Response, offset: float) -> bool:
        """Whether the signature was refused because of our clock, which is corrected then."""
        date = parse_http_date(response.headers.get("date"))
        if date is None or self._clock_header is None or not self._refused(response):
            return False
        return self._clock.learn(date, int(request.headers[self._clock_header]), offset)

    def _check_target(self, request: httpx.Request, host: bytes) -> bytes:
        """Raise unless the request goes to the environment's origin, and to what its URL says.

        Args:
            request: The request.
            host: Its `Host` header.

        Returns:
            The URL as it goes over the wire; `str(request.url)` may differ (an empty path, for one).
        """
        url = request.url
        netloc = url.netloc
        origin = url.raw_scheme + b"://" + netloc
        if origin not in self._home.origins or host != netloc:
            raise _origin_error(self._home.name, url, host)
        if url.userinfo or url.fragment:
            raise UnsignableError("the URL has userinfo or a fragment, which never go over the wire: leave them out")
        if "target" in request.extensions:
            raise UnsignableError("the request has a 'target' extension, which sends another URL than the signed one")
        return origin + url.raw_path


def check_types(credentials: object, kind: type[BaseCredentials], environment: object) -> None:
    """Raise `TypeError` unless these are credentials of this kind, and an environment."""
    if not isinstance(credentials, kind):
        raise TypeError(f"credentials must be {kind.__name__}, got {type(credentials).__name__}")
    check_environment(environment)


def check_environment(environment: object) -> None:
    """Raise `TypeError` unless this is an environment."""
    if not isinstance(environment, Environment):
        raise TypeError(
            f"environment must be an Environment such as Environment.SANDBOX, got {type(environment).__name__}: it is "
            "always named, since nothing unset means production"
        )


def _origin_error(expected: str, url: httpx.URL, host: bytes) -> OriginError:
    actual = f"{url.scheme}://{host.decode('ascii', 'replace')}"
    hint = "credentials go to the environment's origin only, so choose the environment that you mean"
    if actual == expected.replace("https://", "http://", 1):
        hint = "plain http would show the API key to the network, so use https"
    message = f"the request would go to {actual}, but the credentials are for {expected}: {hint}. Nothing was sent"
    return OriginError(message, expected=expected, actual=actual)
