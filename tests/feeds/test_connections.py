"""What happens to connections: cut, silent, refused, closed by either side; and what a slow reader costs."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import anyio
import httpx
import pytest
import qredo_partner_v1_1
from qredo_emulator import Emulator
from qredo_partner_v1_1 import AsyncClient, Client
from qredo_signing import Environment, InProcessNonces, RedirectError, connect
from qredo_signing.feeds import FeedConnectionError, FeedMessageError, Gap, Keepalive, Reconnect, feed
from wsproto.utilities import generate_accept_token

from ..interrupting import interrupt
from .listening import QUICK, Kind, listen
from .servers import CLOSE, Connection, Scripted, frame, refuse, text

GOOD = '{"tx_id": "good"}'


def good(connection: Connection) -> None:
    """A connection that brings one message and stays."""
    connection.accept()
    connection.send(text(GOOD))
    connection.wait_for_end()


def hear(kind: Kind, emulator: Emulator, server: Scripted, **options: Any) -> list[Any]:
    """Take messages of the server until the good one comes; their ids."""
    got = listen(
        kind,
        emulator.credentials,
        Environment.emulator(server.url),
        "wallets",
        until=lambda messages: messages[-1].tx_id == "good",
        **options,
    )
    return [message.tx_id for message in got]


def cut_within_a_message(connection: Connection) -> None:
    connection.accept()
    connection.send(text('{"tx_id": "1"}') + text('{"tx_id": "2"}')[:9])
    time.sleep(0.05)
    connection.cut()


def close_after_a_message(connection: Connection) -> None:
    connection.accept()
    connection.send(text('{"tx_id": "1"}') + CLOSE)
    assert connection.wait_for_end()[:1] == b"\x88"


def end_without_a_close(connection: Connection) -> None:
    connection.accept()


def break_the_protocol(connection: Connection) -> None:
    connection.accept()
    connection.send(b"\xff\xff\xff\xff")
    connection.wait_for_end()


def send_too_much(connection: Connection) -> None:
    connection.accept()
    for opcode in (1, 0, 0):
        connection.send(frame(opcode, b"[" * 60_000, final=False))
    connection.wait_for_end()


def hang_up(connection: Connection) -> None:
    connection.cut()


def answer_half(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: webso")


def pretend(connection: Connection) -> None:
    connection.accept(token="bm8=")
    connection.wait_for_end()


def say_nothing(connection: Connection) -> None:
    connection.wait_for_end()


def be_silent(connection: Connection) -> None:
    connection.accept()
    connection.wait_for_end()


@pytest.mark.parametrize(
    ("script", "before"),
    [
        (cut_within_a_message, ["1"]),
        (close_after_a_message, ["1"]),
        (end_without_a_close, []),
        (break_the_protocol, []),
        (hang_up, []),
        (answer_half, []),
        (pretend, []),
        (say_nothing, []),
        (be_silent, []),
        (lambda connection: connection.send(refuse(429)), []),
        (lambda connection: connection.send(refuse(500)), []),
        (lambda connection: connection.send(refuse(503)), []),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_feed_comes_back(
    kind: Kind, script: Callable[[Connection], None], before: list[str], emulator: Emulator
) -> None:
    """After whatever happens to a connection the feed opens another, and what came whole before is not lost."""
    gaps: list[Gap] = []
    with Scripted(script, good) as server:
        options: dict[str, Any] = {"keepalive": Keepalive(interval=0.1, timeout=0.1), "on_gap": gaps.append}
        options["http"] = {"timeout": 0.5}
        assert hear(kind, emulator, server, **options) == [*before, "good"]
    assert len(server.connections) == 2
    was_open = script in (
        cut_within_a_message,
        close_after_a_message,
        end_without_a_close,
        break_the_protocol,
        be_silent,
    )
    assert [gap.is_first for gap in gaps] == ([True, False] if was_open else [True])
    assert gaps[-1].cause is not None
    assert (gaps[-1].since is not None) == was_open


def test_each_handshake_is_made_anew(kind: Kind, emulator: Emulator) -> None:
    """Every connect has a WebSocket key and a stamp of its own; nothing of the last one is sent again."""
    now = iter(range(1_700_000_000, 1_800_000_000))
    with Scripted(end_without_a_close, end_without_a_close, good) as server:
        hear(kind, emulator, server, http={"clock": lambda: next(now)})
    for name in ("sec-websocket-key", "x-timestamp", "x-sign"):
        assert len({connection.header(name) for connection in server.connections}) == 3


def test_pings_keep_a_quiet_feed(kind: Kind, emulator: Emulator) -> None:
    """A server that answers pings and says nothing else keeps its connection; its own pings are answered."""
    seen: list[bytes] = []

    def script(connection: Connection) -> None:
        connection.accept()
        connection.send(frame(9, b"you?") + frame(10, b"nobody asked"))
        for _ in range(6):
            seen.append(connection.sock.recv(100))
            connection.send(frame(10, b""))
        connection.send(text(GOOD))
        connection.wait_for_end()

    with Scripted(script) as server:
        assert hear(kind, emulator, server, keepalive=Keepalive(interval=0.05, timeout=5)) == ["good"]
    assert len(server.connections) == 1
    assert {data[0] for data in seen} == {0x89, 0x8A}


def test_retry_after_is_waited_for(emulator: Emulator) -> None:
    """A refusal that says when to come back is tried again no sooner."""
    times: list[float] = []

    def refused(connection: Connection) -> None:
        connection.send(refuse(429, "retry-after: 1"))
        times.append(time.monotonic())

    def opened(connection: Connection) -> None:
        times.append(time.monotonic())
        good(connection)

    with Scripted(refused, opened) as server:
        hear("asyncio", emulator, server)
    assert times[1] - times[0] > 0.9


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refuse(400), "BadRequestError"),
        (refuse(401), "UnauthorizedError"),
        (refuse(403), "ForbiddenError"),
        (refuse(404), "NotFoundError"),
        (refuse(409), "ConflictError"),
        (refuse(429, "retry-after: 3600"), "RateLimitedError"),
    ],
    ids=["400", "401", "403", "404", "409", "429 for an hour"],
)
def test_a_refusal_is_the_packages_own_error(kind: Kind, answer: bytes, error: str, emulator: Emulator) -> None:
    """What another attempt cannot change is raised at once, with the answer's body."""
    with (
        Scripted(lambda connection: connection.send(answer)) as server,
        pytest.raises(getattr(qredo_partner_v1_1, error)) as caught,
    ):
        hear(kind, emulator, server)
    assert caught.value.operation == "feed:wallets"
    assert caught.value.response.json() == {}
    assert len(server.connections) == 1


