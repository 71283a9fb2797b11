"""One request in flight for each source of nonces: threads and tasks take turns, so that nonces arrive in order."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
from qredo_signing import (
    ConfigurationError,
    Credentials,
    Environment,
    InProcessNonces,
    NonceError,
    PartnerAuth,
    connect,
)
from qredo_signing._nonces.serialize import InFlight, Ticket, in_flight_of

from ..doubles import AsyncDummy, DummyClient, DummyHSM, Seen, serve

PATIENCE = 60.0  # until a test that hangs is given up


@contextmanager
def turn(line: InFlight) -> Iterator[None]:
    """A turn of a thread, as a sender takes it."""
    ticket = Ticket(lambda: None)
    try:
        assert line.wait(ticket)
        yield
    finally:
        ticket.is_done = True
        line.advance()


@asynccontextmanager
async def async_turn(line: InFlight) -> AsyncIterator[None]:
    """A turn of a task, as a sender takes it."""
    ticket = Ticket(lambda: None)
    try:
        await line.async_wait(ticket)
        yield
    finally:
        ticket.is_done = True
        line.advance()


class OrderedServer:
    """A service that takes a request only if its nonce is greater than the last one, and says what it refused."""

    def __init__(self) -> None:
        self.last = 0
        self.taken = self.refused = 0
        self._lock = threading.Lock()

    def take(self, nonce: int) -> int:
        """Return the status of the answer."""
        with self._lock:
            if nonce <= self.last:
                self.refused += 1
                return 401
            self.last, self.taken = nonce, self.taken + 1
            return 200

    def answer(self, seen: Seen) -> tuple[int, dict[str, str], bytes]:
        """Answer as the server on loopback."""
        return self.take(int(seen.headers["x-nonce"])), {}, b"{}"

    def respond(self, request: httpx.Request) -> httpx.Response:
        """Answer as a transport."""
        return httpx.Response(self.take(int(request.headers["x-nonce"])))


class Overtaking(httpx.BaseTransport):
    """A network on which the first request is overtaken by the second, if there is one before `patience` is over."""

    def __init__(self, server: OrderedServer, patience: float) -> None:
        self.server, self.patience = server, patience
        self.first_is_under_way, self.second_is_through = threading.Event(), threading.Event()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hold the first one up."""
        if not self.first_is_under_way.is_set():
            self.first_is_under_way.set()
            self.second_is_through.wait(self.patience)
            return self.server.respond(request)
        response = self.server.respond(request)
        self.second_is_through.set()
        return response


def overtake(credentials: Credentials, patience: float, **options: Any) -> OrderedServer:
    """Call twice side by side on such a network, from two clients that share a source."""
    server, source = OrderedServer(), InProcessNonces()
    network = Overtaking(server, patience)
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        clients = [
            stack.enter_context(
                connect(DummyClient, credentials, Environment.SANDBOX, nonces=source, transport=network, **options)
            )
            for _ in range(2)
        ]
        first = pool.submit(clients[0].call)
        assert network.first_is_under_way.wait(PATIENCE)
        pool.submit(clients[1].call).result(PATIENCE)
        first.result(PATIENCE)
    return server


def test_without_turns_requests_overtake_each_other(credentials: Credentials) -> None:
    """With serialize=False a request that is overtaken on the way is refused by a server that checks order."""
    server = overtake(credentials, PATIENCE, serialize=False)
    assert (server.taken, server.refused) == (1, 1)


