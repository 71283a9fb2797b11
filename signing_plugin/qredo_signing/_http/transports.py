"""The transports that `connect` makes: httpx's own, for one origin, with connections by process and event loop.

A connection belongs to the process and the event loop that opened it. A forked child opens its own and touches nothing
that it inherited: two processes on one socket read each other's responses, and closing an inherited socket takes it out
of the epoll object that both share, so that the parent's next call hangs.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from .._environments.origin import AllowedOrigin
from .attempt import CURRENT, Attempt
from .network import AsyncBackend, Backend, Watched
from .per_process import PerLoop, PerProcess
from .redirects import check_origin

__all__ = ["AsyncTransport", "Transport", "make_transports", "parser_of"]

_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=5.0)
"""httpx's defaults, but all idle connections are kept. It keeps 20: with more requests in flight, connections would be
closed and opened again all the time."""


class Transport(httpx.BaseTransport):
    """httpx's transport for one origin: connections by process, each step reported to the attempt."""

    def __init__(self, home: AllowedOrigin, context: ssl.SSLContext, proxy: httpx.Proxy | None = None) -> None:
        """Open nothing yet.

        Args:
            home: The only origin that credentials may go to.
            context: TLS settings.
            proxy: Where to connect to instead of the origin.
        """
        self._home, self._proxy = home, proxy
        self._transports: PerProcess[httpx.HTTPTransport] = PerProcess(
            partial(_make, httpx.HTTPTransport, Backend, home, context, proxy)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of this process. Raises httpx's errors, and `OriginError`."""
        attempt = _enter(request, self._home, self._proxy)
        response = self._transports.here().handle_request(request)
        if _is_surplus(attempt, response):
            response.close()
            raise _not_ours()
        return response

    def close(self) -> None:
        """Close the connections of this process."""
        transport = self._transports.pop()
        if transport is not None:
            transport.close()


class AsyncTransport(httpx.AsyncBaseTransport):
    """Async version of `Transport`: connections by process and event loop."""

    def __init__(self, home: AllowedOrigin, context: ssl.SSLContext, proxy: httpx.Proxy | None = None) -> None:
        """Open nothing yet; see `Transport`."""
        self._home, self._proxy = home, proxy
        self._transports: PerLoop[httpx.AsyncHTTPTransport] = PerLoop(
            partial(_make, httpx.AsyncHTTPTransport, AsyncBackend, home, context, proxy)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of this process and event loop; raises what `Transport` does."""
        attempt = _enter(request, self._home, self._proxy)
        response = await (await self._transports.here()).handle_async_request(request)
        if _is_surplus(attempt, response):
            await response.aclose()
            raise _not_ours()
        return response

    async def aclose(self) -> None:
        """Close the connections of this process and event loop."""
        await self._transports.aclose()


def _make(kind: Any, backend: Any, home: AllowedOrigin, context: ssl.SSLContext, proxy: httpx.Proxy | None) -> Any:
    transport = kind(verify=context, proxy=proxy, limits=_LIMITS)
    transport._pool._network_backend = backend(_layers(home, proxy))
    return transport


def make_transports(
    make: Callable[[httpx.Proxy | None], Any], proxies: Callable[[Callable[[str], Any]], dict[str, Any]] | None
) -> dict[str, Any]:
    """Make what an httpx client takes to reach the network, as its arguments: a transport, and more for proxies.

    Args:
        make: Makes a transport for a proxy, or for none.
        proxies: Gives the proxies of the environment; None to ignore them.
    """
    made: dict[str, Any] = {"transport": make(None)}
    if proxies is not None:
        made["mounts"] = proxies(lambda url: make(httpx.Proxy(url)))
    return made


def parser_of(response: httpx.Response) -> Any:
    """Return h11's state of the connection that a response came over, or None if it is not where it used to be.

    httpcore has no public way to it. Without it, a surplus that arrived together with a response is noticed by the next
    attempt only, which `_is_surplus` ends.
    """
    place: Any = response.stream
    for name in ("_httpcore_stream", "_stream", "_connection", "_h11_state"):
        place = getattr(place, name, None)
    return place


def _enter(request: httpx.Request, home: AllowedOrigin, proxy: httpx.Proxy | None) -> Attempt | None:
    """Check a request that is about to be sent, whatever changed it after it was signed; return its attempt."""
    attempt = CURRENT.get()
    if attempt is not None and attempt.request is request:  # and not one that a hook sends
        attempt.is_watched = True
    check_origin(request, home, None if attempt is None else attempt.url)
    if proxy is not None and proxy.url.scheme.startswith("socks") and request.url.scheme == "wss":
        raise home.reject_bare_socks()
    return attempt


def _layers(home: AllowedOrigin, proxy: httpx.Proxy | None) -> int:
    """Count the TLS layers between the socket and the origin. Bytes that are written below the last are for a proxy."""
    return home.name.startswith("https") + (proxy is not None and proxy.url.scheme == "https")


def _is_surplus(attempt: Attempt | None, response: httpx.Response) -> bool:
    """Whether a response was there before its request: it arrived with an earlier one and belongs to none.

    Where the request was not written either, a library for tests has taken the place of httpx's transport.
    """
    stream = response.extensions.get("network_stream")
    if isinstance(stream, Watched) and stream.parser is None:
        stream.parser = parser_of(response)
    return attempt is not None and attempt.is_written and attempt.reads == 0


def _not_ours() -> httpx.RemoteProtocolError:
    return httpx.RemoteProtocolError("the response arrived before the request was sent, so it belongs to another one")
