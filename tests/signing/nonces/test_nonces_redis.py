"""Nonces in a real Redis: many processes, killed ones among them, lost answers and lost data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qredo_signing import ConfigurationError, NonceError, RedisNonces
from redis.backoff import NoBackoff
from redis.retry import Retry

from ..doubles import Rule
from .nonce_race import PLUGIN, check, draw, race
from .redis_server import RedisServer, redis_server

pytestmark = pytest.mark.needs("redis-server")
RULES: list[Rule] = ["clock", "counter"]
FUTURE = 2_000_000_000_000_000  # microseconds, in 2033


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(name="client")
def _client(server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        client.flushall()
        yield client


@pytest.fixture(name="counter")
def _counter(client: redis.Redis) -> RedisNonces:
    """A counter that begins with 1."""
    source = RedisNonces(client, rule="counter")
    source.initialise(1)
    return source


def connected(path: str, *, repeats: int) -> redis.Redis:
    """A client that repeats a command so often when the connection is lost."""
    retry = Retry(NoBackoff(), repeats)
    return redis.Redis(unix_socket_path=path, retry=retry, retry_on_error=[redis.ConnectionError])


@contextmanager
def losing_answers(server: RedisServer, lost: set[int]) -> Iterator[str]:
    """Stand between client and Redis, and instead of the answers with these numbers close the connection."""
    count = 0

    def handle(connection: socket.socket) -> None:
        nonlocal count
        with connection, socket.socket(socket.AF_UNIX) as upstream:
            upstream.connect(str(server.socket))
            while request := connection.recv(65536):
                upstream.sendall(request)
                answer = upstream.recv(65536)
                if b"EVAL" in request:
                    count += 1
                    if count in lost:
                        return
                connection.sendall(answer)

    path = f"{server.socket}.proxy"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                if closing.is_set():
                    connection.close()
                    return
                threading.Thread(target=handle, args=[connection], daemon=True).start()

        closing = threading.Event()
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield path
        finally:
            closing.set()
            with socket.socket(socket.AF_UNIX) as last:
                last.connect(path)
            thread.join()
            Path(path).unlink()


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("processes", "numbers"), [pytest.param(2, 300, id="small"), pytest.param(4, 20_000, marks=pytest.mark.full)]
)
def test_processes_share_a_clock(server: RedisServer, tmp_path: Path, processes: int, numbers: int) -> None:
    """Processes draw numbers and as many are killed meanwhile: all distinct, increasing in issue order."""
    source = {"kind": "redis", "place": server.url, "rule": "clock"}
    runs = race(source, tmp_path, survivors=processes, numbers=numbers, victims=processes, victims_numbers=numbers // 4)
    assert len(check(runs)) >= processes * (numbers + numbers // 4)


@pytest.mark.usefixtures("counter")
@pytest.mark.parametrize(
    ("processes", "numbers"), [pytest.param(2, 200, id="small"), pytest.param(4, 4_000, marks=pytest.mark.full)]
)
def test_processes_share_a_counter(server: RedisServer, tmp_path: Path, processes: int, numbers: int) -> None:
    """The same with a counter, and no number is left out, but for what a process was killed with."""
    source = {"kind": "redis", "place": server.url, "rule": "counter"}
    runs = race(source, tmp_path, survivors=processes, numbers=numbers, victims=processes, victims_numbers=numbers // 4)
    drawn = check(runs)
    assert len(drawn) >= processes * (numbers + numbers // 4)
    assert len(set(range(1, drawn[-1] + 1)) - set(drawn)) <= processes


@pytest.mark.parametrize("rule", RULES)
def test_killed_between_issue_and_use(rule: Rule, server: RedisServer, client: redis.Redis) -> None:
    """The number of a process that is killed before it used it is not issued again."""
    source = RedisNonces(client, rule=rule)
    if rule == "counter":
        source.initialise(7)
    code = (
        "import os, redis, signal, qredo_signing\n"
        f"client = redis.Redis(unix_socket_path={str(server.socket)!r})\n"
        f"nonce = qredo_signing.RedisNonces(client, rule={rule!r}).next()\n"
        "os.write(1, str(nonce).encode()), os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = os.environ | {"PYTHONPATH": str(PLUGIN)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    nonce = source.next()
    assert nonce > int(done.stdout)
    assert rule == "clock" or (int(done.stdout), nonce) == (7, 8)


def test_threads_share_a_source(client: redis.Redis) -> None:
    """Eight threads draw from one source: distinct numbers, increasing in issue order."""
    source = RedisNonces(client)
    with ThreadPoolExecutor(8) as pool:
        runs = pool.map(lambda _: [draw(source) for _ in range(250)], range(8))
        assert len(check(runs)) == 2000


def test_numbers_follow_the_servers_clock(client: redis.Redis) -> None:
    """Numbers are microseconds of Redis's clock, so machines whose own clocks differ agree."""

    def now() -> int:
        seconds, micros = client.time()
        return int(seconds) * 1_000_000 + int(micros)

    before = now()
    assert before < RedisNonces(client).next() < now()


