"""Keeping signed requests from going elsewhere after they were signed: redirects, hooks, transports.

httpx follows redirects below the auth, which is not asked again, and takes every header but `Authorization` along.
What travels along too is the request's extensions, and httpcore, the transport of httpx itself, calls the `trace`
extension before each step. So a trace can stop the hop before a connection is made for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias

import httpx

from ._headers import SECRET_HEADERS
from .errors import OriginError

__all__ = ["AsyncPinnedTransport", "PinnedTransport", "check_hops", "guard", "origins_in_bytes", "pin_transport"]

Origins: TypeAlias = frozenset[bytes]
Info: TypeAlias = Mapping[str, Any]

_EXCHANGE = ("send_request_headers", "send_request_body", "receive_response_headers", "receive_response_body")
# The steps of every request after its headers were let go, by which most calls of a trace are for nothing.
_HARMLESS = frozenset(
    f"{part}.{step}"
    for part in ("http11", "http2")
    for step in (
        *(f"{name}.complete" for name in (*_EXCHANGE, "response_closed")),
        *(f"{name}.started" for name in (*_EXCHANGE[1:], "response_closed")),
    )
)

_FEED_SCHEMES = {"https": "wss", "http": "ws"}
_DEFAULT_PORTS = {b"https": 443, b"wss": 443, b"http": 80, b"ws": 80}


def guard(request: httpx.Request, origins: frozenset[bytes], *, is_async: bool) -> None:
    """Put a `trace` extension on a request that lets it go to these origins only. Call it for each attempt.

    It raises `OriginError` from inside the transport: when a connection to another host is about to be made for a
    redirect, or at the latest before headers are written to one. A `trace` of the caller's is called as before.

    Args:
        request: The request, with its credentials; its URL has been checked.
        origins: `scheme://host[:port]` in bytes, as httpx spells them.
        is_async: Whether an async client sends it: httpcore wants a coroutine function then.
    """
    outer: Any = request.extensions.get("trace")
    if isinstance(outer, (_Guard, _AsyncGuard)):  # of an earlier attempt
        outer = outer.outer
    make = _AsyncGuard if is_async else _Guard
    request.extensions["trace"] = make(_Watch(origins), outer)


def check_hops(response: httpx.Response, origins: frozenset[bytes]) -> None:
    """Raise `OriginError` when an answer came, or was redirected, from elsewhere: the transport knew no `trace`.

    That is too late to keep the credentials, but not to say so.
    """
    for hop in (*response.history, response):
        if (origin := _origin(hop.request.url)) not in origins:
            actual = origin.decode("ascii")
            raise OriginError(
                f"the request was redirected to {actual} and went there WITH its credentials, which are for "
                f"{_home(origins)}: this transport cannot be stopped from inside. Have the API key replaced, and use "
                "connect(), or follow_redirects=False",
                expected=_home(origins),
                actual=actual,
            )


def origins_in_bytes(origin: str) -> frozenset[bytes]:
    """The environment's origin as httpx has it, and the same in the scheme of the feeds."""
    scheme, _, rest = origin.partition("://")
    return frozenset({origin.encode(), f"{_FEED_SCHEMES[scheme]}://{rest}".encode()})


def pin_transport(transport: Any, origin: str, *, is_async: bool) -> Any:
    """Wrap a transport so that nothing with our credentials leaves through it to another origin."""
    pin: Any = AsyncPinnedTransport if is_async else PinnedTransport
    return pin(transport, origins_in_bytes(origin))


class PinnedTransport(httpx.BaseTransport):
    """A transport that refuses what carries credentials elsewhere, whatever happened above it."""

    def __init__(self, transport: httpx.BaseTransport, origins: frozenset[bytes]) -> None:
        self._transport = transport
        self._origins = origins

    def __enter__(self) -> PinnedTransport:
        self._transport.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._transport.__exit__(*error)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on. Raises `OriginError`."""
        _check_request(request, self._origins)
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()


class AsyncPinnedTransport(httpx.AsyncBaseTransport):
    """The same for async clients."""

    def __init__(self, transport: httpx.AsyncBaseTransport, origins: frozenset[bytes]) -> None:
        self._transport = transport
        self._origins = origins

    async def __aenter__(self) -> AsyncPinnedTransport:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._transport.__aexit__(*error)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on. Raises `OriginError`."""
        _check_request(request, self._origins)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()


class _Guard:
    """The trace of one attempt in sync use."""

    def __init__(self, watch: _Watch, outer: Callable[[str, Info], object] | None) -> None:
        self._watch = watch
        self.outer = outer

    def __call__(self, event: str, info: Info) -> object:
        try:
            if event not in _HARMLESS:
                self._watch(event, info)
        except OriginError:
            if "stream" in info:  # of a SOCKS proxy, which httpcore would leave open
                info["stream"].close()
            raise
        return None if self.outer is None else self.outer(event, info)