@pytest.fixture(name="called")
def _called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request in the line must be called: it does not look by itself whether it is first."""
    monkeypatch.setattr("qredo_signing._nonces.serialize._LOOK_AGAIN", 3600.0)


@pytest.mark.usefixtures("called")
def test_with_turns_they_do_not(credentials: Credentials) -> None:
    """By default the second waits until the first has its response, also on another client with the same source."""
    server = overtake(credentials, 0.2)
    assert (server.taken, server.refused) == (2, 0)


@pytest.mark.usefixtures("called")
def test_a_task_calls_the_next(credentials: Credentials) -> None:
    """Tasks that wait are called one after the other, each when the request before it has ended."""
    server = OrderedServer()

    async def respond(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return server.respond(request)

    async def main() -> None:
        transport, source = httpx.MockTransport(respond), InProcessNonces()
        async with connect(AsyncDummy, credentials, Environment.SANDBOX, nonces=source, transport=transport) as client:
            await asyncio.wait_for(asyncio.gather(*(client.call() for _ in range(5))), PATIENCE)

    asyncio.run(main())
    assert (server.taken, server.refused) == (5, 0)


@pytest.mark.parametrize("offload", [False, True])
def test_threads_and_tasks_take_turns(
    offload: bool, emulator_credentials: Credentials, credentials: Credentials
) -> None:
    """A real server that checks order refuses none of the requests of 4 threads, 16 tasks and two event loops."""
    checks, source = OrderedServer(), InProcessNonces()
    fast = Credentials(emulator_credentials.api_key, DummyHSM(None, bytes(256)))

    def in_threads(environment: Environment) -> None:
        with connect(DummyClient, fast, environment, nonces=source) as client, ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: client.call(), range(24)))

    def in_tasks(environment: Environment) -> None:
        async def main() -> None:
            async with connect(AsyncDummy, fast, environment, nonces=source, offload=offload) as client:
                await asyncio.gather(*(client.call() for _ in range(16)))

        asyncio.run(main())

    with serve(checks.answer) as server, ThreadPoolExecutor(3) as pool:
        environment = Environment.emulator(server.url)
        for done in [pool.submit(each, environment) for each in (in_threads, in_tasks, in_tasks)]:
            done.result(60)
    assert (checks.taken, checks.refused) == (24 + 16 + 16, 0)


class SlowSource:
    """A source that does I/O: `next` must not be called on the event loop's thread."""

    blocks = True

    def __init__(self) -> None:
        self.last = 0
        self.threads = set[int]()

    def next(self) -> int:
        """Count."""
        self.threads.add(threading.get_ident())
        self.last += 1
        return self.last


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_many_tasks_with_few_threads(loop: str, credentials: Credentials) -> None:
    """200 tasks that wait for their turn hold no worker thread, which the one that has it needs for nonce and key."""
    anyio = pytest.importorskip("anyio")
    pytest.importorskip(loop)
    server, source = OrderedServer(), SlowSource()
    fast = Credentials(credentials.api_key, DummyHSM(None, bytes(256)))

    async def main() -> int:
        transport = httpx.MockTransport(server.respond)
        options: dict[str, Any] = {"nonces": source, "transport": transport, "offload": True}
        async with connect(AsyncDummy, fast, Environment.SANDBOX, **options) as client:
            with anyio.fail_after(60):
                async with anyio.create_task_group() as group:
                    for _ in range(200):
                        group.start_soon(client.call)
        return threading.get_ident()

    thread = anyio.run(main, backend=loop)
    assert (server.taken, server.refused) == (200, 0)
    assert source.threads
    assert thread not in source.threads


def test_agent_operations_take_no_turn(credentials: Credentials) -> None:
    """A request without a nonce does not wait for those with one."""
    source = InProcessNonces()
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    options: dict[str, Any] = {"nonces": source, "transport": transport, "agent_token": lambda: "c0ffee"}
    with connect(DummyClient, credentials, Environment.SANDBOX, **options) as client, turn(in_flight_of(source)):
        assert client.call(security="agent_token").status_code == 200


def wait_for_line(line: InFlight, length: int) -> None:
    """Wait until so many are in the line."""
    for _ in range(int(PATIENCE * 1000)):
        if len(line._line) == length:
            return
        threading.Event().wait(0.001)
    raise AssertionError(f"{len(line._line)} in the line, not {length}")


