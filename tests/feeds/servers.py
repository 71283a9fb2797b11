"""Other sides that behave badly: a server that follows a script, and a proxy that cuts connections."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from types import TracebackType
from typing import Self

__all__ = ["CLOSE", "Connection", "Proxy", "Scripted", "frame", "refuse", "text"]


def frame(opcode: int, payload: bytes, *, final: bool = True) -> bytes:
    """A frame as servers send it, up to 64 KiB."""
    head = bytes([opcode | (0x80 if final else 0)])
    size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack("!H", len(payload))
    return head + size + payload


def text(payload: str) -> bytes:
    """A message in one frame."""
    return frame(1, payload.encode())


CLOSE = frame(8, struct.pack("!H", 1001))


def refuse(status: int, *headers: str, body: str = "{}") -> bytes:
    """An answer that refuses a handshake."""
    lines = [f"HTTP/1.1 {status} No", f"content-length: {len(body)}", *headers, "", body]
    return "\r\n".join(lines).encode()


def wake(listener: socket.socket) -> None:
    """End the wait of a thread that accepts."""
    with suppress(OSError):
        socket.create_connection(listener.getsockname()).close()


class Connection:
    """One connection of a script."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.request = b""

    def read_request(self) -> None:
        while b"\r\n\r\n" not in self.request and (data := self.sock.recv(65_536)):
            self.request += data

    def accept(self, *, token: str | None = None) -> None:
        """Answer the handshake well, unless another token is given."""
        key = self.header("sec-websocket-key")
        digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode(), usedforsecurity=False).digest()
        accept = token or base64.b64encode(digest).decode()
        self.send(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            b"sec-websocket-accept: %s\r\n\r\n" % accept.encode()
        )

    def header(self, name: str) -> str:
        lines = self.request.decode().split("\r\n\r\n")[0].split("\r\n")[1:]
        return dict(line.lower().split(": ", 1)[0:1] + line.split(": ", 1)[1:] for line in lines)[name]

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def wait_for_end(self) -> bytes:
        """What the client sent until it ended the connection."""
        received = b""
        with suppress(OSError):
            while data := self.sock.recv(65_536):
                received += data
        return received

    def close(self) -> None:
        self.sock.close()

    def cut(self) -> None:
        """End the connection with a reset."""
        with suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Scripted:
    """A server whose connections follow one script each, in the order in which they come; the last again and again.

    A script gets a connection whose request was read. The connection is closed after it.
    """

    def __init__(self, *scripts: Callable[[Connection], object], tls: ssl.SSLContext | None = None) -> None:
        self._scripts = scripts
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.connections: list[Connection] = []
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        wake(self._listener)
        self._threads[0].join()
        self._listener.close()
        for connection in self.connections:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while not self._is_over.is_set():
            sock, _ = self._listener.accept()
            if self._is_over.is_set():
                sock.close()
                return
            script = self._scripts[min(len(self.connections), len(self._scripts) - 1)]
            connection = Connection(sock)
            self.connections.append(connection)
            self._start(partial(self._run, connection, script))

    def _run(self, connection: Connection, script: Callable[[Connection], object]) -> None:
        with suppress(OSError), closing(connection):
            if self._tls is not None:
                connection.sock = self._tls.wrap_socket(connection.sock, server_side=True)
            connection.read_request()
            script(connection)

    def _start(self, target: Callable[[], object]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()


class Proxy:
    """Passes bytes on to a port, and can cut all its connections: after so many more bytes, also within a message."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._budget: int | None = None
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        wake(self._listener)
        self._acceptor.join()
        self._listener.close()
        self.cut()

    def cut(self, *, after: int = 0) -> None:
        """Reset all connections: now, or after so many bytes to the client."""
        with self._lock:
            if after:
                self._budget = after
                return
            self._budget = None
            pairs, self._pairs = self._pairs, []
        for sock in (sock for pair in pairs for sock in pair):
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        while not self._is_over.is_set():
            client, _ = self._listener.accept()
            try:
                server = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            with self._lock:
                self._pairs.append((client, server))
            threading.Thread(target=self._pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, True), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if is_answer and (rest := self._spend(len(data))) is not None:
                    sink.sendall(data[:rest])
                    self.cut()
                    return
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def _spend(self, size: int) -> int | None:
        with self._lock:
            if self._budget is None:
                return None
            if size < self._budget:
                self._budget -= size
                return None
            return self._budget
