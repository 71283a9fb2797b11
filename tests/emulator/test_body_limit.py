"""Bodies that are too long for the emulator."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from qredo_emulator import Emulator, Settings

LIMIT = 1000


@pytest.fixture(name="bounded", scope="module")
def _bounded() -> Iterator[Emulator]:
    with Emulator(Settings(max_body=LIMIT)) as running:
        yield running


def ask(emulator: Emulator, path: str, headers: bytes, body: bytes) -> tuple[int, dict[str, object]]:
    """Send a request, and return the status and the body of the response, which ends with the connection."""
    host, _, port = emulator.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n".encode() + headers + b"\r\n\r\n"
        connection.sendall(head + body)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(received.split(b" ")[1]), json.loads(received.partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize("path", ["/api/v1/p/company", "/nowhere"])
def test_a_body_that_says_that_it_is_too_long(bounded: Emulator, path: str) -> None:
    """A declared length beyond the bound is a 413 at once, nothing of the body has to be sent; it is recorded."""
    status, body = ask(bounded, path, b"content-length: 500000000", b"")
    assert status == body["code"] == 413
    assert "--max-body" in str(body["detail"])
    last = bounded.control.requests[-1]
    assert (last.method, last.url, last.status) == ("POST", f"{bounded.url}{path}", 413)


@pytest.mark.parametrize(("extra", "is_too_long"), [(0, False), (1, True)])
def test_a_body_in_chunks(bounded: Emulator, extra: int, is_too_long: bool) -> None:
    """Chunks are counted: the bound itself is taken, a byte more is a 413, and the end of the body is not awaited."""
    half = b"%x\r\n%s\r\n" % (LIMIT // 2, b"x" * (LIMIT // 2))
    rest = b"1\r\nx\r\n" * extra if is_too_long else b"0\r\n\r\n"
    status, _ = ask(bounded, "/api/v1/p/company", b"transfer-encoding: chunked", half + half + rest)
    assert status == (413 if is_too_long else 401)


@pytest.mark.parametrize("length", [0, LIMIT])
def test_a_body_within_the_bound(bounded: Emulator, length: int) -> None:
    """A body of up to the bound reaches the API, which finds that it is not signed."""
    status, _ = ask(bounded, "/api/v1/p/company", b"content-length: %d" % length, b"x" * length)
    assert status == 401
