"""A server that carries requests out and then sends anything, and a way to call it for each set-up of a client."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

import httpx
import qredo_partner_v1_1 as api
from qredo_partner_v1_1.models import AssetAmount
from qredo_signing import Credentials, Environment, KeyKind, OutcomeUnknownError, QredoSigningError, connect

from .sending import TRUSTS_NOBODY

FAMILIES = (api.ClientError, QredoSigningError, httpx.TransportError)
CALLS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda client: client.company.get("c"),
    "keyed": lambda client: client.transfer.create(
        "c", wallet_id="w", counterparty_wallet_address="x", expires=1, send=AssetAmount(symbol="BTC", amount=1)
    ),
    "not repeatable": lambda client: client.company.create(name="A"),
}
SETUPS = ["sync", "own http", "async", "aiohttp", "HTTP/2"]
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = bytes(3) + b"\x04" + bytes(5)


class Server:
    """Carries out each request that arrives whole, sends a byte sequence, and closes the connection.

    Attributes:
        sequence: What it sends in place of a response. For HTTP/2 it comes after the server's settings.
        cut: How many bytes of a request it reads before it closes the connection; None for all.
        resets: Whether it closes with a reset.
        keys: The idempotency key of each request that was carried out; None without one.
        length: Bytes of the last request that arrived whole.
    """

    def __init__(self) -> None:
        self.sequence = b""
        self.cut: int | None = None
        self.resets = False
        self.keys = list[str | None]()
        self.length = 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=[connection], daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            reader = _Reader(connection, self.cut)
            if self._carry_out(reader):
                connection.sendall((SETTINGS if reader.is_http2 else b"") + self.sequence)
                if not self.resets:
                    connection.shutdown(socket.SHUT_WR)
            if self.resets:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif self.cut is None:
                while connection.recv(65536):
                    pass

    def _carry_out(self, reader: _Reader) -> bool:
        body = reader.request()
        if body is None:
            return False
        self.length = reader.count
        self.keys.append(json.loads(body).get("partner_txID") if body else None)
        return True


class _Reader:
    """Reads one request, byte by byte as far as it may."""

    def __init__(self, connection: socket.socket, most: int | None) -> None:
        self._connection = connection
        self._most = most
        self._buffer = b""
        self.count = 0
        self.is_http2 = False

    def request(self) -> bytes | None:
        """Return the body, or None if the request did not come whole."""
        head = self._read(4)
        if head is None or head == PREFACE[:4]:
            self.is_http2 = head is not None
            return self._http2() if head is not None else None
        while not head.endswith(b"\r\n\r\n"):
            more = self._read(1)
            if more is None:
                return None
            head += more
        lengths = [
            line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        ]
        return self._read(int(lengths[0]) if lengths else 0)

    def _http2(self) -> bytes | None:
        body = b""
        if self._read(len(PREFACE) - 4) is None:
            return None
        while (head := self._read(9)) is not None:
            payload = self._read(int.from_bytes(head[:3]))
            if payload is None:
                return None
            kind, flags = head[3], head[4]
            body += payload if kind == 0 else b""
            if kind in {0, 1} and flags & 1:
                return body
        return None

    def _read(self, wanted: int) -> bytes | None:
        if self._most is not None and self.count + wanted > self._most:
            wanted, is_cut = self._most - self.count, True
        else:
            is_cut = False
        while len(self._buffer) < wanted:
            # Never more than it may: what lies in the kernel when a socket is closed turns the end into a reset.
            data = self._connection.recv(65536 if self._most is None else wanted - len(self._buffer))
            if not data:
                return None
            self._buffer += data
        data, self._buffer = self._buffer[:wanted], self._buffer[wanted:]
        self.count += wanted
        return None if is_cut else data


def judge(name: str, call: str, error: BaseException | None, keys: list[str | None]) -> Iterator[str]:
    """Yield what is wrong with the end of a call that was carried out with these keys."""
    what = f"{call}, {name}: {type(error).__name__}: {str(error)[:80]}; carried out {len(keys)} times"
    if error is not None and not isinstance(error, FAMILIES):
        yield f"undocumented: {what}"
    if call == "not repeatable" and len(keys) > 1:
        yield f"carried out again: {what}"
    if call == "keyed" and len(set(keys)) > 1:
        yield f"two keys: {what}"
    if keys and call != "plain" and isinstance(error, httpx.HTTPError):
        yield f"safe to retry by its class, but carried out: {what}"
    if isinstance(error, OutcomeUnknownError) and call == "keyed" and keys and error.idempotency_key != keys[0]:
        yield f"another key: {what}"


@contextmanager
def caller(setup: str, credentials: Credentials, url: str, **options: Any) -> Iterator[Callable[[str], Any]]:
    """Give a function that makes a call by its name in `CALLS`, in one of `SETUPS`, and returns the error or None."""
    environment = Environment.custom(url, key_kind=KeyKind.SANDBOX)
    if setup in {"async", "aiohttp"}:
        transport: Any = {"transport": "aiohttp"} if setup == "aiohttp" else {}
        with asyncio.Runner() as runner:
            async_client = connect(api.AsyncClient, credentials, environment, **transport, **options)
            async_client.send._sleep = _async_instant  # type: ignore[attr-defined]

            async def run(kind: str) -> object:
                return await cast("Awaitable[object]", CALLS[kind](async_client))

            yield lambda kind: _end_of(lambda: runner.run(run(kind)))
            runner.run(async_client.aclose())
        return
    is_2 = setup == "HTTP/2"
    with httpx.Client(verify=TRUSTS_NOBODY, http1=not is_2, http2=is_2) as http:
        own: Any = {} if setup == "sync" else {"http_client": http}
        client = connect(api.Client, credentials, environment, **own, **options)
        client.send._sleep = _instant  # type: ignore[attr-defined]
        yield lambda kind: _end_of(lambda: CALLS[kind](client))
        client.close()


def _instant(seconds: float) -> None:
    """Wait for a retry in no time."""


async def _async_instant(seconds: float) -> None:
    """Wait for a retry in no time."""


def _end_of(call: Callable[[], object]) -> BaseException | None:
    try:
        call()
    except BaseException as error:
        return error
    return None