def test_first_come_first_served() -> None:
    """Threads have their turn in the order in which they came."""
    line, order = InFlight(), list[int]()

    def come(number: int) -> None:
        with turn(line):
            order.append(number)

    with ThreadPoolExecutor(5) as pool, turn(line):
        for number in range(5):
            pool.submit(come, number)
            wait_for_line(line, number + 2)
    assert order == [0, 1, 2, 3, 4]


def test_tasks_are_served_in_order_and_may_leave() -> None:
    """Tasks have their turn in order; cancelling one, while it waits or in its turn, blocks no other."""
    line, order = InFlight(), list[int]()

    async def come(number: int) -> None:
        async with async_turn(line):
            order.append(number)
            await asyncio.sleep(0)

    async def main() -> None:
        async with async_turn(line):
            tasks = [asyncio.create_task(come(number)) for number in range(6)]
            await asyncio.sleep(0)
            tasks[2].cancel()
            await asyncio.sleep(0)
        tasks[0].cancel()  # its turn has come, and it has not run since
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), PATIENCE)

    asyncio.run(main())
    assert order == [1, 3, 4, 5]
    assert not line._line


def test_an_error_ends_a_turn() -> None:
    """A thread or task that fails in its turn passes the turn on."""
    line = InFlight()

    async def fail() -> None:
        async with async_turn(line):
            raise KeyError

    with pytest.raises(KeyError), turn(line):
        raise KeyError
    with pytest.raises(KeyError):
        asyncio.run(fail())
    with turn(line):
        pass


def test_a_thread_waits_for_a_task_of_another_thread() -> None:
    """A thread and a task of an event loop elsewhere wait for each other."""
    line, has_it, may_go, order = InFlight(), threading.Event(), threading.Event(), list[str]()

    async def hold() -> None:
        async with async_turn(line):
            has_it.set()
            await asyncio.to_thread(may_go.wait, PATIENCE)
            order.append("task")

    def wait() -> None:
        with turn(line):
            order.append("thread")

    with ThreadPoolExecutor(2) as pool:
        task = pool.submit(asyncio.run, hold())
        assert has_it.wait(PATIENCE)
        thread = pool.submit(wait)
        wait_for_line(line, 2)
        may_go.set()
        task.result(PATIENCE)
        thread.result(PATIENCE)
    assert order == ["task", "thread"]


def test_a_turn_that_would_never_come_is_an_error() -> None:
    """A sync call in a thread that is in flight itself, in a hook or a coroutine, is refused instead of waiting."""
    line = InFlight()

    async def call_from_a_coroutine() -> None:
        async with async_turn(line):
            with turn(line):
                raise AssertionError("not reached")

    with pytest.raises(NonceError, match="in this very thread"), turn(line), turn(line):
        raise AssertionError("not reached")
    with pytest.raises(NonceError, match="in this very thread"):
        asyncio.run(call_from_a_coroutine())
    assert not line._line


def test_a_loop_that_was_closed_holds_up_nobody() -> None:
    """A task whose event loop was closed while it waited is passed over."""
    line = InFlight()
    loop = asyncio.new_event_loop()

    async def wait() -> None:
        async with async_turn(line):
            raise AssertionError("not reached")

    def abandon() -> asyncio.Task[None]:
        task = loop.create_task(wait())
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        setattr(task, "_log_destroy_pending", False)  # noqa: B010 - abandoned on purpose
        return task

    with ThreadPoolExecutor(1) as pool:
        with turn(line):
            task = pool.submit(abandon).result(PATIENCE)
        assert not task.done()
        pool.submit(lambda: turn(line).__enter__()).result(PATIENCE)


@pytest.mark.parametrize("patience", [0.05, 1.3])
def test_a_wait_has_an_end(patience: float) -> None:
    """A thread waits as long as it may, also over more than one look, and is told that its turn did not come."""
    line, first = InFlight(), Ticket(lambda: None)
    first.thread = 0  # another thread's
    assert line.wait(first)
    started = time.monotonic()
    assert not line.wait(Ticket(lambda: None), patience)
    assert patience <= time.monotonic() - started < patience + 0.9