def test_an_answer_that_is_no_websocket_is_an_error(kind: Kind, emulator: Emulator) -> None:
    """A 200 is nothing to read messages from."""
    with (
        Scripted(lambda connection: connection.send(refuse(200))) as server,
        pytest.raises(FeedConnectionError, match="answered with 200 instead of 101"),
    ):
        hear(kind, emulator, server)


def test_a_redirect_is_not_followed(kind: Kind, emulator: Emulator) -> None:
    """A handshake that is redirected raises, and nothing goes to the target."""
    with Scripted(say_nothing) as target:
        answer = refuse(307, f"location: {target.url}/feed")
        with Scripted(lambda connection: connection.send(answer)) as server, pytest.raises(RedirectError):
            hear(kind, emulator, server)
    assert target.connections == []


def test_a_clock_that_is_wrong_is_corrected(kind: Kind, emulator: Emulator) -> None:
    """A handshake that is refused for its time is signed once more, by the server's clock."""

    def refused(connection: Connection) -> None:
        date = formatdate(usegmt=True)
        connection.send(refuse(401, f"date: {date}", "connection: close", body='{"msg": "errPartnerAuth"}'))

    with Scripted(refused, good) as server:
        assert hear(kind, emulator, server, http={"clock": lambda: time.time() - 1800}) == ["good"]
    first, second = (int(connection.header("x-timestamp")) for connection in server.connections)
    assert 1700 < second - first < 1900


def test_a_feed_gives_up_when_it_is_told_to(kind: Kind, emulator: Emulator) -> None:
    """With an end of attempts the last error comes out: httpx's, the package's, or that the connection broke."""
    reconnect = Reconnect(first=0.01, limit=0.01, attempts=2)
    free = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{free.getsockname()[1]}"
    free.close()
    with pytest.raises(httpx.ConnectError):
        listen(kind, emulator.credentials, Environment.emulator(url), "wallets", reconnect=reconnect)
    for script, error in (
        (end_without_a_close, FeedConnectionError),
        (lambda connection: connection.send(refuse(503)), qredo_partner_v1_1.ServerError),
    ):
        with Scripted(script) as server, pytest.raises(error):
            hear(kind, emulator, server, reconnect=reconnect)
        assert len(server.connections) == 3