class _AsyncGuard:
    """The trace of one attempt in async use."""

    def __init__(self, watch: _Watch, outer: Callable[[str, Info], Awaitable[object]] | None) -> None:
        self._watch = watch
        self.outer = outer

    async def __call__(self, event: str, info: Info) -> None:
        try:
            if event not in _HARMLESS:
                self._watch(event, info)
        except OriginError:
            if "stream" in info:
                await info["stream"].aclose()
            raise
        if self.outer is not None:
            await self.outer(event, info)


class _Watch:
    """Follows the steps of one attempt, and raises before one that would lead elsewhere."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._routes = set[bytes]()
        self._was_sent = False
        self._is_bare_socks = False

    def __call__(self, event: str, info: Info) -> None:
        _, _, step = event.partition(".")  # before the dot stands which part of httpcore it is
        if step == "connect_tcp.started":
            self._connect(_netloc(info["host"], info["port"]))
        elif step == "setup_socks5_connection.started":
            self._check_host(_netloc(info["host"], info["port"]))
            self._is_bare_socks = True
        elif step == "start_tls.started":
            self._is_bare_socks = False
        elif step.endswith(".started") and "request" in info:
            self._send(info["request"])

    def _connect(self, netloc: bytes) -> None:
        """Until the request is sent for the first time, this is its own way, and may lead through a proxy."""
        if not self._was_sent:
            self._routes.add(netloc)
        elif netloc not in self._routes:
            self._check_host(netloc)

    def _send(self, request: Any) -> None:
        """Check a request of httpcore's, which may be addressed to a proxy."""
        url = request.url
        if request.method == b"CONNECT":
            self._check_host(url.target)
            return
        origin = _origin_in(url.target) or _join(url.scheme, _netloc(url.host, url.port))
        if origin not in self._origins:
            raise self._error(origin)
        if origin.startswith(b"wss:") and self._is_bare_socks:
            raise OriginError(
                "httpcore does not encrypt a wss feed through a SOCKS proxy, which would show the API key to the "
                "network: use an HTTP proxy, or none. Nothing of the request was sent",
                expected=_home(self._origins),
                actual="ws" + origin.decode("ascii").removeprefix("wss"),
            )
        self._was_sent = True

    def _check_host(self, netloc: bytes) -> None:
        if netloc not in {_host_and_port(origin) for origin in self._origins}:
            raise self._error(netloc)

    def _error(self, target: bytes) -> OriginError:
        return _elsewhere(_readable(target), self._origins)


def _check_request(request: httpx.Request, origins: Origins) -> None:
    if _origin(request.url) not in origins and any(name in request.headers for name in SECRET_HEADERS):
        raise _elsewhere(_origin(request.url).decode("ascii"), origins)


def _elsewhere(actual: str, origins: Origins) -> OriginError:
    return OriginError(
        f"the signed request was about to go on to {actual}, by a redirect or by a change after signing, but the "
        f"credentials are for {_home(origins)}. Nothing was sent there; a request that was redirected had been sent "
        "once. Leave follow_redirects off",
        expected=_home(origins),
        actual=actual,
    )


def _origin(url: httpx.URL) -> bytes:
    return _join(url.raw_scheme, url.netloc)


def _home(origins: Iterable[bytes]) -> str:
    """The origin as the environment has it; the other one is the same for feeds."""
    return min(origins).decode("ascii")  # "http" sorts before "ws"


def _join(scheme: bytes, netloc: bytes) -> bytes:
    host, _, port = netloc.rpartition(b":")
    is_default = port.isdigit() and int(port) == _DEFAULT_PORTS.get(scheme)
    return scheme + b"://" + (host if is_default else netloc)


def _netloc(host: str | bytes, port: int | None) -> bytes:
    name = host.encode("ascii") if isinstance(host, str) else host
    name = b"[" + name + b"]" if b":" in name else name
    return name if port is None else name + b":%d" % port


def _host_and_port(origin: bytes) -> bytes:
    """An origin's `host:port`, also when the port is the scheme's own."""
    scheme, _, netloc = origin.partition(b"://")
    has_port = netloc.rpartition(b":")[2].isdigit()
    return netloc if has_port else netloc + b":%d" % _DEFAULT_PORTS[scheme]


def _origin_in(target: bytes) -> bytes:
    """The origin in the absolute form of a request line, which is for a proxy; empty for the usual form (a path)."""
    scheme, separator, rest = target.partition(b"://")
    if target.startswith(b"/") or not separator:
        return b""
    return _join(scheme, rest.partition(b"/")[0])


def _readable(target: bytes) -> str:
    """An origin as it is; of `host:port` the origin where the port tells it."""
    text = target.decode("ascii")
    for scheme, port in (("https", 443), ("http", 80)):
        if "://" not in text and text.endswith(f":{port}"):
            return f"{scheme}://{text.removesuffix(f':{port}')}"
    return text
