"""What goes wrong over aiohttp is the same error as over httpx, and says as truly whether anything was sent."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from qredo_signing import Credentials, Environment, InProcessNonces, KeyKind, OutcomeUnknownError
from qredo_signing._http.outcomes import never_sent

from ..doubles import connect_async, serve
from .faulty import reset
from .networks import Listener, listen, make_authority
from .sending import TRUSTS_NOBODY, make_async_http

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n"
STEPS = ["aiohttp.request.started", "http11.send_request_headers.started"]


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_left_open() -> Iterator[None]:
    """What asyncio and aiohttp find open in the end is a warning, and an error here."""
    yield
    gc.collect()


def answering(answer: bytes, *, ends: str = "close") -> AbstractContextManager[Listener]:
    """A server that says this to each request, and then closes, resets, or waits until the client has closed."""

    def handle(connection: socket.socket, listener: Listener) -> None:
        listener.received.append(connection.recv(65536))
        connection.sendall(answer)
        if ends == "reset":
            reset(connection)
        elif ends == "wait":
            connection.recv(1)

    return listen(handle)


@contextmanager
def deaf() -> Iterator[Listener]:
    """A server that takes connections and reads nothing until it ends."""
    has_ended = threading.Event()

    def handle(connection: socket.socket, listener: Listener) -> None:
        has_ended.wait(20)

    with listen(handle) as listener:
        try:
            yield listener
        finally:
            has_ended.set()


@contextmanager
def closed() -> Iterator[Listener]:
    """A port on which no server listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield Listener(held.getsockname()[1])


@dataclass(frozen=True)
class Fault:
    """What goes wrong.

    Attributes:
        error: The error that httpx has for it.
        is_sent: Whether anything may have been sent.
        server: What listens.
        url: The port goes into it.
        limits: Timeouts, in seconds; 20 for the others.
    """

    error: type[httpx.TransportError]
    is_sent: bool
    server: Callable[[], AbstractContextManager[Listener]] = closed
    url: str = "http://127.0.0.1:{port}/"
    request: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    proxy: str | None = None


