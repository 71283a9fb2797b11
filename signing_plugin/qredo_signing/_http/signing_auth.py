"""`SigningAuth`, the base of the auths: checks where a request goes, has it signed, and keeps requests in order."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, ClassVar

import httpx

from .._environments.environment import Environment
from .._environments.origin import AllowedOrigin
from .._signature.headers import CREDENTIAL_HEADERS
from ..errors import OriginError, UnsignableError
from .arguments import wrong_class
from .attempt import CURRENT
from .redaction import redact_error, redact_own_response, redact_request, redact_response
from .redirects import check_hops, guard
from .scheme import Scheme, SigningOptions
from .schemes import SCHEMES, schemes_for

if TYPE_CHECKING:
    from .._client_protocols import RequestInfo
    from .._keys.credentials import BaseCredentials

__all__ = ["SigningAuth", "check_environment"]

_CREDENTIALS = frozenset(name.encode() for name in CREDENTIAL_HEADERS)


class SigningAuth(httpx.Auth):
    """Puts credentials on requests to one origin, each at the moment when it goes out, and on no other request.

    A subclass names its scheme in `SCHEME` and has a constructor with the options of that scheme. What is put on a
    request depends on the request's own security scheme: all schemes of the table (`_http/schemes.py`) that take the
    same credentials are there, and `NoScheme` for operations without security. To add a scheme, see `Scheme`.

    The flow of one attempt: check the target, remove old credential headers, set the guard against redirects, send what
    the scheme has to send first (`Scheme.prepare`), sign, send. After a 401 the scheme may ask for one more signature
    (`Scheme.renew`).

    Attributes:
        SCHEME: The scheme of a request that does not name one.
    """

    requires_request_body = True
    SCHEME: ClassVar[str]

    def __init__(self, credentials: BaseCredentials, environment: Environment, options: SigningOptions) -> None:
        """Check that credentials and environment belong together, and make the schemes.

        Args:
            credentials: Of the scheme's class.
            environment: Where requests may go.
            options: How to sign.
        """
        kind = SCHEMES[self.SCHEME].credentials
        if not isinstance(credentials, kind):
            raise TypeError(wrong_class("credentials", kind, credentials))
        check_environment(environment)
        self._credentials = credentials
        self._home = AllowedOrigin(environment.origin)
        environment.admit(credentials.kind)
        self._schemes = {scheme.name: scheme(credentials, options) for scheme in schemes_for(kind)}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the credentials on a request: the same as `sync_auth_flow`."""
        return self.sync_auth_flow(request)

    # httpx calls one of these two for each attempt. They differ in `await` alone: an async generator cannot delegate
    # to another one, so what they share is in functions without I/O. They cannot both drive one generator of steps: a
    # signal handler that raises between two steps would leave its `finally` to the garbage collector, and a place in
    # the line taken until then.

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the credentials on a request; httpx calls this for each attempt."""
        redacted: httpx.Headers | None = None  # those that have no credentials any more
        attempt = CURRENT.get()
        is_own = attempt is None or attempt.begin_flow()
        try:
            if not is_own:
                CURRENT.set(None)  # what happens in this flow is not of that attempt
            for is_last in (False, True):
                redacted = None
                scheme, wire_url = self._begin(request, is_async=False)
                request.read()
                ticket = scheme.ticket(request)
                try:
                    if ticket is not None:
                        scheme.wait(request, ticket)
                    if (own_requests := scheme.prepare(request)) is not None:
                        preparation = self._prepare(own_requests, request, is_async=False)
                        own = next(preparation, None)
                        while own is not None:
                            response = yield own
                            response.read()
                            own = _advance(preparation, response)
                finally:
                    if ticket is not None:
                        ticket.is_done = True  # first, and without a call, so that no signal handler runs before it
                        scheme.leave()
                offset = scheme.offset
                scheme.sign(request, wire_url)
                _hand_over(request)
                url = request.url
                response = yield request
                redact_response(response)
                redacted = request.headers if response.request is request else None
                if response.request.url is not url or response.history:
                    check_hops(response, self._home)
                if is_last or response.status_code != 401 or not scheme.may_renew:
                    return
                response.read()
                _take_back()
                if not scheme.renew(request, response, offset):
                    return
        except GeneratorExit:
            pass  # httpx ends the flow of a call that failed
        finally:
            if not is_own:
                CURRENT.set(attempt)
            elif attempt is not None:
                attempt.end_flow()
            if request.headers is not redacted:
                redact_request(request)
            _redact_failure()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Put the credentials on a request; httpx calls this for each attempt."""
        redacted: httpx.Headers | None = None  # those that have no credentials any more
        attempt = CURRENT.get()
        is_own = attempt is None or attempt.begin_flow()
        try:
            if not is_own:
                CURRENT.set(None)  # what happens in this flow is not of that attempt
            for is_last in (False, True):
                redacted = None
                scheme, wire_url = self._begin(request, is_async=True)
                await request.aread()
                ticket = scheme.ticket(request)
                try:
                    if ticket is not None:
                        await scheme.async_wait(request, ticket)
                    if (own_requests := scheme.prepare(request)) is not None:
                        preparation = self._prepare(own_requests, request, is_async=True)
                        own = next(preparation, None)
                        while own is not None:
                            response = yield own
                            await response.aread()
                            own = _advance(preparation, response)
                finally:
                    if ticket is not None:
                        ticket.is_done = True  # first, and without a call, so that no signal handler runs before it
                        scheme.leave()
                offset = scheme.offset
                await scheme.async_sign(request, wire_url)
                _hand_over(request)
                url = request.url
                response = yield request
                redact_response(response)
                redacted = request.headers if response.request is request else None
                if response.request.url is not url or response.history:
                    check_hops(response, self._home)
                if is_last or response.status_code != 401 or not scheme.may_renew:
                    return
                await response.aread()
                _take_back()
                if not scheme.renew(request, response, offset):
                    return
        except GeneratorExit:
            pass  # httpx ends the flow of a call that failed
        finally:
            if not is_own:
                CURRENT.set(attempt)
            elif attempt is not None:
                attempt.end_flow()
            if request.headers is not redacted:
                redact_request(request)
            _redact_failure()

    def scheme_of(self, request: httpx.Request) -> Scheme:
        """Return the scheme that signs a request.

        Raises:
            UnsignableError: The operation needs a scheme that this auth does not have.
        """
        info: RequestInfo | None = request.extensions.get("qredo")
        name = self.SCHEME if info is None else info.security
        scheme = self._schemes.get(name)
        if scheme is None:
            this = type(self).__name__
            raise UnsignableError(f"the operation needs the security scheme {name!r}, which {this} does not know")
        return scheme

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for {self._home.name} with {self._credentials!r}>"

    def _begin(self, request: httpx.Request, *, is_async: bool) -> tuple[Scheme, bytes]:
        """Check where a request goes, and remove credentials that are on it; return its scheme and the URL to sign."""
        headers = _lower_case(request)
        wire_url = self._check_target(request, headers)
        # Credentials of an earlier attempt, of the user, or of another auth.
        if not _CREDENTIALS.isdisjoint(dict(headers)):
            for header in CREDENTIAL_HEADERS:
                request.headers.pop(header, None)
        if not isinstance(request.stream, httpx.AsyncByteStream if is_async else httpx.SyncByteStream):
            kind = "a sync" if is_async else "an async"
            raise UnsignableError(
                f"the body can be read by {kind} client only: pass bytes, or an iterable of this kind"
            )
        self._guard(request, is_async=is_async)
        return self.scheme_of(request), wire_url

    def _guard(self, request: httpx.Request, *, is_async: bool) -> None:
        """Keep a request, whose URL has been checked, at its origin. A transport of `connect` does so itself."""
        attempt = CURRENT.get()
        if attempt is not None:
            attempt.request = request
        if attempt is None or not attempt.is_own:
            guard(request, self._home, is_async=is_async)
        else:
            attempt.url = request.url

    def _prepare(
        self,
        preparation: Generator[httpx.Request, httpx.Response, None],
        request: httpx.Request,
        *,
        is_async: bool,
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield a scheme's own requests, under the same rules as the request they are for."""
        own = next(preparation, None)
        while own is not None:
            _check_time()
            self._check_target(own, _lower_case(own))
            own.extensions.setdefault("timeout", request.extensions.get("timeout", {}))  # it is not set by a client
            self._guard(own, is_async=is_async)
            try:
                response = yield own
            finally:
                redact_request(own)
            try:
                check_hops(response, self._home)
                own = _advance(preparation, response)
            finally:
                redact_own_response(response)

    def _check_target(self, request: httpx.Request, headers: list[tuple[bytes, bytes]]) -> bytes:
        """Raise unless the request goes to the environment's origin, and to what its URL says.

        Args:
            request: The request.
            headers: Its headers; see `_lower_case`.

        Returns:
            The URL as it goes over the wire; `str(request.url)` may differ (an empty path, for one).
        """
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1:
            raise UnsignableError("the request must have one Host header, as httpx gives it; it has several, or none")
        url = request.url
        netloc = url.netloc
        origin = url.raw_scheme + b"://" + netloc
        if origin not in self._home.origins or hosts[0] != netloc:
            raise _origin_error(self._home.name, url, hosts[0])
        if url.userinfo or url.fragment:
            raise UnsignableError("the URL has userinfo or a fragment, which never go over the wire: leave them out")
        if "target" in request.extensions:
            raise UnsignableError("the request has a 'target' extension, which sends another URL than the signed one")
        if "sni_hostname" in request.extensions:
            raise UnsignableError("the request has an 'sni_hostname' extension, which accepts another server's name")
        return origin + url.raw_path


def check_environment(environment: object) -> None:
    """Raise `TypeError` unless this is an environment."""
    if not isinstance(environment, Environment):
        raise TypeError(wrong_class("environment", Environment, environment))


def _lower_case(request: httpx.Request) -> list[tuple[bytes, bytes]]:
    """Return the headers, names in lower case; each look-up by name in httpx's goes through all of them."""
    return [(name.lower(), value) for name, value in request.headers.raw]


def _check_time() -> None:
    """Raise `httpx.ConnectTimeout` if the deadline has passed. A transport of yours does not know of it."""
    attempt = CURRENT.get()
    if attempt is not None:
        attempt.left(None, httpx.ConnectTimeout)


def _hand_over(request: httpx.Request) -> None:
    """Tell the attempt that it begins: from here on the request may be sent."""
    attempt = CURRENT.get()
    if attempt is not None:
        attempt.left(None, httpx.ConnectTimeout)
        attempt.request = request
        if not attempt.is_own:
            attempt.trace = request.extensions["trace"]
        attempt.is_signed, attempt.is_written = True, False  # what was written before is of another request


def _take_back() -> None:
    """Tell the attempt that the service rejected the request: what fails now is local, and nothing took effect."""
    attempt = CURRENT.get()
    if attempt is not None:
        attempt.is_signed = attempt.is_written = False


def _advance(
    requests: Generator[httpx.Request, httpx.Response, None], response: httpx.Response
) -> httpx.Request | None:
    """Give a generator the response that it waits for; return its next request, or None at its end."""
    try:
        return requests.send(response)
    except StopIteration:
        return None


def _redact_failure() -> None:
    """Take the credentials off the error with which a call fails, if it does.

    After a redirect that httpx followed, the error has a request that httpx made, with a copy of the headers. A flow is
    not given the error of its call. But httpx ends the flow while it handles that error, so the interpreter has it.
    """
    error = sys.exc_info()[1]
    if error is not None:
        redact_error(error)


def _origin_error(expected: str, url: httpx.URL, host: bytes) -> OriginError:
    actual = f"{url.scheme}://{host.decode('ascii', 'replace')}"
    hint = "credentials go to the environment's origin only, so choose the environment that you mean"
    if actual == expected.replace("https://", "http://", 1):
        hint = "plain http would show the API key to the network, so use https"
    message = f"the request would go to {actual}, but the credentials are for {expected}: {hint}. Nothing was sent"
    return OriginError(message, expected=expected, actual=actual)
