"""Track the open connections of a server, so that a fault can reset one."""

from __future__ import annotations

import asyncio
import os
import socket
import struct

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["Connections"]

_MANY = 1000
# Linger on, for 0 seconds: closing sends RST, and drops what was not sent.
_AT_ONCE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Connections:
    """Find the transport of a request by its peer address, which is unique while the connection is open."""

    def __init__(self) -> None:
        self._transports: dict[tuple[str, int], asyncio.Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        """Return the HTTP protocol class for a uvicorn server whose connections are tracked here."""
        connections = self

        class Protocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                connections.add(transport)

        return Protocol

    def add(self, transport: asyncio.Transport) -> None:
        """Track a connection. From time to time, drop those that are closed."""
        if len(self._transports) >= _MANY:
            self._transports = {key: one for key, one in self._transports.items() if not one.is_closing()}
        host, port, *_ = transport.get_extra_info("peername")
        self._transports[host, port] = transport

    async def abort_all(self) -> None:
        """Close every open connection when the server stops, including those accepted during the shutdown."""
        await _rounds()  # for connections that were accepted and have no transport yet
        for transport in self._transports.values():
            transport.abort()
        self._transports.clear()
        await _rounds()  # until their sockets are closed

    async def reset(self, scope: Scope, receive: Receive) -> None:
        """Reset the connection of a request, and return when it is closed.

        Raises:
            ConnectionResetError: There is no connection, since the application runs without a server.
        """
        host, port = scope.get("client") or ("", 0)
        transport = self._transports.get((host, port))
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the emulator was told to break this connection")
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        transport.abort()
        while not (await receive())["type"].endswith(".disconnect"):
            pass


async def _rounds() -> None:
    """Let the event loop run the callbacks that are already scheduled."""
    for _ in range(5):
        await asyncio.sleep(0)
