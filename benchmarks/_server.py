"""Servers in a process of their own, which cost the client nothing.

One sends the same JSON for every request, the other the same WebSocket message as often as it is read.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import multiprocessing
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

__all__ = ["feeding", "serving"]

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # of RFC 6455
_KEY = re.compile(rb"(?im)^sec-websocket-key:\s*(\S+)")
_FRAMES = 500  # that are written at a time


@contextmanager
def serving(body: bytes) -> Iterator[str]:
    """Serve a JSON document on loopback and give the URL."""
    with _running(_Protocol, _response(body)) as url:
        yield url


@contextmanager
def feeding(message: bytes) -> Iterator[str]:
    """Send a message of less than 64 KiB over every WebSocket, as often as the client reads it, and give the URL."""
    with _running(_Feed, b"\x81\x7e" + len(message).to_bytes(2, "big") + message) as url:
        yield url


@contextmanager
def _running(protocol: Callable[[bytes], asyncio.Protocol], data: bytes) -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(protocol, data, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


class _Protocol(asyncio.Protocol):
    def __init__(self, response: bytes) -> None:
        self._response = response
        self._pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while (end := self._pending.find(b"\r\n\r\n")) >= 0:
            head = self._pending[:end].lower()
            _, _, rest = head.partition(b"content-length:")
            length = int(rest.split(b"\r\n", 1)[0]) if rest else 0
            if len(self._pending) < end + 4 + length:
                return
            self._pending = self._pending[end + 4 + length :]
            self._transport.write(self._response)


class _Feed(asyncio.Protocol):
    def __init__(self, frame: bytes) -> None:
        self._frames = frame * _FRAMES
        self._request = b""
        self._writing: asyncio.Task[None] | None = None
        self._may_write = asyncio.Event()
        self._may_write.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._request += data
        if self._writing is None and self._request.endswith(b"\r\n\r\n"):
            self._transport.write(_accept(self._request))
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while not self._transport.is_closing():
            self._transport.write(self._frames)
            await self._may_write.wait()
            await asyncio.sleep(0)

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._may_write.set()


def _response(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body


def _accept(request: bytes) -> bytes:
    """The response that accepts a handshake."""
    key = _KEY.search(request)
    assert key is not None
    token = base64.b64encode(hashlib.sha1(key[1] + _GUID, usedforsecurity=False).digest())
    head = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    return head + b"sec-websocket-accept: %s\r\n\r\n" % token


async def _serve(protocol: Callable[[bytes], asyncio.Protocol], data: bytes, pipe: Connection) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: protocol(data), "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(protocol: Callable[[bytes], asyncio.Protocol], data: bytes, pipe: Connection) -> None:
    asyncio.run(_serve(protocol, data, pipe))
