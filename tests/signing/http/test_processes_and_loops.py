"""Connections belong to the process and the event loop that opened them, and to one request at a time."""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import os
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import qredo_partner_v1_1 as api
from qredo_signing import ConfigurationError, Credentials, Environment, KeyKind, OutcomeUnknownError, connect
from qredo_signing._http.transports import parser_of

from ..doubles import serve
from .networks import Listener, listen
from .sending import TRUSTS_NOBODY

CHILDREN = 8
PATIENCE = 120.0
"""Seconds after which a child is taken to hang."""


class Echo:
    """A server whose responses name what their request asked for, on kept connections.

    Attributes:
        connections: How many were opened.
        surplus: Bytes that it sends behind each response.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.surplus = b""
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, raw: socket.socket) -> None:
        with suppress(OSError), self._secure(raw) as connection, connection.makefile("rb") as stream:
            while (line := stream.readline()) and self._respond(connection, stream):
                assert line

    def _secure(self, raw: socket.socket) -> socket.socket:
        return raw if self._tls is None else self._tls.wrap_socket(raw, server_side=True)

    def _respond(self, connection: socket.socket, stream: Any) -> bool:
        length = 0
        while (line := stream.readline()) not in {b"\r\n", b""}:
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        name = json.loads(stream.read(length))["name"]
        time.sleep(0.002)
        body = json.dumps({"company_id": f"id of {name}", "ref": ""}).encode()
        connection.sendall(b"HTTP/1.1 200 -\r\ncontent-length: %d\r\n\r\n%s%s" % (len(body), body, self.surplus))
        return bool(line)


@pytest.fixture
def server() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


def environment(server: Echo) -> Environment:
    return Environment.custom(server.url, key_kind=KeyKind.SANDBOX)


def wrong(create: Callable[[str], Any], who: str, calls: int) -> list[str]:
    """Calls whose response was that of another one."""
    names = [f"{who}-{number}" for number in range(calls)]
    return [name for name in names if create(name).company_id != f"id of {name}"]


def forked(work: Callable[[str], list[str]], children: int) -> list[list[str]]:
    """What some children and this process find when all work at the same time.

    None begins before all are forked: the server is in this process, and what its threads lock in OpenSSL while they
    speak TLS would be locked for ever in a child that is forked meanwhile.
    """
    context = multiprocessing.get_context("fork")
    start = context.Barrier(children + 1, timeout=PATIENCE)

    def run(who: str, result: Any) -> None:
        try:
            start.wait()
            result.send(work(who))
        except BaseException as error:
            result.send([f"{type(error).__name__}: {error}"])

    pipes = [context.Pipe(duplex=False) for _ in range(children)]
    processes = [
        context.Process(target=run, args=(f"child{number}", sender)) for number, (_, sender) in enumerate(pipes)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fork beside threads, which is what is tried here
        for process in processes:
            process.start()
    start.wait()
    found = [work("parent")]
    found += [receiver.recv() if receiver.poll(PATIENCE) else ["no result"] for receiver, _ in pipes]
    for process, (receiver, sender) in zip(processes, pipes, strict=True):
        process.join(PATIENCE)
        process.kill()
        process.join()
        receiver.close()
        sender.close()
    return found


@pytest.fixture(params=["http", "https"])
def echo(request: pytest.FixtureRequest, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Echo]:
    """A server over plain http, and one over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = Echo(context if request.param == "https" else None)
    yield server
    server.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("calls", [12, pytest.param(112, marks=pytest.mark.full)])
@pytest.mark.parametrize("mode", ["sync", "async", "aiohttp"])
def test_a_fork(mode: str, calls: int, echo: Echo, credentials: Credentials) -> None:
    """A client that was used before a fork gives the parent and 8 children their own responses only."""
    with calling(mode, echo, credentials) as create:
        create("before")

        def work(who: str) -> list[str]:
            with asyncio.Runner() as runner:  # a fork may not use the event loop of its parent
                return wrong(lambda name: create(name, runner), who, calls)

        assert forked(work, CHILDREN) == [[]] * (CHILDREN + 1)
        assert create("after").company_id == "id of after"
    assert echo.connections == CHILDREN + (1 if mode == "sync" else 2)


@contextmanager
def calling(mode: str, server: Echo, credentials: Credentials) -> Iterator[Callable[..., Any]]:
    """Give a function that makes a company with a name, for an async client in an event loop that is kept or given."""
    if mode == "sync":
        with connect(api.Client, credentials, environment(server)) as client:
            yield lambda name, runner=None: client.company.create(name=name)
        return
    options: Any = {"transport": "aiohttp"} if mode == "aiohttp" else {}
    with asyncio.Runner() as own:
        async_client = connect(api.AsyncClient, credentials, environment(server), **options)

        async def create(name: str) -> Any:
            return await async_client.company.create(name=name)

        yield lambda name, runner=own: runner.run(create(name))
        own.run(async_client.aclose())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_an_http_client_of_your_own_is_not_shared(server: Echo, credentials: Credentials) -> None:
    """Your own http_client that was used before a fork raises before anything is sent; one that was not works."""

    def work(client: Any) -> list[str]:
        try:
            return [client.company.create(name="x").company_id]
        except ConfigurationError as error:
            return [str(error)]

    with httpx.Client(verify=TRUSTS_NOBODY) as used, httpx.Client(verify=TRUSTS_NOBODY) as fresh:
        first = connect(api.Client, credentials, environment(server), http_client=used)
        second = connect(api.Client, credentials, environment(server), http_client=fresh)
        first.company.create(name="before")
        seen = server.connections
        assert "before this process was forked" in forked(lambda who: work(first) if who != "parent" else [], 1)[1][0]
        assert server.connections == seen
        assert forked(lambda who: work(second) if who != "parent" else [], 1)[1] == ["id of x"]