PROXIED = "http://api.custody.test/"
TUNNELLED = "https://api.custody.test/"
PROXY = "http://planted-user:planted-word@127.0.0.1:{port}"
FAULTS = {
    "connection refused": Fault(httpx.ConnectError, False),
    "unknown name": Fault(httpx.ConnectError, False, url="http://nowhere.invalid/"),
    "no TLS there": Fault(
        httpx.ConnectError, False, lambda: answering(b"HTTP/1.1 400 -\r\n\r\n"), "https://127.0.0.1:{port}/"
    ),
    "no hello": Fault(httpx.ConnectTimeout, False, deaf, "https://127.0.0.1:{port}/", limits={"connect": 0.1}),
    "closed during the hello": Fault(httpx.ConnectError, False, lambda: answering(b""), "https://127.0.0.1:{port}/"),
    "no answer in time": Fault(httpx.ReadTimeout, True, deaf, limits={"read": 0.1}),
    "no end in time": Fault(
        httpx.ReadTimeout, True, lambda: answering(HEAD + b"12", ends="wait"), limits={"read": 0.1}
    ),
    "the server does not read": Fault(
        httpx.WriteTimeout, True, deaf, request={"content": b"x" * 30_000_000}, limits={"write": 0.1}
    ),
    "closed": Fault(httpx.RemoteProtocolError, True, lambda: answering(b"")),
    "reset": Fault(httpx.ReadError, True, lambda: answering(b"", ends="reset")),
    "nonsense": Fault(httpx.RemoteProtocolError, True, lambda: answering(b"nonsense\r\n\r\n")),
    "half a head": Fault(httpx.RemoteProtocolError, True, lambda: answering(HEAD[:30])),
    "half a body": Fault(httpx.RemoteProtocolError, True, lambda: answering(HEAD + b"12")),
    "reset in the body": Fault(httpx.TransportError, True, lambda: answering(HEAD + b"12", ends="reset")),
    "half a chunk": Fault(
        httpx.RemoteProtocolError,
        True,
        lambda: answering(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12"),
    ),
    "header that cannot be sent": Fault(
        httpx.LocalProtocolError, True, lambda: answering(b""), request={"headers": {"x-a": "1\r\nx-b: 2"}}
    ),
    "another scheme": Fault(httpx.UnsupportedProtocol, False, url="ftp://127.0.0.1/"),
    "proxy: refused": Fault(httpx.ConnectError, False, url=PROXIED, proxy=PROXY),
    "proxy: no tunnel": Fault(
        httpx.ProxyError,
        True,
        lambda: answering(b"HTTP/1.1 407 Who are you\r\ncontent-length: 0\r\n\r\n", ends="wait"),
        TUNNELLED,
        proxy=PROXY,
    ),
    "proxy: silent": Fault(httpx.RemoteProtocolError, True, lambda: answering(b""), PROXIED, proxy=PROXY),
}


def fail(mode: str, fault: Fault) -> httpx.TransportError:
    """Run into a fault."""

    async def main(port: int) -> httpx.TransportError:
        options = {} if fault.proxy is None else {"proxy": fault.proxy.format(port=port)}
        async with make_async_http(
            mode, verify=TRUSTS_NOBODY, timeout=httpx.Timeout(20, **fault.limits), **options
        ) as http:
            with pytest.raises(httpx.TransportError) as caught:
                await http.post(fault.url.format(port=port), **fault.request)
        return caught.value

    with fault.server() as server:
        return asyncio.run(main(server.port))


@pytest.mark.parametrize("mode", ["async", "aiohttp"])
@pytest.mark.parametrize("name", FAULTS)
def test_errors(name: str, mode: str) -> None:
    """Each fault is the same error of httpx over both, and only one before there is a connection means nothing sent."""
    error = fail(mode, FAULTS[name])
    assert isinstance(error, FAULTS[name].error)
    assert never_sent(error) is not FAULTS[name].is_sent
    assert str(error) or mode == "async"
    assert error.request.method == "POST"
    assert "planted" not in str(error)


@pytest.mark.parametrize("name", FAULTS)
def test_errors_are_not_chained_to_those_of_aiohttp(name: str) -> None:
    """aiohttp's errors hold the request's headers; ours have no chain that leads to one."""
    error: BaseException = fail("aiohttp", FAULTS[name])
    while (inner := error.__cause__ or error.__context__) is not None:
        assert type(inner).__module__.partition(".")[0] != "aiohttp"
        error = inner


def test_a_post_that_may_have_been_sent_is_not_repeated(emulator_credentials: Credentials) -> None:
    """A POST that breaks on a kept connection is sent once and reported as unknown; a refused one is tried again."""

    async def main(port: int, **options: Any) -> None:
        environment = Environment.emulator(f"http://127.0.0.1:{port}")
        async with connect_async(emulator_credentials, environment, transport="aiohttp", **options) as client:
            await client.call("POST")

    with answering(b"") as server:
        with pytest.raises(OutcomeUnknownError):
            asyncio.run(main(server.port))
        assert len(server.received) == 1
    with closed() as unused, pytest.raises(httpx.ConnectError):
        asyncio.run(main(unused.port, max_retries=1))


# --- cancellation, and nonces


@dataclass(frozen=True)
class Trouble:
    """How a call with a counted nonce ends.

    Attributes:
        server: What listens.
        scheme: Of the URL.
        is_sent: Whether its number is used up.
    """

    server: Callable[[], AbstractContextManager[Listener]]
    scheme: str
    is_sent: bool


TROUBLES = {
    "while it connects": Trouble(deaf, "https", False),
    "while it waits for the answer": Trouble(deaf, "http", True),
    "while it reads the answer": Trouble(lambda: answering(HEAD + b"12", ends="wait"), "http", True),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_a_cancelled_call_gives_its_number_back_if_nothing_was_sent(name: str, credentials: Credentials) -> None:
    """A number is given back only when there was no connection on which the request could have gone out."""
    trouble, nonces = TROUBLES[name], InProcessNonces(rule="counter", start=1)

    async def main(server: Listener) -> None:
        environment = Environment.custom(f"{trouble.scheme}://127.0.0.1:{server.port}", key_kind=KeyKind.LIVE)
        async with connect_async(credentials, environment, nonces=nonces, transport="aiohttp") as client:
            task = asyncio.create_task(client.call())
            await asyncio.sleep(0.2)  # in which it gets where it will be held up
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with trouble.server() as server:
        asyncio.run(main(server))
        assert server.connections == 1
    assert nonces.next() == (2 if trouble.is_sent else 1)


@pytest.mark.parametrize("step", STEPS)
def test_a_trace_is_told_and_can_stop_a_request(step: str, emulator_credentials: Credentials) -> None:
    """The two steps are told in order, with the request; an error raised in one comes out, and nothing is sent."""
    steps: list[str] = []
    nonces = InProcessNonces(rule="counter", start=1)

    async def trace(event: str, info: dict[str, Any]) -> None:
        steps.append(event)
        assert info["request"].url.target.endswith(b"/assets?")
        if event == step:
            raise KeyError(event)

    async def main(environment: Environment) -> None:
        options: dict[str, Any] = {"nonces": nonces, "transport": "aiohttp"}
        async with connect_async(emulator_credentials, environment, **options) as client:
            request = client.build("GET", "/assets?")
            request.extensions["trace"] = trace
            with pytest.raises(KeyError):
                await client.send(request)
            assert (await client.call()).status_code == 200

    with serve() as server:
        asyncio.run(main(Environment.emulator(server.url)))
        (seen,) = server.requests
    assert steps == STEPS[: STEPS.index(step) + 1]
    assert int(seen.headers["x-nonce"]) == 1


def test_a_cancelled_call_frees_its_connection() -> None:
    """After calls that were cancelled in every state the client has all its places, and calls go on."""

    def handle(connection: socket.socket, listener: Listener) -> None:
        while head := connection.recv(65536):
            if b"/held" not in head:
                connection.sendall(HEAD + b"0123456789")

    async def main(url: str) -> None:
        async with make_async_http("aiohttp", verify=TRUSTS_NOBODY) as http:
            for pause in (0.0, 0.001, 0.02):
                tasks = [asyncio.create_task(http.get(f"{url}/held")) for _ in range(120)]  # of which 100 go out
                await asyncio.sleep(pause)
                for task in tasks:
                    task.cancel()
                done = await asyncio.gather(*tasks, return_exceptions=True)
                assert {type(each) for each in done} == {asyncio.CancelledError}
            answers = await asyncio.gather(*(http.get(url) for _ in range(150)))
            assert {answer.content for answer in answers} == {b"0123456789"}

    with listen(handle) as server:
        asyncio.run(main(f"http://127.0.0.1:{server.port}"))


@pytest.mark.parametrize("mode", ["async", "aiohttp"])
def test_the_certificate_is_for_the_name(mode: str, tmp_path: Path, credentials: Credentials) -> None:
    """A trusted certificate for another name is refused, and nothing was sent."""
    authority = make_authority(tmp_path, "other.test")

    async def main(url: str) -> httpx.ConnectError:
        async with make_async_http(mode, verify=authority.client) as http:
            with pytest.raises(httpx.ConnectError, match="certificate") as caught:
                await http.get(url)
        return caught.value

    with serve(tls=authority.server) as server:
        assert never_sent(asyncio.run(main(server.url)))
        assert server.requests == []