def test_a_number_that_is_being_drawn_keeps_the_turn() -> None:
    """A request that ended while a thread draws its number leaves the line when the number is there, and no sooner."""
    line, woken, returned = InFlight(), list[str](), list[str]()
    first, second = Ticket(lambda: returned.append("first")), Ticket(lambda: None)
    first.thread, second.thread = -1, -2  # other threads
    assert line.wait(first)
    assert first.begin_drawing()
    assert not line.wait(second, 0.01)
    second.wake = lambda: woken.append("second")
    first.is_done = True
    line.advance()
    assert (woken, returned) == ([], [])
    first.is_drawing = False
    line.advance()
    assert (woken, returned) == (["second"], ["first"])


def test_a_request_that_ended_draws_no_number() -> None:
    """A thread that starts too late to draw is told so, and holds up nothing."""
    ticket = Ticket(lambda: None)
    ticket.is_done = True
    assert not ticket.begin_drawing()
    assert ticket.may_go


def test_a_closed_loop_is_passed_over_at_once() -> None:
    """One `advance` goes on over requests whose event loop is closed to the first that can be called."""
    line, woken = InFlight(), list[str]()

    def closed() -> None:
        raise RuntimeError("Event loop is closed")

    tickets = [Ticket(lambda: None) for _ in range(4)]
    wakes = (lambda: None, closed, closed, lambda: woken.append("last"))
    for number, (ticket, wake) in enumerate(zip(tickets, wakes, strict=True)):
        ticket.thread = -number  # another thread each
        line.wait(ticket, 0.01)
        ticket.wake = wake
    tickets[0].is_done = True
    line.advance()
    assert woken == ["last"]


def test_a_line_belongs_to_its_source() -> None:
    """The same source has one line, another source another."""
    one, other = InProcessNonces(), InProcessNonces()
    line = in_flight_of(one)
    assert in_flight_of(one) is line
    assert in_flight_of(other) is not line


FORK = """
import os, threading
from qredo_signing import InProcessNonces
from contextlib import contextmanager
from qredo_signing._nonces.serialize import Ticket, in_flight_of
@contextmanager
def turn(line):
    ticket = Ticket(lambda: None)
    try:
        line.wait(ticket)
        yield
    finally:
        ticket.is_done = True
        line.advance()
source = InProcessNonces()
line = in_flight_of(source)
has_it, may_go = threading.Event(), threading.Event()
def hold():
    with turn(line):
        has_it.set()
        may_go.wait()
thread = threading.Thread(target=hold)
thread.start()
has_it.wait()
child = os.fork()
if child == 0:
    with turn(line):
        os._exit(7)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
may_go.set()
thread.join()
print(code)
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork on this system")
def test_a_forked_process_starts_anew() -> None:
    """A process that was forked while a thread had the turn does not wait for that thread, which it does not have."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert (done.stdout, done.returncode) == ("7\n", 0), done.stderr


class Source:
    """A source of a user's own."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)

    def next(self) -> int:
        """Count."""
        return 1


@pytest.mark.parametrize(
    ("source", "options", "why"),
    [
        (Source(rule="random"), {}, "must be 'clock' or 'counter'"),
        (Source(rule="counter"), {}, r"needs a give_back\(nonce\) method"),
        (InProcessNonces(rule="counter", start=1), {"serialize": False}, "serialize=False lets nonces overtake"),
    ],
)
def test_a_source_that_cannot_work_is_refused(
    source: Any, options: dict[str, Any], why: str, credentials: Credentials
) -> None:
    """A source with an unknown rule, a counter that takes nothing back, and a counter without turns are refused."""
    make: list[Callable[[], object]] = [
        lambda: PartnerAuth(credentials, Environment.SANDBOX, nonces=source, **options),
        lambda: connect(DummyClient, credentials, Environment.SANDBOX, nonces=source, **options),
    ]
    for each in make:
        with pytest.raises(ConfigurationError, match=why):
            each()
