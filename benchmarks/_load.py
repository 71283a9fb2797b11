"""Sends the same bytes over and over on several connections: it costs far less than the server does."""

from __future__ import annotations

import asyncio
import re

__all__ = ["load"]

_LENGTH = re.compile(rb"(?im)^content-length:\s*([0-9]+)")
_END = b"\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"


def load(host: str, port: int, request: bytes, *, requests: int, connections: int) -> None:
    """Send a request many times, each connection waiting for its response before it sends the next.

    Args:
        request: The whole HTTP/1.1 request as bytes.
        requests: On all connections together.

    Raises:
        RuntimeError: A response is not 200, or a connection was closed.
    """
    asyncio.run(_load(host, port, request, requests, connections))


async def _load(host: str, port: int, request: bytes, requests: int, connections: int) -> None:
    loop = asyncio.get_running_loop()
    shares = [requests // connections + (index < requests % connections) for index in range(connections)]
    protocols = []
    for share in shares:
        _, protocol = await loop.create_connection(lambda share=share: _Connection(request, share), host, port)  # type: ignore[misc]
        protocols.append(protocol)
    try:
        await asyncio.gather(*(protocol.done for protocol in protocols))
    finally:
        for protocol in protocols:
            protocol.close()


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, count: int) -> None:
        self._request, self._left = request, count
        self._got = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not _is_whole(self._got):
            return
        response, self._got = self._got, b""
        self._left -= 1
        if not response.startswith(b"HTTP/1.1 200 "):
            self._fail(f"a response is not 200: {response[:600].decode(errors='replace')}")
        elif self._left > 0:
            self._transport.write(self._request)
        elif not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"the connection was closed: {exc}")

    def close(self) -> None:
        """End the connection."""
        self._transport.close()

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))


def _is_whole(response: bytes) -> bool:
    head, separator, body = response.partition(_END)
    if not separator:
        return False
    length = _LENGTH.search(head)
    return len(body) >= int(length.group(1)) if length else body.endswith(_LAST_CHUNK)
