"""Networks on loopback: foreign servers, proxies that lead to made-up names, TLS for those names, HTTP/2."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..certificates import write_certificate

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"


@dataclass
class Listener:
    """What came to a port: the number of connections, and the first bytes of each."""

    port: int
    connections: int = 0
    received: list[bytes] = field(default_factory=list)


@contextmanager
def listen(handle: Callable[[socket.socket, Listener], None]) -> Iterator[Listener]:
    """Run a function, in a thread, for each connection to a free port of 127.0.0.1."""
    server = socket.create_server(("127.0.0.1", 0))
    listener = Listener(server.getsockname()[1])

    def serve_one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            handle(connection, listener)

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connection.settimeout(20)
            listener.connections += 1
            threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield listener
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        acceptor.join()


def foreign_server() -> AbstractContextManager[Listener]:
    """A server of another party: it keeps what it gets, and answers 200."""

    def handle(connection: socket.socket, listener: Listener) -> None:
        listener.received.append(connection.recv(65536))
        connection.sendall(OK)

    return listen(handle)


def http_proxy(names: Mapping[str, int]) -> AbstractContextManager[Listener]:
    """A proxy that knows hosts by `name:port`, tunnels to their ports here, and keeps the heads that it was sent."""

    def handle(connection: socket.socket, listener: Listener) -> None:
        head = _read_head(connection)
        listener.received.append(head)
        method, target, _ = head.split(b" ", 2)
        name = target.decode().partition("://")[2].partition("/")[0] or target.decode()
        with socket.create_connection(("127.0.0.1", names[name])) as upstream:
            if method == b"CONNECT":
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                upstream.sendall(head)
            _join(connection, upstream)

    return listen(handle)


def socks_proxy(names: Mapping[str, int]) -> AbstractContextManager[Listener]:
    """A SOCKS5 proxy that knows hosts by `name:port`, and keeps the requests that it was sent."""

    def handle(connection: socket.socket, listener: Listener) -> None:
        connection.recv(3)
        connection.sendall(b"\x05\x00")
        request = connection.recv(300)
        if not request:
            return
        listener.received.append(request)
        name = f"{request[5:-2].decode()}:{int.from_bytes(request[-2:], 'big')}"
        with socket.create_connection(("127.0.0.1", names[name])) as upstream:
            connection.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
            _join(connection, upstream)

    return listen(handle)


def http2_server(answer: Callable[[dict[str, str]], list[tuple[str, str]]]) -> AbstractContextManager[Listener]:
    """A server of HTTP/2 without TLS (by prior knowledge): each request's headers go in, the answer's come out."""
    import h2.config
    import h2.connection
    import h2.events

    def handle(connection: socket.socket, listener: Listener) -> None:
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        state.initiate_connection()
        connection.sendall(state.data_to_send())
        while data := connection.recv(65536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    headers = {str(name): str(value) for name, value in event.headers or ()}
                    listener.received.append(headers[":path"].encode())
                    state.send_headers(event.stream_id or 0, answer(headers), end_stream=True)
            connection.sendall(state.data_to_send())

    return listen(handle)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of this test run: contexts for a server under some names, and for a client."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def make_authority(folder: Path, *names: str) -> Authority:
    """Make a self-signed certificate for these host names, its key in a folder, and the two contexts."""
    path = write_certificate(folder, *names)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return Authority(server, ssl.create_default_context(cafile=str(path)))


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        if not (data := connection.recv(65536)):
            raise ConnectionError
        head += data
    return head


def _join(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes on both ways until one side is closed."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    back = threading.Thread(target=pump, args=(other, one), daemon=True)
    back.start()
    pump(one, other)
    back.join(20)