def test_a_clock_set_back(client: redis.Redis) -> None:
    """When Redis's clock is behind what was issued, numbers go on one by one, exactly."""
    client.set("qredo:nonce", FUTURE)
    one, two = RedisNonces(client), RedisNonces(client)
    assert [one.next(), two.next(), one.next()] == [FUTURE + 1, FUTURE + 2, FUTURE + 3]
    assert two.last() == FUTURE + 3
    assert client.get("qredo:nonce") == str(FUTURE + 3).encode()


def test_a_redis_without_its_data(server: RedisServer, client: redis.Redis) -> None:
    """After a restart without data a clock stays ahead of what this process used, also with Redis's clock set back."""
    client.set("qredo:nonce", FUTURE)
    source, other = RedisNonces(client), RedisNonces(client)
    assert source.next() == FUTURE + 1
    server.restart()
    assert client.get("qredo:nonce") is None
    assert other.next() < FUTURE
    assert source.next() == FUTURE + 2


def test_a_counter_without_its_data(server: RedisServer, client: redis.Redis, counter: RedisNonces) -> None:
    """A counter that Redis lost is not guessed: every call says what to do until it is initialised."""
    assert [counter.next(), counter.next()] == [1, 2]
    server.restart()
    for call in (counter.next, RedisNonces(client, rule="counter").next):
        with pytest.raises(NonceError, match=r"no counter in Redis under the key 'qredo:nonce'.*initialise\(that \+ 1"):
            call()
    assert counter.last() is None
    counter.initialise(3)
    assert counter.next() == 3


def test_a_counter_that_was_set_back(client: redis.Redis, counter: RedisNonces) -> None:
    """A process does not go on with a counter that is behind what it drew (an old snapshot) until it is repaired."""
    snapshot = client.dump("qredo:nonce")
    assert isinstance(snapshot, bytes)
    assert [counter.next(), counter.next()] == [1, 2]
    client.restore("qredo:nonce", 0, snapshot, replace=True)
    with pytest.raises(NonceError, match=r"issued 0 last, but this process was given 2: .*overwrite=True"):
        counter.next()
    counter.initialise(3, overwrite=True)
    assert counter.next() == 3


def test_a_counter_counts(client: redis.Redis, counter: RedisNonces) -> None:
    """A counter issues its start and then each next number, for every source that shares it."""
    other = RedisNonces(client, rule="counter")
    assert counter.last() == 0
    assert [counter.next(), other.next(), counter.next()] == [1, 2, 3]
    assert other.last() == 3


def test_a_counter_is_not_overwritten_by_mistake(client: redis.Redis, counter: RedisNonces) -> None:
    """A counter is made once; replacing it must be asked for, and also sets it back."""
    counter.next()
    with pytest.raises(NonceError, match=r"issued 1 last; leave initialise\(\) out to go on"):
        RedisNonces(client, rule="counter").initialise(1)
    assert counter.next() == 2
    counter.initialise(1, overwrite=True)
    assert [counter.next(), counter.next()] == [1, 2]