def test_a_certificate_that_is_refused_is_no_matter_of_time(kind: Kind, emulator: Emulator) -> None:
    """A TLS error is raised at once, and not tried again for ever."""
    with Scripted(say_nothing) as server:
        cause = ssl.SSLCertVerificationError("no")

        def fail(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("no", request=request) from cause

        with pytest.raises(httpx.ConnectError):
            hear(kind, emulator, server, http={"transport": httpx.MockTransport(fail)})


def test_a_transport_without_a_stream_is_named(kind: Kind, emulator: Emulator) -> None:
    """A transport that cannot hand its connection out is an error that says so."""

    def upgrade(request: httpx.Request) -> httpx.Response:
        key = request.headers["sec-websocket-key"].encode()
        return httpx.Response(101, headers={"sec-websocket-accept": generate_accept_token(key).decode()})

    with Scripted(say_nothing) as server, pytest.raises(FeedConnectionError, match="gives no access to its connection"):
        hear(kind, emulator, server, http={"transport": httpx.MockTransport(upgrade)})


def test_a_message_that_is_too_long_is_told(kind: Kind, emulator: Emulator) -> None:
    """It is not kept; on_error is told, and the feed goes on with another connection."""
    errors: list[FeedMessageError] = []
    with Scripted(send_too_much, good) as server:
        assert hear(kind, emulator, server, max_size=100_000, on_error=errors.append) == ["good"]
    assert [(error.raw, "longer than 100000" in str(error)) for error in errors] == [(None, True)]
    with Scripted(send_too_much, good) as server, pytest.raises(FeedMessageError):
        hear(kind, emulator, server, max_size=100_000)


@pytest.mark.parametrize("error", [429, 503, "lost"])
def test_a_resync_that_fails_is_done_again(kind: Kind, error: int | str, emulator: Emulator) -> None:
    """When reading what is pending fails for the moment, the feed connects anew and reads again."""
    calls: list[int] = []

    def resync() -> list[dict[str, str]]:
        calls.append(1)
        if len(calls) > 1:
            return [{"tx_id": "good"}]
        if error == "lost":
            raise httpx.ReadError("lost")
        response = httpx.Response(int(error), request=httpx.Request("GET", "http://x"))
        raise qredo_partner_v1_1.APIError("x", response)

    with Scripted(be_silent) as server:
        assert hear(kind, emulator, server, resync=resync) == ["good"]
    assert len(server.connections) == 2


def test_an_error_of_the_callers_own_comes_out(kind: Kind, emulator: Emulator) -> None:
    """What a callback raises is not taken for a matter of the network."""
    with Scripted(be_silent) as server, pytest.raises(ZeroDivisionError):
        hear(kind, emulator, server, resync=lambda: 1 // 0)
    assert len(server.connections) == 1


def test_a_slow_reader_holds_the_server_up(kind: Kind, emulator: Emulator) -> None:
    """Without a reader, nothing piles up here: the server can send what fits into the buffers of the system."""
    sent = 0
    is_stuck = threading.Event()

    def script(connection: Connection) -> None:
        nonlocal sent
        connection.accept()
        connection.send(text(GOOD))
        connection.sock.settimeout(0.5)
        message = text('{"tx_id": "%s"}' % ("x" * 10_000)) * 100
        try:
            while sent < 200_000_000:
                connection.send(message)
                sent += len(message)
        except TimeoutError:
            is_stuck.set()

    def wait(messages: list[Any]) -> bool:
        return is_stuck.wait(20)

    with Scripted(script) as server:
        listen(kind, emulator.credentials, Environment.emulator(server.url), "wallets", until=wait)
    assert is_stuck.is_set()
    assert sent < 50_000_000


def test_another_thread_can_close_a_feed(emulator: Emulator) -> None:
    """Closing ends the loop that waits, the server sees a good-bye, and no thread is left."""
    before = threading.active_count()
    goodbyes: list[bytes] = []

    def script(connection: Connection) -> None:
        connection.accept()
        goodbyes.append(connection.wait_for_end())

    with Scripted(script) as server, connect(Client, emulator.credentials, Environment.emulator(server.url)) as client:
        is_open = threading.Event()
        messages = feed(client, "wallets", on_gap=lambda gap: is_open.set(), **QUICK)

        def close_soon() -> None:
            is_open.wait()
            time.sleep(0.1)
            messages.close()

        closer = threading.Thread(target=close_soon)
        closer.start()
        assert list(messages) == []
        closer.join()
        assert list(messages) == []
        assert "closed" in repr(messages)
        messages.close()
    assert [data[:1] for data in goodbyes] == [b"\x88"]
    assert threading.active_count() == before


@pytest.mark.parametrize("when", ["waiting", "between attempts"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_another_task_can_close_a_feed(backend: str, when: str, emulator: Emulator) -> None:
    """The same with tasks: also while the feed waits before it connects again."""
    script = be_silent if when == "waiting" else end_without_a_close

    async def story(url: str) -> None:
        async with connect(AsyncClient, emulator.credentials, Environment.emulator(url)) as client:
            messages = feed(client, "wallets", reconnect=Reconnect(first=600, limit=600))

            async def close_soon() -> None:
                await anyio.sleep(0.3)
                await messages.aclose()

            async with anyio.create_task_group() as group:
                group.start_soon(close_soon)
                assert [message async for message in messages] == []
            await messages.aclose()

    with Scripted(script) as server:
        anyio.run(story, server.url, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancelling_closes_the_socket(backend: str, emulator: Emulator) -> None:
    """A task that is cancelled while it waits leaves no open socket, also without `async with`."""
    ended = threading.Event()

    def script(connection: Connection) -> None:
        connection.accept()
        connection.wait_for_end()
        ended.set()

    async def story(url: str) -> None:
        async with connect(AsyncClient, emulator.credentials, Environment.emulator(url)) as client:
            messages = feed(client, "wallets", **QUICK)
            with anyio.move_on_after(0.3):
                await anext(messages)
            assert await anyio.to_thread.run_sync(ended.wait, 10)
            assert (await anext(messages)).tx_id == "good"
            await messages.aclose()

    with Scripted(script, good) as server:
        anyio.run(story, server.url, backend=backend)


def test_two_tasks_cannot_read_one_feed(emulator: Emulator) -> None:
    """A second reader is told, and does not take messages from the first."""

    async def story(url: str) -> None:
        async with connect(AsyncClient, emulator.credentials, Environment.emulator(url)) as client:
            messages = feed(client, "wallets", **QUICK)
            async with anyio.create_task_group() as group:
                group.start_soon(anext, messages)
                await anyio.sleep(0.2)
                with pytest.raises(RuntimeError, match="another task"):
                    await anext(messages)
                await messages.aclose()

    async def anext(messages: Any) -> Any:
        try:
            return await messages.__anext__()
        except StopAsyncIteration:
            return None

    with Scripted(be_silent) as server:
        anyio.run(story, server.url)


def test_ctrl_c_ends_a_program_that_listens(emulator: Emulator) -> None:
    """A program that waits for a message of a silent server ends at once when it is interrupted."""
    code = """
import sys
from qredo_partner_v1_1 import Client
from qredo_signing import Credentials, Environment, connect
from qredo_signing.feeds import feed
url, keys = sys.argv[1:]
with connect(Client, Credentials.from_directory(keys), Environment.emulator(url)) as client:
    for message in feed(client, "wallets", on_gap=lambda gap: print("open", flush=True)):
        pass
"""
    with Scripted(be_silent) as server, tempfile.TemporaryDirectory() as keys, Emulator(keys=keys):
        command = [sys.executable, "-c", code, server.url, keys]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            interrupt(process)
            _, errors = process.communicate(timeout=20)
    assert errors.rstrip().endswith("KeyboardInterrupt")


def test_a_feed_waits_its_turn_with_nonces(kind: Kind, emulator: Emulator) -> None:
    """With nonces the handshake takes its turn among the requests, and the open feed does not keep it."""
    nonces = InProcessNonces()
    with Scripted(end_without_a_close, good) as server:
        hear(kind, emulator, server, http={"nonces": nonces})
    first, second = (int(connection.header("x-nonce")) for connection in server.connections)
    assert first < second
