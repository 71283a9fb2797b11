"""One aiohttp session, made to do no more than what it is told: nothing added, followed, kept or sent twice."""

from __future__ import annotations

import asyncio
import base64
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

import aiohttp
import httpcore
import httpx
from aiohttp import hdrs
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

from .errors import FAILURES, failure_of

__all__ = ["Session"]

_NOT_ADDED = frozenset({hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE, hdrs.USER_AGENT})
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
_LONGEST_LINE = 65536
_DEPART: ContextVar[_Departure | None] = ContextVar("qredo_signing_depart", default=None)
"""Of this task's request, which waits for a connection."""


class Session:
    """Sends requests of httpx.

    Attributes:
        loop: The event loop to which the connections belong.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        context: ssl.SSLContext,
        proxy: httpx.Proxy | None,
        limits: httpx.Limits,
    ) -> None:
        self.loop = loop
        context.set_alpn_protocols(["http/1.1"])
        self._proxy = proxy
        self._for_proxy = _proxy_headers(proxy)
        self._slots = asyncio.Semaphore(sys.maxsize if limits.max_connections is None else limits.max_connections)
        self._http = aiohttp.ClientSession(
            # Waiting for a connection is done here, since aiohttp has one timeout for that and for connecting.
            connector=_Connector(ssl=context, limit=0, keepalive_timeout=limits.keepalive_expiry),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            max_field_size=_LONGEST_LINE,
            max_line_size=_LONGEST_LINE,
            middlewares=(_once,),
            skip_auto_headers=_NOT_ADDED,
        )

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request once, and answer when the headers of the response are there."""
        await request.aread()
        timeout = request.extensions.get("timeout", {})
        trace = request.extensions.get("trace")
        depart = None if trace is None else _Departure(trace, request)
        if depart is not None:
            await depart.tell("aiohttp.request.started")
        await self._take_slot(timeout.get("pool"))
        before = _DEPART.set(depart)
        try:
            if self._http.closed:
                raise httpx.ConnectError("the client was closed while the request waited for a connection")
            response = await self._exchange(request, timeout)
        except BaseException:
            self._slots.release()
            raise
        finally:
            _DEPART.reset(before)
        return httpx.Response(
            response.status,
            headers=response.raw_headers,
            stream=_Answer(response, self._slots),
            extensions=_extensions(response),
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.close()

    async def _exchange(self, request: httpx.Request, limits: Mapping[str, float | None]) -> aiohttp.ClientResponse:
        try:
            # Headers and body are in no variable, where a tool that prints those would find them.
            return await self._http.request(
                request.method,
                _as_yarl(request.url),
                headers=self._headers(request),
                data=_Body(request.content, limits.get("write")) if request.content else None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(connect=limits.get("connect"), sock_read=limits.get("read")),
                proxy=None if self._proxy is None else str(self._proxy.url),
                proxy_headers=self._for_proxy,
            )
        except FAILURES as error:
            failure = failure_of(error)
        except BaseException as error:
            # aiohttp's frames hold the headers, API key and all.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error
        raise failure

    def _headers(self, request: httpx.Request) -> list[tuple[str, str]]:
        # The body is sent in one piece, whatever was meant when the request was made: aiohttp says how long it is.
        kept = [(name, value) for name, value in request.headers.raw if name.lower() not in _FRAMING]
        headers = [(name.decode(), value.decode()) for name, value in kept]
        if self._for_proxy and request.url.scheme == "http":  # no tunnel: the proxy reads the request itself
            headers += self._for_proxy.items()
        return headers

    async def _take_slot(self, patience: float | None) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(patience):
                await self._slots.acquire()
        except TimeoutError:
            failure = httpx.PoolTimeout("all connections were in use for too long")
        else:
            return
        raise failure


class _Departure:
    """Tells a `trace` of how far a request has got."""

    def __init__(self, trace: Callable[[str, Mapping[str, Any]], Awaitable[object]], request: httpx.Request) -> None:
        self._trace = trace
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        self._info = {"request": httpcore.Request(request.method, target, headers=request.headers.raw)}

    async def tell(self, event: str) -> None:
        await self._trace(event, self._info)


class _Connector(aiohttp.TCPConnector):
    """Tells when there is a connection for a request, new or used before."""

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - its name there
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        try:
            if (depart := _DEPART.get()) is not None:
                await depart.tell("http11.send_request_headers.started")
        except BaseException:
            connection.close()
            raise
        return connection


async def _once(
    request: aiohttp.ClientRequest, handler: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]]
) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending a request again, which it does after some of its own errors, with the old stamp."""
    try:
        return await handler(request)
    except FAILURES as error:
        failure = failure_of(error)
    raise failure


class _Body(aiohttp.Payload):
    """The bytes of a request, with a time limit: aiohttp has none for writing."""

    def __init__(self, body: bytes, patience: float | None) -> None:
        super().__init__(body)
        self._bytes, self._patience = body, patience
        self._size = len(body)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._bytes.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await writer.write(self._bytes)
        except BaseException:
            if isinstance(writer, aiohttp.http.StreamWriter) and writer.transport is not None:
                writer.transport.abort()  # or asyncio goes on sending what it has
            raise


class _Answer(httpx.AsyncByteStream):
    """The body of a response, as it came over the wire: httpx decodes it."""

    def __init__(self, response: aiohttp.ClientResponse, slots: asyncio.Semaphore) -> None:
        self._response = response
        self._slots: asyncio.Semaphore | None = slots

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except FAILURES as error:
            failure = failure_of(error)
        else:
            return
        raise failure

    async def aclose(self) -> None:
        slots, self._slots = self._slots, None
        if slots is not None:
            self._response.release()  # which closes the connection, if there is more to come
            slots.release()


def _as_yarl(url: httpx.URL) -> URL:
    """The same URL with every byte as it was signed. In yarl's own parts an empty query would get lost."""
    return URL.build(
        scheme=url.scheme, authority=url.netloc.decode("ascii"), path=url.raw_path.decode("ascii"), encoded=True
    )


def _extensions(response: aiohttp.ClientResponse) -> dict[str, Any]:
    version = response.version or aiohttp.HttpVersion11
    reason = (response.reason or "").encode("utf-8", "surrogateescape")
    return {"http_version": b"HTTP/%d.%d" % (version.major, version.minor), "reason_phrase": reason}


def _proxy_headers(proxy: httpx.Proxy | None) -> dict[str, str]:
    if proxy is None or proxy.raw_auth is None:
        return {}
    return {hdrs.PROXY_AUTHORIZATION: "Basic " + base64.b64encode(b":".join(proxy.raw_auth)).decode("ascii")}
