"""WebSocket feeds: the open connections, and how messages reach them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from qredo_emulator._json import dump

__all__ = ["FeedHub", "Listener"]

_GOING_AWAY = 1001


@dataclass(eq=False, slots=True)
class Listener:
    """One open feed.

    Attributes:
        feed: The feed's name in the description.
        owner: API key or agent id that opened it.
        path: Path parameters, such as `client_id`.
    """

    feed: str
    owner: str
    path: Mapping[str, str]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    queue: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)

    def put(self, text: str | None) -> None:
        """Queue a message, or None to close the feed. Safe from any thread."""
        self.loop.call_soon_threadsafe(self.queue.put_nowait, text)


class FeedHub:
    """All open feeds of one emulator."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    def publish(self, feed: str, message: Any, *, owner: str | None = None, client_id: str | None = None) -> int:
        """Send a message to listeners, and return how many there are.

        Args:
            feed: Name of the feed.
            message: Anything that JSON can hold.
            owner: Only listeners with this API key or agent id.
            client_id: Only listeners of this core client's feed.
        """
        with self._lock:
            chosen = [
                listener
                for listener in self._listeners
                if listener.feed == feed
                and owner in (None, listener.owner)
                and client_id in (None, listener.path.get("client_id"))
            ]
        if chosen:
            text = dump(message).decode()
            for listener in chosen:
                listener.put(text)
        return len(chosen)

    def listen(self, listener: Listener, messages: Iterable[Any]) -> Listener:
        """Start to queue the messages of a feed, after these first ones; `serve` sends them."""
        with self._lock:
            for message in messages:
                listener.put(dump(message).decode())
            self._listeners.append(listener)
        return listener

    def close_all(self) -> None:
        """Close every feed."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.put(None)

    async def serve(self, socket: WebSocket, listener: Listener) -> None:
        """Accept the handshake, and send messages until one side closes. Messages of the client are ignored.

        Args:
            listener: As `listen` gave it back.
        """
        try:
            await socket.accept()
            reader = asyncio.create_task(_read_until_closed(socket))
            writer = asyncio.create_task(_write(socket, listener.queue))
            _, rest = await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)
        finally:
            with self._lock:
                self._listeners.remove(listener)


async def _read_until_closed(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _write(socket: WebSocket, queue: asyncio.Queue[str | None]) -> None:
    try:
        while (text := await queue.get()) is not None:
            await socket.send_text(text)
        await socket.close(_GOING_AWAY)
    except WebSocketDisconnect:
        pass