def test_giving_back(client: redis.Redis, counter: RedisNonces) -> None:
    """The number issued last can be given back and is issued again; an earlier one cannot, and that is an error."""
    other = RedisNonces(client, rule="counter")
    counter.give_back(counter.next())
    first, second = counter.next(), other.next()
    with pytest.raises(NonceError, match="nonce 1 was never sent and cannot be given back"):
        counter.give_back(first)
    other.give_back(second)
    counter.give_back(first)
    assert [other.next(), counter.next(), counter.next()] == [1, 2, 3]


@pytest.mark.parametrize("number", range(1, 8))
def test_a_client_that_repeats(number: int, server: RedisServer, counter: RedisNonces) -> None:
    """A counter leaves out no number when an answer is lost, whichever, and the client calls again by itself."""
    with losing_answers(server, {number}) as path, connected(path, repeats=3) as client:
        source = RedisNonces(client, rule="counter")
        assert [source.next(), source.next(), source.next()] == [1, 2, 3]
        source.give_back(3)
        assert [source.next(), counter.next(), source.next()] == [3, 4, 5]


def test_a_client_that_does_not_repeat(server: RedisServer, counter: RedisNonces) -> None:
    """A lost answer is an error; the next call is given the number that was lost with it."""
    with losing_answers(server, {2}) as path, connected(path, repeats=0) as client:
        source = RedisNonces(client, rule="counter")
        assert source.next() == 1
        with pytest.raises(NonceError, match=r"no nonce from Redis under the key 'qredo:nonce' \(ConnectionError\)"):
            source.next()
        assert counter.last() == 2
        assert [source.next(), source.next()] == [2, 3]


def test_a_repaired_counter_forgets_lost_answers(server: RedisServer, counter: RedisNonces) -> None:
    """A number whose answer was lost is not given out again after the counter was repaired."""
    with losing_answers(server, {1}) as path, connected(path, repeats=0) as client:
        source = RedisNonces(client, rule="counter")
        with pytest.raises(NonceError):
            source.next()
        counter.initialise(1, overwrite=True)
        assert [counter.next(), source.next()] == [1, 2]


