"""Convert bytes to messages and back with wsproto. Does no I/O.

Why not the sessions of httpx-ws, on the same wsproto: they read in a thread or task of their own. Measured with 0.9.0:
leaving a sync session whose queue is full never ends; after a silent peer the process does not end; an unsolicited
pong kills the reader, and a caller that waits for a message waits for ever. A task group can't stay open between
two steps of an `async for` either. Here the caller that wants the next message reads, so the operating system's buffer
is the only queue, and there is nothing to stop.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Message, Ping
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from ._errors import FeedConnectionError

__all__ = ["READ_SIZE", "Frames", "Raw", "TooLongError"]

Raw = str | bytes

READ_SIZE: Final = 65_536
"""Bytes that are read at a time: with the longest message the bound of what one feed holds in memory."""


class TooLongError(FeedConnectionError):
    """A message was longer than allowed. It is dropped, and its connection is closed."""


class Frames:
    """One connection's messages."""

    def __init__(self, max_size: int) -> None:
        """Start after the handshake. `max_size` limits a message, in bytes or characters."""
        self._connection = Connection(ConnectionType.CLIENT)
        self._max_size = max_size
        self._parts: list[Any] = []  # all of one kind
        self._size = 0
        self._messages: deque[Raw] = deque()
        self._end: FeedConnectionError | None = None

    def feed(self, data: bytes) -> bytes:
        """Feed bytes that were read; return bytes to write: pongs, and the reply to a close."""
        replies = bytearray()
        try:
            self._connection.receive_data(data)
            for event in self._connection.events():
                if isinstance(event, Message):
                    self._take(event)
                elif isinstance(event, Ping):
                    replies += self._connection.send(event.response())
                elif isinstance(event, CloseConnection):
                    replies += self._closed(event)
        except (RemoteProtocolError, LocalProtocolError) as error:
            self._end = FeedConnectionError(f"the server broke the WebSocket protocol: {error}")
        except TooLongError as error:
            self._end = error
        return bytes(replies)

    def next(self) -> Raw | None:
        """Return the next whole message, or None if more must be read. Raises `FeedConnectionError` after the last."""
        if self._messages:
            return self._messages.popleft()
        if self._end is not None:
            raise self._end
        return None

    def ping(self) -> bytes:
        """Return a ping to write."""
        return self._connection.send(Ping())

    def close(self) -> bytes:
        """Return a close to write, empty if the connection is closed."""
        if self._connection.state is not ConnectionState.OPEN:
            return b""
        code = CloseReason.MESSAGE_TOO_BIG if isinstance(self._end, TooLongError) else CloseReason.NORMAL_CLOSURE
        return self._connection.send(CloseConnection(code))

    def _closed(self, event: CloseConnection) -> bytes:
        if self._connection.state is ConnectionState.OPEN:  # wsproto reports an unreadable frame in this way
            self._end = FeedConnectionError(f"the server broke the WebSocket protocol: {event.reason}")
            return b""
        self._end = FeedConnectionError(f"the server closed the feed with code {event.code}")
        if self._connection.state is ConnectionState.REMOTE_CLOSING:
            return self._connection.send(event.response())
        return b""

    def _take(self, event: Message[Any]) -> None:
        self._size += len(event.data)
        if self._size > self._max_size:
            raise TooLongError(f"a message was longer than {self._max_size}, the max_size of this feed")
        if event.data:  # empty parts would pile up: they add nothing to the size that is limited
            self._parts.append(event.data)
        if event.message_finished:
            whole = b"".join(self._parts) if isinstance(event, BytesMessage) else "".join(self._parts)
            self._messages.append(whole)
            self._parts, self._size = [], 0
