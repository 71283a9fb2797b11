"""A network backend under httpcore: it records what was written and where, and bounds each step by a deadline.

httpcore does all I/O through a network backend, which is public. This one stands between httpcore and the socket, so
what it says about an attempt holds whatever httpcore, h11, TLS or a proxy do above it.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from typing import Any, Protocol, cast

import httpcore

from .attempt import CURRENT, Attempt

__all__ = ["AsyncBackend", "Backend", "Watched"]

_PIECE = 16384
"""Bytes that are written at once if there is a deadline. A sync socket begins its time limit anew whenever the server
takes a part of them."""


class Parser(Protocol):
    """The part of h11's `Connection` that says what arrived beyond the response."""

    @property
    def trailing_data(self) -> tuple[bytes, bool]:
        """Bytes that were read and belong to no response yet, and whether the connection was closed after them."""
        ...


class Watched:
    """What the streams of both kinds share.

    Attributes:
        parser: Reads the responses of this connection, once there was one.
    """

    def __init__(self, inner: Any, layers: int, patience: float | None) -> None:
        """Start a connection.

        Args:
            inner: The stream of httpcore.
            layers: How many TLS layers are still to come before bytes go to the origin.
            patience: Seconds to wait for a proxy where httpcore gives no timeout, as while it speaks SOCKS.
        """
        self._inner = inner
        self._layers = layers
        self._patience = patience
        self.parser: Parser | None = None

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks of a stream. It is readable also with bytes in the parser beyond the response."""
        has_surplus = info == "is_readable" and self.parser is not None and self.parser.trailing_data[0]
        return bool(has_surplus) or self._inner.get_extra_info(info)

    def _note_write(self) -> Attempt | None:
        attempt = CURRENT.get()
        if attempt is not None and not self._layers:
            attempt.is_written = True  # before it is tried: a write that fails may have sent a part
        return attempt


class Stream(Watched, httpcore.NetworkStream):
    """A connection that reports to the attempt of its thread."""

    _inner: httpcore.NetworkStream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        attempt = CURRENT.get()
        if attempt is not None:
            attempt.reads += 1
        if self._layers and timeout is None:
            return self._read_of_proxy(max_bytes)
        limit = timeout if attempt is None else attempt.left(timeout, httpcore.ReadTimeout)
        return self._inner.read(max_bytes, limit)

    def _read_of_proxy(self, max_bytes: int) -> bytes:
        try:
            return self._inner.read(max_bytes, _connect_limit(self._patience))
        except BaseException as error:
            self.close()  # httpcore would leave it open
            if isinstance(error, httpcore.ReadTimeout):
                raise httpcore.ConnectTimeout(str(error)) from error
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:  # httpcore writes the end of each request without a body, which is no byte
            return
        attempt = self._note_write()
        if attempt is None or attempt.deadline is None:
            self._inner.write(buffer, timeout)
            return
        for start in range(0, len(buffer), _PIECE):
            piece = buffer[start : start + _PIECE]
            self._inner.write(piece, attempt.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, _connect_limit(timeout))
        return Stream(stream, max(0, self._layers - 1), self._patience)


class AsyncStream(Watched, httpcore.AsyncNetworkStream):
    """A connection that reports to the attempt of its task."""

    _inner: httpcore.AsyncNetworkStream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        attempt = CURRENT.get()
        if attempt is not None:
            attempt.reads += 1
        if self._layers and timeout is None:
            return await self._read_of_proxy(max_bytes)
        limit = timeout if attempt is None else attempt.left(timeout, httpcore.ReadTimeout)
        return await self._inner.read(max_bytes, limit)

    async def _read_of_proxy(self, max_bytes: int) -> bytes:
        try:
            return await self._inner.read(max_bytes, _connect_limit(self._patience))
        except BaseException as error:
            await self.aclose()  # httpcore would leave it open
            if isinstance(error, httpcore.ReadTimeout):
                raise httpcore.ConnectTimeout(str(error)) from error
            raise

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        attempt = self._note_write()
        limit = timeout if attempt is None else attempt.left(timeout, httpcore.WriteTimeout)
        await self._inner.write(buffer, limit)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._inner.start_tls(ssl_context, server_hostname, _connect_limit(timeout))
        return AsyncStream(stream, max(0, self._layers - 1), self._patience)


class Backend(httpcore.NetworkBackend):
    """Opens connections that report to the attempt of their thread."""

    def __init__(self, layers: int) -> None:
        """Take the number of TLS layers between the socket and the origin: two through an https proxy to https."""
        self._inner: httpcore.NetworkBackend = httpcore.SyncBackend()
        self._layers = layers

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        limit = _connect_limit(timeout, (host, port))
        addresses = _addresses(host, port)
        while True:
            try:
                stream = self._inner.connect_tcp(addresses.pop(0), port, limit, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not addresses:
                    raise
                limit = _connect_limit(timeout)
            else:
                return Stream(stream, self._layers, timeout)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """The same for async clients, on asyncio and trio."""

    def __init__(self, layers: int) -> None:
        # Declared twice in httpcore, once for machines without anyio.
        self._inner: httpcore.AsyncNetworkBackend = cast("Any", httpcore.AnyIOBackend)()
        self._layers = layers

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        limit = _connect_limit(timeout, (host, port))
        stream = await self._inner.connect_tcp(host, port, limit, local_address, socket_options)
        return AsyncStream(stream, self._layers, timeout)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def _addresses(host: str, port: int) -> list[str]:
    """Return what to connect to, one after the other: a socket begins its time limit anew with each address of a name.

    Without a deadline that is left to the socket.
    """
    attempt = CURRENT.get()
    if attempt is None or attempt.deadline is None:
        return [host]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _connect_limit(timeout: float | None, peer: tuple[str, int] | None = None) -> float | None:
    attempt = CURRENT.get()
    if attempt is None:
        return timeout
    if peer is not None:
        attempt.peer = peer
    return attempt.left(timeout, httpcore.ConnectTimeout)
