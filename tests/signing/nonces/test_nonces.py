"""Nonces: strictly increasing, for any caller and any clock."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing import (
    ConfigurationError,
    Credentials,
    Environment,
    InProcessNonces,
    NonceError,
    PartnerAuth,
    RedisNonces,
    SQLiteNonces,
)
from qredo_signing._nonces.source import SHARED_NONCES, Nonces

from ..doubles import DummyHSM, Rule, send_bare
from .nonce_race import PLUGIN, Draw, check, draw

URL = "https://sandbox-api.qredo.network/api/v1/p/assets"


def nonce_of(auth: PartnerAuth) -> int:
    """Send a request and return its nonce."""
    return int(send_bare("sync", auth, httpx.Request("GET", URL)).headers["x-nonce"])


@given(st.lists(st.floats(0, 4e9), min_size=1, max_size=50))
def test_nonces_increase_whatever_the_clock_does(times: list[float]) -> None:
    """Each nonce is greater than the last, and never behind the clock, also when the clock is set back."""
    clock = iter(times)
    source = InProcessNonces(clock=lambda: next(clock))
    nonces = [source.next() for _ in times]
    assert nonces == sorted(set(nonces))
    assert all(nonce >= int(time * 1_000_000) for nonce, time in zip(nonces, times, strict=True))


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf"), 1e10])
@pytest.mark.parametrize("kind", ["process", "sqlite"])
def test_a_clock_that_is_out_of_order_spoils_nothing(kind: str, wrong: float, tmp_path: Path) -> None:
    """A clock that says no time, or one beyond 2**53 microseconds, is an error; when it is right, numbers go on."""
    times = iter([5.0, wrong, 6.0])
    make: Callable[..., Nonces] = InProcessNonces if kind == "process" else partial(SQLiteNonces, tmp_path / "n.db")
    source = make(clock=lambda: next(times))
    assert source.next() == 5_000_000
    with pytest.raises(NonceError, match="the clock says"):
        source.next()
    assert source.next() == 6_000_000


def test_threads_share_a_source() -> None:
    """Eight threads get distinct nonces, each thread's in increasing order, though each look at the clock lets go."""

    def clock() -> float:
        time.sleep(0)
        return 0.0

    source = InProcessNonces(clock=clock)
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: [source.next() for _ in range(2000)], range(8)))
    assert all(run == sorted(run) for run in runs)
    assert sorted(nonce for run in runs for nonce in run) == list(range(1, 16001))


@pytest.mark.parametrize("rule", ["clock", "counter"])
def test_threads_and_tasks_together(rule: Rule) -> None:
    """Eight threads and eight tasks that use a source at once get distinct numbers, increasing in issue order."""
    source = InProcessNonces(rule=rule, start=1 if rule == "counter" else None)
    together = threading.Barrier(9)

    async def task(run: list[Draw]) -> None:
        for _ in range(2000):
            run.append(draw(source))
            await asyncio.sleep(0)

    async def tasks() -> list[list[Draw]]:
        runs: list[list[Draw]] = [[] for _ in range(8)]
        together.wait()
        await asyncio.gather(*map(task, runs))
        return runs

    def thread() -> list[list[Draw]]:
        together.wait()
        return [[draw(source) for _ in range(2000)]]

    with ThreadPoolExecutor(9) as pool:
        futures = [pool.submit(asyncio.run, tasks()), *(pool.submit(thread) for _ in range(8))]
        numbers = check(run for future in futures for run in future.result())
    assert len(numbers) == 32000
    assert rule == "clock" or numbers == list(range(1, 32001))


@given(st.integers(0, 2**53 - 50), st.lists(st.sampled_from(["next", "give back", "give back another"]), max_size=50))
def test_a_counter_is_a_row_without_gaps(start: int, steps: list[str]) -> None:
    """A counter issues its start and then each next number; the last one can be given back and is issued again."""
    source = InProcessNonces(rule="counter", start=start)
    out: list[int] = []
    for step in steps:
        if step == "next":
            out.append(source.next())
        elif step == "give back" and out:
            source.give_back(out.pop())
        else:
            with pytest.raises(NonceError, match="cannot be given back"):
                source.give_back(start + len(out))
        assert out == list(range(start, start + len(out)))


def test_a_counter_ends() -> None:
    """The last number is 2**53, since readers of JSON that count in doubles take the next one for the same."""
    source = InProcessNonces(rule="counter", start=2**53 - 1)
    assert [source.next(), source.next()] == [2**53 - 1, 2**53]
    with pytest.raises(NonceError, match="No number is guessed"):
        source.next()


