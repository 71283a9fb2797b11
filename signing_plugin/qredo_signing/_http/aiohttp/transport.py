"""`AiohttpTransport`: async requests over aiohttp. Needs the extra `aiohttp`, and loads it when one is made."""

from __future__ import annotations

import asyncio
import ssl
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx

from ..._extras import install_advice
from ...errors import ConfigurationError
from ..attempt import CURRENT
from ..defaults import make_tls_context
from ..per_process import PerLoop

if TYPE_CHECKING:
    from .session import Session

__all__ = ["AiohttpTransport"]


class AiohttpTransport(httpx.AsyncBaseTransport):
    """A transport for `httpx.AsyncClient` that costs a fraction of httpx's own when many requests are in flight.

    `connect(..., transport="aiohttp")` makes one; make it yourself for other TLS settings, limits or a proxy:

        transport = AiohttpTransport(limits=httpx.Limits(max_connections=200))
        client = connect(AsyncClient, credentials, Environment.SANDBOX, transport=transport)

    It runs on asyncio alone, speaks HTTP/1.1, and opens connections for each event loop and process in which it is
    used. It sends the URL that was signed, byte by byte, and each request once: it retries and follows nothing, and
    keeps no cookies. A `trace` extension is told of each request twice: `aiohttp.request.started` before anything is
    done, and `http11.send_request_headers.started` when there is a connection for it; an error raised there stops it.

    Feeds (`ws://`, `wss://`) and SOCKS proxies, which aiohttp does not offer to httpx, take httpx's own transport.
    docs/async.md has what else is different.
    """

    def __init__(
        self,
        *,
        verify: ssl.SSLContext | None = None,
        proxy: str | httpx.URL | httpx.Proxy | None = None,
        limits: httpx.Limits | None = None,
    ) -> None:
        """Load aiohttp; no connection is made yet.

        Args:
            verify: TLS settings; by default httpx's own, for TLS 1.2 and later.
            proxy: The URL of a proxy. The environment is not asked: `connect(..., transport="aiohttp")` does that.
            limits: As for httpx, but all idle connections are kept until they expire. By default 100 connections,
                which are closed after 5 s without use.

        Raises:
            ImportError: aiohttp is not installed.
        """
        self._make_session: type[Session] = _load().Session
        self._context = make_tls_context() if verify is None else verify
        self._proxy = proxy if proxy is None or isinstance(proxy, httpx.Proxy) else httpx.Proxy(proxy)
        self._limits = limits or httpx.Limits(max_connections=100, keepalive_expiry=5.0)
        self._sessions = PerLoop(self._new_session)
        self._plain = PerLoop(self._new_plain)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return when the headers of the response are there; raises httpx's errors."""
        is_socks = self._proxy is not None and self._proxy.url.scheme.startswith("socks")
        if is_socks or request.url.scheme in {"ws", "wss"}:
            return await (await self._plain.here()).handle_async_request(request)
        attempt = CURRENT.get()
        if attempt is not None and attempt.request is request:
            attempt.is_watched = True  # from here on: without a session nothing is sent
        return await (await self._sessions.here()).send(request)

    async def aclose(self) -> None:
        """Close the connections of this process and event loop."""
        await self._sessions.aclose()
        await self._plain.aclose()

    def _new_session(self) -> Session:
        return self._make_session(_running_loop(), self._context, self._proxy, self._limits)

    def _new_plain(self) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(verify=self._context, proxy=self._proxy, limits=self._limits)


def _load() -> Any:
    try:
        return import_module(".session", __package__)
    except ModuleNotFoundError as error:
        raise ImportError(f"aiohttp is an extra: {install_advice('aiohttp', error.name)}", name=error.name) from error


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError as error:
        raise ConfigurationError(
            "transport='aiohttp' was used in an event loop of trio, but aiohttp runs on asyncio only: leave transport= "
            "out. Nothing was sent"
        ) from error
