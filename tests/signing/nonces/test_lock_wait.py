"""Waiting for a lock that many processes poll, in simulated time."""

from __future__ import annotations

import heapq
import random
import sqlite3
import time
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qredo_signing import SQLiteNonces
from qredo_signing._nonces import sqlite
from qredo_signing._nonces.lock_wait import LockWait, courtesy, poll_delay

TIMEOUT = 30.0
PROCESSES = 8


class Try(NamedTuple):
    """When a process tries to take the lock, which one it is, and since when it waits."""

    at: float
    process: int
    since: float


def longest_wait(held: float, rounds: int, chances: random.Random) -> float:
    """Let processes take the lock again and again, each time for about `held` seconds; return the longest wait."""
    free_at = longest = 0.0
    tries = [Try(chances.random() / 1000, process, 0.0) for process in range(PROCESSES)]
    heapq.heapify(tries)
    while rounds:
        at, process, since = heapq.heappop(tries)
        lateness = chances.random() / 10_000  # of a sleep
        if at < free_at:
            delay = poll_delay(at - since, TIMEOUT, chances.random())
            heapq.heappush(tries, Try(at + delay + lateness, process, since))
            continue
        rounds -= 1
        longest = max(longest, at - since)
        free_at = at + held * (0.5 + chances.random())
        heapq.heappush(tries, Try(free_at + courtesy(free_at - at) + lateness, process, free_at))
    return longest


@settings(max_examples=10, deadline=None)
@given(st.sampled_from([0.00005, 0.003, 0.02, 0.1]), st.integers(0, 2**32))
def test_no_process_starves(held: float, seed: int) -> None:
    """Eight processes that take the lock all the time, for up to 0.1 s, each get it long before the timeout."""
    assert longest_wait(held, 60, random.Random(seed)) < TIMEOUT / 2


@given(st.floats(0, 100), st.floats(0.001, 100), st.floats(0, 1))
def test_delays(waited: float, timeout: float, chance: float) -> None:
    """A delay is positive, at most 2 ms, and gets shorter with the time waited."""
    assert 0.002 >= poll_delay(waited, timeout, chance) > poll_delay(waited + timeout, timeout, chance) > 0


def test_other_errors_end_the_wait() -> None:
    """What is no lock is raised at once."""
    calls = []

    def fail() -> None:
        calls.append(1)
        raise ValueError("no lock")

    with pytest.raises(ValueError, match="no lock"):
        LockWait(60, lambda error: isinstance(error, BlockingIOError)).until_free(fail)
    assert calls == [1]


def test_a_lock_that_becomes_free() -> None:
    """What a lock held up is done when it is free, and its result is returned."""
    errors = [BlockingIOError(), BlockingIOError()]

    def act() -> str:
        if errors:
            raise errors.pop()
        return "done"

    assert LockWait(60, lambda error: isinstance(error, BlockingIOError)).until_free(act) == "done"


def test_an_interrupt_when_the_lock_was_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C right after a file was locked leaves no lock that other processes wait for, and no transaction."""
    nonces = SQLiteNonces(tmp_path / "nonces")
    first = nonces.next()

    def interrupt() -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(sqlite, "time", SimpleNamespace(monotonic=interrupt))
    with pytest.raises(KeyboardInterrupt):
        nonces.next()
    monkeypatch.setattr(sqlite, "time", time)
    other = sqlite3.connect(tmp_path / "nonces", timeout=0, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    other.close()
    assert nonces.next() > first
