"""Stop a signed request that a redirect or an event hook would send to another origin.

httpx follows redirects below the auth: it does not ask the auth again, and it copies every header except
`Authorization`, so the API key would go along. It also copies the request's extensions, and httpcore, the transport of
httpx, calls the `trace` extension before each step. So a trace can stop a redirect before a connection is made for it:
that is `guard`. A transport that ignores `trace` cannot be stopped that way. `connect` wraps one that the user gives it
in a `PinnedTransport`, which checks every request before the transport sees it.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, TypeAlias

import httpx

from .._environments.origin import DEFAULT_PORTS, AllowedOrigin, join_origin, netloc_of, origin_in_bytes
from .._signature.headers import SECRET_HEADERS
from ..errors import OriginError
from .attempt import CURRENT

__all__ = ["AsyncPinnedTransport", "PinnedTransport", "check_hops", "check_origin", "guard"]

TraceInfo: TypeAlias = MutableMapping[str, Any]

_MISLEADING = frozenset({"target", "sni_hostname"})
"""Extensions that httpcore obeys before the URL: what it asks for, and whose certificate it accepts."""
_EXCHANGE = ("send_request_headers", "send_request_body", "receive_response_headers", "receive_response_body")
_HEADERS_FAILED = "http11.send_request_headers.failed"
_SENDS_HEADERS = frozenset({"http11.send_request_headers.started", "http2.send_request_headers.started"})
# Steps of every request that come after its headers were sent, when it is too late to stop it. Most calls of a trace
# are for these, so they are sorted out first.
_HARMLESS = frozenset(
    f"{part}.{step}"
    for part in ("http11", "http2")
    for step in (
        *(f"{name}.complete" for name in (*_EXCHANGE, "response_closed")),
        *(f"{name}.started" for name in (*_EXCHANGE[1:], "response_closed")),
    )
)


def guard(request: httpx.Request, home: AllowedOrigin, *, is_async: bool) -> None:
    """Put a `trace` extension on a request that lets it go to its own origin only. Call it for each attempt.

    It raises `OriginError` from inside the transport: when a connection to another host is about to be made for a
    redirect, or at the latest before headers are written to one. A `trace` of the user is called as before.

    Args:
        request: The request, with its credentials; its URL has been checked.
        home: The origin that it may go to.
        is_async: Whether an async client sends it: httpcore wants a coroutine function then.
    """
    outer: Any = request.extensions.get("trace")
    if isinstance(outer, _Watch):  # of an earlier attempt: guards must not pile up
        outer = outer.outer
    request.extensions["trace"] = (_AsyncGuard if is_async else _Guard)(home, outer)


def check_hops(response: httpx.Response, home: AllowedOrigin) -> None:
    """Raise `OriginError` if a response, or a redirect before it, came from another origin.

    That happens with a transport that ignores `trace`. It is too late to protect the credentials, but the user learns
    that the API key has to be replaced.
    """
    for hop in (*response.history, response):
        if (origin := origin_in_bytes(hop.request.url)) not in home.origins:
            actual = origin.decode("ascii")
            raise OriginError(
                f"the request was redirected to {actual} and went there WITH its credentials, which are for "
                f"{home.name}: this transport cannot be stopped from inside. Have the API key replaced, and use "
                "connect(), or follow_redirects=False",
                expected=home.name,
                actual=actual,
            )


class _Watch:
    """Follows the steps of one attempt, and raises before one that would lead to another origin.

    Attributes:
        outer: The user's own trace.
    """

    __slots__ = ("_connect_limit", "_home", "_is_bare_socks", "_routes", "_was_sent", "outer")

    def __init__(self, home: AllowedOrigin, outer: Any) -> None:
        self.outer = outer
        self._home = home
        self._routes = frozenset[bytes]()
        self._connect_limit: float | None = None
        self._was_sent = self._is_bare_socks = False

    def _look(self, event: str, info: TraceInfo) -> None:
        if (attempt := CURRENT.get()) is not None:
            attempt.is_watched = True  # a transport that calls a trace reports each step, so silence proves something
        if event in _SENDS_HEADERS:
            self._check_request(info["request"])
            self._stop_watching(info["request"])
            return
        _, _, step = event.partition(".")  # what is before the dot is the part of httpcore, such as `http11`
        if step == "connect_tcp.started":
            self._check_connection(netloc_of(info["host"], info["port"]))
            self._connect_limit = info["timeout"]
        elif step == "setup_socks5_connection.started":
            self._check_host(netloc_of(info["host"], info["port"]))
            self._is_bare_socks = True
            info["stream"] = self._limited(info["stream"])
        elif step == "start_tls.started":
            self._is_bare_socks = False
        elif step.endswith(".started") and "request" in info:
            self._check_request(info["request"])

    def _limited(self, stream: Any) -> Any:
        """Return a stream that waits no longer than for a connection: httpcore sets no limit while it speaks SOCKS.

        httpcore takes the stream for that from what it gives to its trace, and goes on with its own one afterwards.
        """
        from . import network  # a client of the user may have no need of httpcore

        kind = network.AsyncStream if hasattr(stream, "aclose") else network.Stream
        return kind(stream, 1, self._connect_limit)

    def _report(self, event: str, info: TraceInfo) -> None:
        """Tell the attempt what happens now: the transport of your own httpx client has no backend of ours."""
        attempt = CURRENT.get()
        if attempt is None:
            return
        if event.endswith(".connect_tcp.started"):
            attempt.peer = info["host"], info["port"]
        elif event in _SENDS_HEADERS and info["request"].method != b"CONNECT":
            attempt.is_written = True
        elif event == _HEADERS_FAILED and type(info["exception"]).__name__ == "LocalProtocolError":
            attempt.is_written = False  # h11 refused the headers before anything was written

    def _stop_watching(self, request: Any) -> None:
        """Take the trace off a request whose headers are about to be sent: it saves eight calls.

        This is the request of httpcore, which exists for this hop only. The request of httpx, from which a redirect is
        made, keeps its trace.
        """
        if self.outer is None and request.method != b"CONNECT":
            request.extensions = {name: value for name, value in request.extensions.items() if value is not self}

    def _check_connection(self, netloc: bytes) -> None:
        # Before the request is sent for the first time, nothing can have redirected it: the host is its own or a
        # proxy's. These are remembered, since a later hop to the same origin takes the same route.
        if self._home.is_direct and netloc not in self._home.netlocs and not self._was_sent:
            raise self._home.reject_detour(netloc.decode("ascii"))
        if not self._was_sent:
            self._routes |= {netloc}
        elif netloc not in self._routes:
            self._check_host(netloc)

    def _check_request(self, request: Any) -> None:
        """Check a request of httpcore, which may be addressed to a proxy."""
        url = request.url
        if not _MISLEADING.isdisjoint(request.extensions):
            raise _reject_extension(self._home, request)
        if request.method == b"CONNECT":  # it opens a tunnel; the request inside is checked when its turn comes
            self._check_host(url.target)
            return
        if not url.target.startswith(b"/") or (url.scheme, url.host, url.port) not in self._home.addresses:
            origin = _origin_in(url.target) or join_origin(url.scheme, netloc_of(url.host, url.port))
            if origin not in self._home.origins:
                raise self._home.reject(origin.decode("ascii"))
            if self._home.is_direct:  # over a connection to a proxy that was open already
                raise self._home.reject_detour("a proxy")
        if self._is_bare_socks and url.scheme == b"wss":
            raise self._home.reject_bare_socks()
        self._was_sent = True

    def _check_host(self, netloc: bytes) -> None:
        if netloc not in self._home.netlocs:
            raise self._home.reject(_readable(netloc))


class _Guard(_Watch):
    """The trace of one attempt in sync use."""

    def __call__(self, event: str, info: TraceInfo) -> object:
        if event not in _HARMLESS:
            try:
                self._look(event, info)
            except OriginError:
                if "stream" in info:  # the connection to a SOCKS proxy, which httpcore would leave open
                    info["stream"].close()
                raise
        result = None if self.outer is None else self.outer(event, info)
        self._report(event, info)  # last: a trace of the user that raises stops the step
        return result


class _AsyncGuard(_Watch):
    """The trace of one attempt in async use."""

    async def __call__(self, event: str, info: TraceInfo) -> None:
        if event not in _HARMLESS:
            try:
                self._look(event, info)
            except OriginError:
                if "stream" in info:
                    await info["stream"].aclose()
                raise
        if self.outer is not None:
            await self.outer(event, info)
        self._report(event, info)


def _origin_in(target: bytes) -> bytes:
    """Return the origin in a request target of absolute form, which a proxy gets; empty for the usual form, a path."""
    scheme, separator, rest = target.partition(b"://")
    if target.startswith(b"/") or not separator:
        return b""
    return join_origin(scheme, rest.partition(b"/")[0])


def _readable(target: bytes) -> str:
    """Return `host:port` as an origin, where the port tells the scheme."""
    text = target.decode("ascii")
    for scheme in ("https", "http"):
        port = DEFAULT_PORTS[scheme]
        if text.endswith(f":{port}"):
            return f"{scheme}://{text.removesuffix(f':{port}')}"
    return text


class PinnedTransport(httpx.BaseTransport):
    """A transport that refuses to send credentials to another origin, whatever changed the request above it."""

    def __init__(self, transport: httpx.BaseTransport, home: AllowedOrigin) -> None:
        self._transport = transport
        self._home = home

    def __enter__(self) -> PinnedTransport:
        self._transport.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._transport.__exit__(*error)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on. Raises `OriginError`."""
        check_origin(request, self._home)
        _pass_on()
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()


