"""Keeping signed requests from going elsewhere after they were signed: redirects, hooks.

httpx follows redirects below the auth, which is not asked again, and takes every header but `Authorization` along.
What travels along too is the request's extensions, and httpcore, the transport of httpx itself, calls the `trace`
extension before each step. So a trace can stop the hop before a connection is made for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import httpx

from .._environments.origin import AllowedOrigin, join_origin, netloc_of, origin_in_bytes
from ..errors import OriginError

__all__ = ["check_hops", "guard"]

Info: TypeAlias = Mapping[str, Any]

_EXCHANGE = ("send_request_headers", "send_request_body", "receive_response_headers", "receive_response_body")
_DEPARTURES = frozenset({"http11.send_request_headers.started", "http2.send_request_headers.started"})
# The steps of every request after its headers were let go, by which most calls of a trace are for nothing.
_HARMLESS = frozenset(
    f"{part}.{step}"
    for part in ("http11", "http2")
    for step in (
        *(f"{name}.complete" for name in (*_EXCHANGE, "response_closed")),
        *(f"{name}.started" for name in (*_EXCHANGE[1:], "response_closed")),
    )
)


def guard(request: httpx.Request, home: AllowedOrigin, *, is_async: bool) -> None:
    """Put a `trace` extension on a request that lets it go to its home only. Call it for each attempt.

    It raises `OriginError` from inside the transport: when a connection to another host is about to be made for a
    redirect, or at the latest before headers are written to one. A `trace` of the caller's is called as before.

    Args:
        request: The request, with its credentials; its URL has been checked.
        home: Where it may go.
        is_async: Whether an async client sends it: httpcore wants a coroutine function then.
    """
    outer: Any = request.extensions.get("trace")
    if isinstance(outer, _Watch):  # of an earlier attempt
        outer = outer.outer
    request.extensions["trace"] = (_AsyncGuard if is_async else _Guard)(home, outer)


def check_hops(response: httpx.Response, home: AllowedOrigin) -> None:
    """Raise `OriginError` when an answer came, or was redirected, from elsewhere: the transport knew no `trace`.

    That is too late to keep the credentials, but not to say so.
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
    """Follows the steps of one attempt, and raises before one that would lead elsewhere.

    Attributes:
        outer: The caller's own trace.
    """

    __slots__ = ("_home", "_is_bare_socks", "_routes", "_was_sent", "outer")

    def __init__(self, home: AllowedOrigin, outer: Any) -> None:
        self.outer = outer
        self._home = home
        self._routes = frozenset[bytes]()
        self._was_sent = self._is_bare_socks = False

    def _look(self, event: str, info: Info) -> None:
        if event in _DEPARTURES:
            self._send(info["request"])
            self._let_go(info["request"])
            return
        _, _, step = event.partition(".")  # before the dot stands which part of httpcore it is
        if step == "connect_tcp.started":
            self._connect(netloc_of(info["host"], info["port"]))
        elif step == "setup_socks5_connection.started":
            self._check_host(netloc_of(info["host"], info["port"]))
            self._is_bare_socks = True
        elif step == "start_tls.started":
            self._is_bare_socks = False
        elif step.endswith(".started") and "request" in info:
            self._send(info["request"])

    def _let_go(self, request: Any) -> None:
        """Leave the rest of a request unwatched: eight more calls for nothing.

        The request is httpcore's own, made for this hop. That of httpx, from which one for a redirect is made, keeps
        its trace.
        """
        if self.outer is None and request.method != b"CONNECT":
            request.extensions = {name: value for name, value in request.extensions.items() if value is not self}

    def _connect(self, netloc: bytes) -> None:
        """Until the request is sent for the first time, this is its own way, and may lead through a proxy."""
        if not self._was_sent:
            self._routes |= {netloc}
        elif netloc not in self._routes:
            self._check_host(netloc)

    def _send(self, request: Any) -> None:
        """Check a request of httpcore's, which may be addressed to a proxy."""
        url = request.url
        if request.method == b"CONNECT":
            self._check_host(url.target)
            return
        if not url.target.startswith(b"/") or (url.scheme, url.host, url.port) not in self._home.addresses:
            origin = _origin_in(url.target) or join_origin(url.scheme, netloc_of(url.host, url.port))
            if origin not in self._home.origins:
                raise self._home.reject(origin.decode("ascii"))
        if self._is_bare_socks and url.scheme == b"wss":
            actual = join_origin(b"ws", netloc_of(url.host, url.port))
            raise OriginError(
                "httpcore does not encrypt a wss feed through a SOCKS proxy, which would show the API key to the "
                "network: use an HTTP proxy, or none. Nothing of the request was sent",
                expected=self._home.name,
                actual=actual.decode("ascii"),
            )
        self._was_sent = True

    def _check_host(self, netloc: bytes) -> None:
        if netloc not in self._home.netlocs:
            raise self._home.reject(_readable(netloc))


class _Guard(_Watch):
    """The trace of one attempt in sync use."""

    def __call__(self, event: str, info: Info) -> object:
        if event not in _HARMLESS:
            try:
                self._look(event, info)
            except OriginError:
                if "stream" in info:  # of a SOCKS proxy, which httpcore would leave open
                    info["stream"].close()
                raise
        return None if self.outer is None else self.outer(event, info)


class _AsyncGuard(_Watch):
    """The trace of one attempt in async use."""

    async def __call__(self, event: str, info: Info) -> None:
        if event not in _HARMLESS:
            try:
                self._look(event, info)
            except OriginError:
                if "stream" in info:
                    await info["stream"].aclose()
                raise
        if self.outer is not None:
            await self.outer(event, info)


def _origin_in(target: bytes) -> bytes:
    """The origin in the absolute form of a request line, which is for a proxy; empty for the usual form (a path)."""
    scheme, separator, rest = target.partition(b"://")
    if target.startswith(b"/") or not separator:
        return b""
    return join_origin(scheme, rest.partition(b"/")[0])


def _readable(target: bytes) -> str:
    """Of `host:port` the origin, where the port tells it."""
    text = target.decode("ascii")
    for scheme, port in (("https", 443), ("http", 80)):
        if text.endswith(f":{port}"):
            return f"{scheme}://{text.removesuffix(f':{port}')}"
    return text