@pytest.mark.parametrize("transport", [None, "aiohttp"])
def test_many_event_loops(transport: Any, server: Echo, credentials: Credentials) -> None:
    """A client that is kept over 50 event loops opens a connection in each, and leaves nothing to warn of."""
    client = connect(api.AsyncClient, credentials, environment(server), transport=transport)

    async def create(name: str) -> str:
        return (await client.company.create(name=name)).company_id

    gc.freeze()  # so that collecting looks at what is made here, and not at all that the other tests left
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            for number in range(50):
                assert asyncio.run(create(f"n{number}")) == f"id of n{number}"
                gc.collect()
    finally:
        gc.unfreeze()
    assert server.connections == 50


@pytest.mark.parametrize("transport", [None, "aiohttp"])
def test_connections_of_many_requests_are_kept(transport: Any, emulator_credentials: Credentials) -> None:
    """Requests that are in flight together leave their connections to those that follow, however many they are."""
    at_once = 30  # httpx itself keeps 20
    all_sent = threading.Barrier(at_once)

    def handle(connection: socket.socket, listener: Listener) -> None:
        while connection.recv(65536):
            all_sent.wait(PATIENCE)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    async def main(url: str) -> None:
        async with connect(
            api.AsyncClient, emulator_credentials, Environment.emulator(url), transport=transport
        ) as client:
            for _ in range(3):
                await asyncio.gather(*(client.asset.get_all() for _ in range(at_once)))

    with listen(handle) as server:
        asyncio.run(main(f"http://127.0.0.1:{server.port}"))
        assert server.connections == at_once


@pytest.mark.parametrize("kind", ["sync", "async", "aiohttp"])
def test_surplus_ends_a_connection(kind: str, server: Echo, credentials: Credentials) -> None:
    """A second response that comes with the first, or after it, is never given to another call."""
    evil = b'HTTP/1.1 200 -\r\ncontent-length: 31\r\n\r\n{"company_id":"evil","ref":"e"}'
    server.surplus = evil
    with calling(kind, server, credentials) as create:
        assert wrong(create, "call", 5) == []
    assert server.connections == 5


def test_where_the_parser_is(server: Echo, credentials: Credentials) -> None:
    """What the check for surplus needs of httpcore is where it is looked for."""
    with connect(api.Client, credentials, environment(server)) as client:
        response = client.with_raw_response.company.create(name="x").response
        assert response.extensions["network_stream"].parser.trailing_data[0] == b""
    with serve() as plain, httpx.HTTPTransport(verify=TRUSTS_NOBODY) as transport:
        raw = transport.handle_request(httpx.Request("GET", plain.url))
        raw.read()
        assert parser_of(raw).trailing_data[0] == b""


@pytest.mark.parametrize("kind", ["sync", "async", "aiohttp"])
def test_a_deadline_bounds_the_whole_call(kind: str, credentials: Credentials) -> None:
    """A server that drips its response cannot make a call last longer than its deadline."""
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                for _ in range(600):
                    connection.sendall(b"HTTP/1.1 102 -\r\n\r\n")
                    time.sleep(0.05)

    threading.Thread(target=drip, daemon=True).start()
    where = Environment.custom(f"http://127.0.0.1:{listener.getsockname()[1]}", key_kind=KeyKind.SANDBOX)
    options: Any = {"transport": "aiohttp"} if kind == "aiohttp" else {}

    def create() -> None:
        with connect(api.Client, credentials, where, deadline=0.4) as client:
            client.company.create(name="x")

    async def create_async() -> None:
        async with connect(api.AsyncClient, credentials, where, deadline=0.4, **options) as client:
            await client.company.create(name="x")

    start = time.monotonic()
    with listener, pytest.raises(OutcomeUnknownError):
        create() if kind == "sync" else asyncio.run(create_async())
    assert time.monotonic() - start < 20  # the server would go on for 30 s


@pytest.mark.parametrize("deadline", [0, -1, "5"])
def test_a_deadline_is_checked(deadline: Any, credentials: Credentials) -> None:
    """A deadline that is not a number of seconds above 0 is an error at once."""
    with pytest.raises((TypeError, ValueError), match=r"deadline .* the seconds for a whole call, or None"):
        connect(api.Client, credentials, Environment.SANDBOX, deadline=deadline)


def test_a_cancelled_call_says_so(credentials: Credentials, caplog: pytest.LogCaptureFixture) -> None:
    """A call that is cancelled after it was sent has a note with its key, and one warning in the log."""
    listener = socket.create_server(("127.0.0.1", 0))
    where = Environment.custom(f"http://127.0.0.1:{listener.getsockname()[1]}", key_kind=KeyKind.SANDBOX)

    async def main() -> BaseException:
        async with connect(api.AsyncClient, credentials, where) as client:
            with pytest.raises(TimeoutError) as caught:
                await asyncio.wait_for(client.company.create(name="x"), 0.3)
        assert caught.value.__cause__ is not None
        return caught.value.__cause__

    with listener:
        cause = asyncio.run(main())
    (note,) = cause.__notes__
    assert note.startswith("company.create was interrupted after it was sent")
    assert "company.search" in note
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [note]