class Recording:
    """A client that keeps what it sends, so that Redis can be made to run it again, late."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self.sent: list[tuple[Any, ...]] = []

    def eval(self, *call: Any) -> Any:
        """Send a call."""
        self.sent.append(call)
        return self._client.eval(*call)

    def send_again(self, number: int) -> None:
        """Send a call that was sent before, counted from the latest; the reply goes nowhere."""
        if self.sent:
            self._client.eval(*self.sent[-1 - number % len(self.sent)])


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["next", "give back", "next of another"])
        | st.integers(0, 5).map(lambda number: f"again {number}"),
        max_size=15,
    )
)
def test_a_call_that_redis_runs_late_changes_nothing(client: redis.Redis, steps: list[str]) -> None:
    """A call that is run again, however late, as out of a connection that its client gave up, changes nothing."""
    recording = Recording(client)
    source, other = RedisNonces(recording, rule="counter"), RedisNonces(client, rule="counter")
    other.initialise(1, overwrite=True)
    out = list[tuple[str, int]]()
    for step in steps:
        if step == "next":
            out.append(("", source.next()))
        elif step == "next of another":
            out.append(("of another", other.next()))
        elif step == "give back" and out and not out[-1][0]:
            source.give_back(out.pop()[1])
        elif step.startswith("again"):
            recording.send_again(int(step.split()[1]))
        assert [number for _, number in out] == list(range(1, len(out) + 1))
        assert other.last() == len(out)


def test_returns_that_were_lost_are_asked_for_by_number(server: RedisServer, counter: RedisNonces) -> None:
    """Of several returns whose replies were lost, each is finished as what it was, also when it is asked for twice."""
    with losing_answers(server, {4, 5, 6}) as path, connected(path, repeats=0) as client:
        source = RedisNonces(client, rule="counter")
        assert [source.next(), source.next(), source.next()] == [1, 2, 3]
        for number in (3, 2, 2):
            with pytest.raises(NonceError, match="ConnectionError"):
                source.give_back(number)
        assert [counter.next(), source.next()] == [2, 3]


def test_sources_that_are_gone_are_forgotten(client: redis.Redis) -> None:
    """Each process is a new source, of which a counter keeps the latest alone."""
    RedisNonces(client, rule="counter").initialise(1)
    for _ in range(600):
        RedisNonces(client, rule="counter").next()
    assert 256 < client.hlen("qredo:nonce") <= 513
    assert RedisNonces(client, rule="counter").next() == 601


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork(server: RedisServer, counter: RedisNonces) -> None:
    """A child and its parent, who go on with one source, draw different numbers."""
    code = (
        "import os, redis, qredo_signing\n"
        f"client = redis.Redis(unix_socket_path={str(server.socket)!r})\n"
        "source = qredo_signing.RedisNonces(client, rule='counter')\n"
        "out, drawn = [source.next()], os.pipe()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os.read(drawn[0], 1), os.write(1, f'{[source.next()]}\\n'.encode())\n"
        "    os._exit(0)\n"
        "out.append(source.next()), os.write(drawn[1], b'x'), os.waitpid(child, 0)\n"
        "out.append(source.next()), print(out)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(PLUGIN)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    numbers = [int(text) for line in done.stdout.split("\n") for text in line.strip("[]").split(", ") if text]
    assert numbers == [3, 1, 2, 4]


def test_rules_do_not_mix(client: redis.Redis, counter: RedisNonces) -> None:
    """A clock does not draw from a counter, which its numbers would shut out, nor a counter from a clock."""
    RedisNonces(client, key="clock").next()
    for call in (
        RedisNonces(client).next,
        RedisNonces(client).last,
        RedisNonces(client, key="clock", rule="counter").next,
        lambda: RedisNonces(client, key="clock", rule="counter").initialise(1),
        lambda: RedisNonces(client, key="clock", rule="counter").initialise(1, overwrite=True),
    ):
        with pytest.raises(NonceError, match="does not hold nonces of rule"):
            call()
    assert counter.next() == 1


def test_a_clock_needs_no_start(client: redis.Redis) -> None:
    """Initialising a clock is a mistake, and so is a rule that there is not."""
    with pytest.raises(ConfigurationError, match="for rule='counter'"):
        RedisNonces(client).initialise(1)
    rule: Any = "random"
    with pytest.raises(ConfigurationError, match="'random'"):
        RedisNonces(client, rule=rule)


@pytest.mark.parametrize("rule", RULES)
def test_a_client_that_decodes(rule: Rule, server: RedisServer, counter: RedisNonces) -> None:
    """A client that turns answers into text works as well, and so does one of the newer protocol."""
    with redis.Redis(unix_socket_path=str(server.socket), decode_responses=True, protocol=3) as client:
        source = RedisNonces(client, rule=rule, key=f"qredo:nonce{'' if rule == 'counter' else ':clock'}")
        first = source.next()
        source.give_back(first)
        assert source.next() == source.last()


def test_an_asynchronous_client() -> None:
    """An asynchronous client is refused when the source is made: a source is called in a thread."""
    client: Any = redis.asyncio.Redis()
    with pytest.raises(ConfigurationError, match="takes a synchronous client"):
        RedisNonces(client)


def wrong_password(socket_path: Path) -> redis.Redis:
    """A client whose user and password Redis does not take."""
    return redis.Redis.from_url(f"unix://nobody:planted-password@{socket_path}")


def nowhere(_: Path) -> redis.Redis:
    """A client of a Redis that is not there."""
    return redis.Redis.from_url("redis://:planted-password@127.0.0.1:1", retry=Retry(NoBackoff(), 0))


@pytest.mark.parametrize("make", [wrong_password, nowhere])
def test_errors_of_redis(make: Callable[[Path], redis.Redis], server: RedisServer) -> None:
    """What Redis or its client raises is the cause of a `NonceError`, and the password stands in neither."""
    with make(server.socket) as client, pytest.raises(NonceError, match="no nonce from Redis") as caught:
        RedisNonces(client).next()
    assert isinstance(caught.value.__cause__, redis.RedisError)
    assert "planted" not in "".join(traceback.format_exception(caught.value))