def test_a_clock_takes_nothing_back() -> None:
    """With the rule `clock` a number that was given back is not issued again: gaps do no harm."""
    source = InProcessNonces(clock=lambda: 0)
    source.give_back(source.next())
    assert source.next() == 2


@pytest.mark.parametrize("start", [None, -1, 1.0, "1", True, 2**53])
def test_a_counter_needs_a_start(start: Any) -> None:
    """A counter in one process is told where to begin: a whole number that every part can count exactly."""
    with pytest.raises(ConfigurationError, match="start is"):
        InProcessNonces(rule="counter", start=start)


def test_a_clock_takes_no_start() -> None:
    """A start without a counter is a mistake, and said so."""
    with pytest.raises(ConfigurationError, match="for rule='counter'"):
        InProcessNonces(start=5)


def test_there_are_two_rules() -> None:
    """Another rule is refused by name."""
    rule: Any = "random"
    with pytest.raises(ConfigurationError, match="'random': give 'clock' or 'counter'"):
        InProcessNonces(rule=rule)


def test_what_a_source_says_of_itself() -> None:
    """Each source says its rule, and whether it waits for a disk or a network."""
    assert (InProcessNonces().rule, InProcessNonces.blocks) == ("clock", False)
    assert (InProcessNonces.persistent, SQLiteNonces.persistent, RedisNonces.persistent) == (False, True, True)
    assert (InProcessNonces(rule="counter", start=1).rule, SQLiteNonces.blocks, RedisNonces.blocks) == (
        "counter",
        True,
        True,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_while_a_number_is_drawn() -> None:
    """A child can draw numbers though a thread of its parent was drawing one when it was forked."""
    code = (
        "import os, threading\n"
        "from qredo_signing import InProcessNonces\n"
        "asked, go_on, here = threading.Event(), threading.Event(), os.getpid()\n"
        "def clock():\n"
        "    if os.getpid() == here: asked.set(), go_on.wait()\n"
        "    return 0.0\n"
        "source = InProcessNonces(clock=clock)\n"
        "threading.Thread(target=source.next).start()\n"
        "asked.wait()\n"
        "if os.fork() == 0: print(source.next(), flush=True), os._exit(0)\n"
        "os.wait(), go_on.set()\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(PLUGIN)}, capture_output=True, timeout=600)
    assert (done.stdout, done.stderr) == (b"1\n", b"")


def test_tasks_share_a_source(credentials: Credentials) -> None:
    """Requests of concurrent tasks, signed in threads, carry distinct nonces."""
    fast = Credentials(credentials.api_key, DummyHSM(None, bytes(256)))
    auth = PartnerAuth(fast, Environment.SANDBOX, stamp="nonce", offload=True)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text=request.headers["x-nonce"]))

    async def main() -> list[int]:
        async with httpx.AsyncClient(auth=auth, transport=transport) as http:
            responses = await asyncio.gather(*(http.get(URL) for _ in range(200)))
        return [int(response.text) for response in responses]

    assert len(set(asyncio.run(main()))) == 200


def test_clients_of_one_process_share_a_source(credentials: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two auths with the same API key continue each other's nonces, also when the clock is set back."""
    auths = [PartnerAuth(credentials, Environment.SANDBOX, stamp="nonce") for _ in range(2)]
    first = nonce_of(auths[0])
    monkeypatch.setattr(SHARED_NONCES, "_clock", lambda: 0)
    assert [nonce_of(auths[turn % 2]) for turn in range(1, 5)] == [first + turn for turn in range(1, 5)]


def test_a_clock_of_ones_own(credentials: Credentials) -> None:
    """Nonces follow the clock that is given, in microseconds."""
    auth = PartnerAuth(credentials, Environment.SANDBOX, stamp="nonce", clock=lambda: 1.5)
    assert [nonce_of(auth), nonce_of(auth)] == [1500000, 1500001]


@pytest.mark.parametrize("nonce", [1.5, "1", None])
def test_a_nonce_is_a_whole_number(nonce: Any, credentials: Credentials) -> None:
    """A source that gives anything but an int fails before anything is sent."""
    source: Any = SimpleNamespace(next=lambda: nonce)
    auth = PartnerAuth(credentials, Environment.SANDBOX, nonces=source)
    with pytest.raises((TypeError, ValueError)):
        send_bare("sync", auth, httpx.Request("GET", URL))


def test_a_source_of_ones_own(credentials: Credentials) -> None:
    """Any object with `next()` is a source, and giving one switches to nonces."""

    class Counter:
        def __init__(self) -> None:
            self.last = 0

        def next(self) -> int:
            self.last += 1
            return self.last

    auth = PartnerAuth(credentials, Environment.SANDBOX, nonces=Counter())
    assert [nonce_of(auth), nonce_of(auth)] == [1, 2]
