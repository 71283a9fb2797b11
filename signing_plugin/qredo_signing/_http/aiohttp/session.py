"""One aiohttp session that sends each request exactly as httpx built it, once.

By default aiohttp adds headers, follows redirects, keeps cookies, and sends some requests again after an error. Each of
these would change what was signed or send a signature twice, so all of them are off here.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import ContextVar
from functools import partial
from typing import Any

import aiohttp
import httpcore
import httpx
from aiohttp import hdrs
from aiohttp.abc import AbstractStreamWriter
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from ..attempt import CURRENT
from .errors import FAILURES, failure_of

__all__ = ["Session"]

_NOT_ADDED = frozenset({hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE, hdrs.USER_AGENT})
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
_LONGEST_LINE = 65536  # aiohttp's own limit of 8190 is far below that of httpx
_TRACER: ContextVar[_Tracer | None] = ContextVar("qredo_signing_tracer", default=None)
"""The tracer of this task's request. aiohttp has no parameter through which the connector could get it."""


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
        context.set_alpn_protocols(["http/1.1"])  # aiohttp speaks no other, and a context of httpx may offer HTTP/2
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
        """Send a request once, and return when the headers of the response are there."""
        await request.aread()  # the signature covers the body as one piece of bytes
        timeout = request.extensions.get("timeout", {})
        attempt = CURRENT.get()
        if attempt is not None and self._proxy is not None:
            attempt.peer = self._proxy.url.host, self._proxy.url.port or 80
        trace = request.extensions.get("trace")
        tracer = None if trace is None else _Tracer(trace, request, is_forwarded=self._proxy is not None)
        if tracer is not None:
            # The guard refuses another origin before there is a connection to it. It also learns that this transport
            # reports: if nothing follows, nothing was sent.
            await tracer.tell("aiohttp.request.started")
        await self._take_slot(timeout.get("pool"))
        before = _TRACER.set(tracer)
        try:
            if self._http.closed:
                raise httpx.ConnectError("the client was closed while the request waited for a connection")
            response = await self._exchange(request, timeout)
        except BaseException:
            self._slots.release()
            raise
        finally:
            _TRACER.reset(before)
        return httpx.Response(
            response.status,
            headers=response.raw_headers,
            stream=_ResponseStream(response, self._slots),
            extensions=_extensions(response),
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.close()

    async def _exchange(self, request: httpx.Request, limits: Mapping[str, float | None]) -> aiohttp.ClientResponse:
        try:
            # Headers and body are not put in local variables: error trackers record those.
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
            # The frames of aiohttp in this traceback hold the headers, and so the API key.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error
        raise failure  # outside `except`: chained, the error of aiohttp would bring the frames with the headers along

    def _headers(self, request: httpx.Request) -> list[tuple[str, str]]:
        # The body is complete and sent in one piece, so aiohttp writes its own Content-Length. A second one, or a
        # Transfer-Encoding, would make the request ambiguous.
        kept = [(name, value) for name, value in request.headers.raw if name.lower() not in _FRAMING]
        headers = [(name.decode(), value.decode()) for name, value in kept]
        if self._for_proxy and request.url.scheme == "http":  # no tunnel: the proxy reads the request itself
            headers += self._for_proxy.items()
        return headers

    async def _take_slot(self, limit: float | None) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(limit):
                await self._slots.acquire()
        except TimeoutError:
            failure = httpx.PoolTimeout("all connections were in use for too long")
        else:
            return
        raise failure


class _Tracer:
    """Calls the `trace` extension of a request, with events of the names that httpcore gives them."""

    def __init__(
        self,
        trace: Callable[[str, Mapping[str, Any]], Awaitable[object]],
        request: httpx.Request,
        *,
        is_forwarded: bool = False,
    ) -> None:
        self._trace = trace
        url = request.url
        # A proxy gets the whole URL of a request in plain http, and httpcore says so.
        target = url.raw_path
        if is_forwarded and url.scheme == "http":
            target = url.raw_scheme + b"://" + url.netloc + target
        place = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=target)
        self._info = {"request": httpcore.Request(request.method, place, headers=request.headers.raw)}

    async def tell(self, event: str) -> None:
        await self._trace(event, self._info)


class _Handler(ResponseHandler):
    """aiohttp's end of a connection. The limit for reading also holds after a 1xx response, where aiohttp drops it."""

    async def read(self) -> Any:
        message, payload = await super().read()
        if message.code < 200 and not self._buffer:
            self.start_timeout()
        return message, payload


class _Connector(aiohttp.TCPConnector):
    """Calls the trace when a request has its connection, new or used before, and nothing was written yet.

    An error of the trace stops the request here: that is how the guard against redirects works on aiohttp.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        make: Any = partial(_Handler, loop=self._loop)
        self._factory = make  # there is no public way

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - its name there
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        while _has_surplus(connection):  # ends: a closed connection leaves the pool, and a new one has no surplus
            connection.close()
            connection = await super().connect(req, traces, timeout)
        try:
            if (tracer := _TRACER.get()) is not None:
                await tracer.tell("http11.send_request_headers.started")
        except BaseException:
            connection.close()
            raise
        if (attempt := CURRENT.get()) is not None:
            attempt.is_written = True  # from here on aiohttp writes
        return connection


def _has_surplus(connection: aiohttp.connector.Connection) -> bool:
    """Whether bytes arrived after the last response on a kept connection, so that the next would be read wrongly."""
    return connection.protocol is not None and connection.protocol.should_close


async def _once(
    request: aiohttp.ClientRequest, handler: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]]
) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending a request again, with the same stamp, after some of its own errors.

    It looks for those by type, so this middleware raises another type instead.
    """
    try:
        return await handler(request)
    except FAILURES as error:
        failure = failure_of(error)
    raise failure


class _Body(aiohttp.Payload):
    """The bytes of a request, with a time limit: aiohttp has none for writing."""

    def __init__(self, body: bytes, limit: float | None) -> None:
        super().__init__(body)
        self._bytes, self._limit = body, limit
        self._size = len(body)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._bytes.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        try:
            async with asyncio.timeout(self._limit):
                await writer.write(self._bytes)
        except BaseException:
            if isinstance(writer, aiohttp.http.StreamWriter) and writer.transport is not None:
                writer.transport.abort()  # otherwise asyncio goes on sending what is in its buffer
            raise


class _ResponseStream(httpx.AsyncByteStream):
    """The body of a response as it came over the wire, still compressed: httpx decodes it."""

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
            self._response.release()  # closes the connection if the body was not read to its end
            slots.release()


def _as_yarl(url: httpx.URL) -> URL:
    """Return the same URL, with every byte as it was signed.

    The query is given as a part of the path: yarl drops an empty one, and the signature covers its `?`.
    """
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
