"""The network backend under httpcore: what bounds a step that a server draws out."""

from __future__ import annotations

import socket

import httpcore
import pytest
from qredo_signing._http.attempt import CURRENT, Attempt
from qredo_signing._http.network import Backend


class SlowServer(httpcore.NetworkBackend, httpcore.NetworkStream):
    """A server that takes a second for each write, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.received: list[bytes] = []

    def connect_tcp(self, *arguments: object, **options: object) -> httpcore.NetworkStream:
        return self

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.now += 1
        self.received.append(buffer)


@pytest.mark.parametrize(("deadline", "is_late"), [(2.5, True), (1000.0, False), (None, False)])
def test_a_long_body_to_a_slow_server(deadline: float | None, is_late: bool) -> None:
    """A deadline ends the writing of a body between its parts, since the limit of a socket holds for each part."""
    server, body = SlowServer(), bytes(range(256)) * 1000
    backend = Backend(0)
    backend._inner = server
    outer = CURRENT.set(Attempt(deadline=deadline, now=lambda: server.now))
    try:
        stream = backend.connect_tcp("127.0.0.1", 1)
        if is_late:
            with pytest.raises(httpcore.WriteTimeout, match="the deadline of the call has passed"):
                stream.write(body, 60)
            assert len(server.received) == 3
        else:
            stream.write(body, 60)
            assert b"".join(server.received) == body
            assert (len(server.received) == 1) is (deadline is None)
    finally:
        CURRENT.reset(outer)


def test_a_name_with_addresses_that_do_not_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline holds for all addresses of a host name together: each has the limit of what is left."""
    now, limits = [0.0], list[float | None]()

    class Silent(httpcore.NetworkBackend):
        def connect_tcp(
            self, host: str, port: int, timeout: float | None = None, *arguments: object, **options: object
        ) -> httpcore.NetworkStream:
            limits.append(timeout)
            now[0] += timeout or 0
            raise httpcore.ConnectTimeout("timed out")

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"192.0.2.{number}", 1)) for number in range(4)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: found)
    backend = Backend(0)
    backend._inner = Silent()
    outer = CURRENT.set(Attempt(deadline=5.0, now=lambda: now[0]))
    try:
        with pytest.raises(httpcore.ConnectTimeout, match="the deadline of the call has passed"):
            backend.connect_tcp("api.custody.test", 1, 2.0)
    finally:
        CURRENT.reset(outer)
    assert limits == [2.0, 2.0, 1.0]
