"""Whatever a server sends back: only documented errors, no second execution, one idempotency key per call."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, cast

import httpx
import pytest
import qredo_partner_v1_1 as api
from qredo_partner_v1_1.models import AssetAmount
from qredo_signing import Credentials, Environment, KeyKind, OutcomeUnknownError, QredoSigningError, connect

from .hostile_responses import RESPONSES
from .sending import TRUSTS_NOBODY

FAMILIES = (api.ClientError, QredoSigningError, httpx.TransportError)
CALLS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda client: client.company.get("c"),
    "keyed": lambda client: client.transfer.create(
        "c", wallet_id="w", counterparty_wallet_address="x", expires=1, send=AssetAmount(symbol="BTC", amount=1)
    ),
    "not repeatable": lambda client: client.company.create(name="A"),
}
SETUPS = ["sync", "own http", "async", "aiohttp"]


class Server:
    """Carries out each request that arrives whole, then sends a byte sequence and closes the connection.

    Attributes:
        sequence: What it sends.
        keys: The idempotency key of each request that was carried out; None without one.
    """

    def __init__(self) -> None:
        self.sequence = b""
        self.keys = list[str | None]()
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
            with connection, suppress(OSError):
                connection.settimeout(10)
                if self._read(connection):
                    connection.sendall(self.sequence)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass

    def _read(self, connection: socket.socket) -> bool:
        with connection.makefile("rb") as stream:
            length = 0
            while (line := stream.readline()) not in {b"\r\n", b""}:
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not line:
                return False
            body = stream.read(length)
        self.keys.append(json.loads(body).get("partner_txID") if body else None)
        return True


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server for all."""
    server = Server()
    yield server
    server.close()


def judge(name: str, call: str, error: BaseException | None, keys: list[str | None]) -> Iterator[str]:
    """What is wrong with the end of a call."""
    what = f"{call}, {name}: {type(error).__name__}: {str(error)[:80]}; carried out {len(keys)} times"
    if error is not None and not isinstance(error, FAMILIES):
        yield f"undocumented: {what}"
    if len(keys) > 1:  # there are no retries here; the connection of the last response may have been closed already
        yield f"carried out again: {what}"
    if keys and call != "plain" and isinstance(error, httpx.HTTPError):
        yield f"safe to retry by its class, but carried out: {what}"
    if isinstance(error, OutcomeUnknownError) and call == "keyed" and keys and error.idempotency_key != keys[0]:
        yield f"another key: {what}"


def end_of(call: Callable[[], object]) -> BaseException | None:
    try:
        call()
    except BaseException as error:
        return error
    return None


@pytest.mark.parametrize("setup", SETUPS)
def test_whatever_a_server_sends(setup: str, server: Server, credentials: Credentials) -> None:
    """Each of over 500 byte sequences ends each kind of call by a documented error or a result, after one execution."""
    environment = Environment.custom(server.url, key_kind=KeyKind.SANDBOX)
    assert len(RESPONSES) > 500
    found = list[str]()

    def look(name: str, kind: str, call: Callable[[], object]) -> None:
        server.sequence, server.keys = RESPONSES[name], []
        found.extend(judge(name, kind, end_of(call), server.keys))

    if setup in {"sync", "own http"}:
        own: Any = {"http_client": httpx.Client(verify=TRUSTS_NOBODY)} if setup == "own http" else {}
        with connect(api.Client, credentials, environment, max_retries=0, **own) as client:
            for name in RESPONSES:
                for kind, make in CALLS.items():
                    look(name, kind, lambda make=make: make(client))  # type: ignore[misc]
    else:
        transport: Any = {"transport": "aiohttp"} if setup == "aiohttp" else {}
        with asyncio.Runner() as runner:
            async_client = connect(api.AsyncClient, credentials, environment, max_retries=0, **transport)

            async def run(make: Callable[[Any], Any]) -> object:
                return await cast("Awaitable[object]", make(async_client))

            for name in RESPONSES:
                for kind, make in CALLS.items():
                    look(name, kind, lambda make=make: runner.run(run(make)))  # type: ignore[misc]
            runner.run(async_client.aclose())
    assert found == []