class AsyncPinnedTransport(httpx.AsyncBaseTransport):
    """`PinnedTransport` for async clients."""

    def __init__(self, transport: httpx.AsyncBaseTransport, home: AllowedOrigin) -> None:
        self._transport = transport
        self._home = home

    async def __aenter__(self) -> AsyncPinnedTransport:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._transport.__aexit__(*error)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on. Raises `OriginError`."""
        check_origin(request, self._home)
        _pass_on()
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()


def _pass_on() -> None:
    """Tell the attempt that it is not known what happens from here on, unless the transport reports it."""
    attempt = CURRENT.get()
    if attempt is not None:
        attempt.is_watched = False


def check_origin(request: httpx.Request, home: AllowedOrigin, checked: httpx.URL | None = None) -> None:
    """Raise `OriginError` if a request with credentials would go to another origin, or to a server of another name.

    A request without credentials, which a hook may send elsewhere on purpose, passes.

    Args:
        request: The request, as it is about to be sent.
        home: The origin that it may go to.
        checked: A URL of that origin. URLs do not change, so a request that has this very one needs no other look.
    """
    url, misleading = request.url, not _MISLEADING.isdisjoint(request.extensions)
    if not misleading and (url is checked or origin_in_bytes(url) in home.origins):
        return
    if any(name in request.headers for name in SECRET_HEADERS):
        raise _reject_extension(home, request) if misleading else home.reject(origin_in_bytes(url).decode("ascii"))


def _reject_extension(home: AllowedOrigin, request: Any) -> OriginError:
    name = min(_MISLEADING.intersection(request.extensions))
    return home.reject(f"another place, by the {name!r} extension")
