"""Open connections of feeds. The reader of a message also handles pings, so no thread or task runs beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import anyio
import httpcore
import httpx

from ._errors import FeedConnectionError
from ._frames import READ_SIZE, Frames, Raw
from ._keepalive import Keepalive, KeepaliveTimer

__all__ = ["AsyncSession", "SyncSession"]

_BROKEN = (httpcore.NetworkError, httpcore.WriteTimeout, OSError)
_SLICE = 0.5
"""Seconds until a thread that waits in a read notices that another thread closed the feed."""
_PATIENCE = 5.0
"""Seconds to write a frame; a close frame gets half a second."""
_GOODBYE = 0.5


class _Session:
    """A connection and its messages."""

    def __init__(self, response: httpx.Response, stream: Any, max_size: int, keepalive: Keepalive) -> None:
        self._response = response
        self._stream = stream
        self._frames = Frames(max_size)
        self._keepalive = keepalive


class SyncSession(_Session):
    """A connection of a sync client."""

    def receive(self, is_closing: Callable[[], bool]) -> Raw | None:
        """Return the next message, or None once `is_closing` is true. Raises `FeedConnectionError` at its end."""
        timer = KeepaliveTimer(self._keepalive, time.monotonic())
        while (message := self._frames.next()) is None and not is_closing():
            try:
                self._read(timer)
            except _BROKEN as error:
                raise FeedConnectionError("the connection broke") from error
        return message

    def _read(self, timer: KeepaliveTimer) -> None:
        try:
            data = self._stream.read(READ_SIZE, timeout=min(_SLICE, timer.wait(time.monotonic())) or 0.001)
        except httpcore.ReadTimeout:
            if ping := _what_to_do(timer, self._frames):
                self._stream.write(ping, timeout=_PATIENCE)
            return
        if reply := _take(data, timer, self._frames):
            self._stream.write(reply, timeout=_PATIENCE)

    def close(self) -> None:
        """Send a close frame if the connection is still open, then close it."""
        try:
            with suppress(Exception):  # the connection may be in any state by now
                if goodbye := self._frames.close():
                    self._stream.write(goodbye, timeout=_GOODBYE)
        finally:
            self._response.close()


class AsyncSession(_Session):
    """A connection of an async client, on asyncio or trio."""

    async def receive(self, is_closing: Callable[[], bool]) -> Raw | None:
        """Return the next message, or None once `is_closing` is true. Raises `FeedConnectionError` at its end."""
        timer = KeepaliveTimer(self._keepalive, time.monotonic())
        while (message := self._frames.next()) is None and not is_closing():
            try:
                await self._read(timer)
            except _BROKEN as error:
                raise FeedConnectionError("the connection broke") from error
        return message

    async def _read(self, timer: KeepaliveTimer) -> None:
        try:
            data = await self._stream.read(READ_SIZE, timeout=timer.wait(time.monotonic()) or 0.001)
        except httpcore.ReadTimeout:
            if ping := _what_to_do(timer, self._frames):
                await self._stream.write(ping, timeout=_PATIENCE)
            return
        if reply := _take(data, timer, self._frames):
            await self._stream.write(reply, timeout=_PATIENCE)

    async def aclose(self) -> None:
        """Send a close frame if the connection is still open, then close it. Works in a cancelled task, too."""
        with anyio.move_on_after(_PATIENCE, shield=True):
            try:
                with suppress(Exception):  # the connection may be in any state by now
                    if goodbye := self._frames.close():
                        await self._stream.write(goodbye, timeout=_GOODBYE)
            finally:
                await self._response.aclose()


def _what_to_do(timer: KeepaliveTimer, frames: Frames) -> bytes:
    """After a wait without data: what to write."""
    now = time.monotonic()
    if timer.is_dead(now):
        raise FeedConnectionError("the server is silent: it did not answer a ping")
    return frames.ping() if timer.wants_ping(now) else b""


def _take(data: bytes, timer: KeepaliveTimer, frames: Frames) -> bytes:
    """After data: what to write."""
    if not data:
        raise FeedConnectionError("the server ended the connection without a close")
    timer.heard(time.monotonic())
    return frames.feed(data)
