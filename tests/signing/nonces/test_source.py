"""What all stores share: a number whose return was cut off, a store that is wrong, and a child process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing import ConfigurationError, NonceError
from qredo_signing._nonces.source import InProcessNonces, StoredNonces

from ..doubles import Rule

FAULTS = ["none", "lost before", "lost after"]


class MemoryStore(StoredNonces):
    """A store in memory whose connection can be lost, before or after it did what was asked."""

    def __init__(self, rule: Rule = "counter", last: int | None = 0) -> None:
        super().__init__(rule, "memory")
        self.value = last
        self.fault = "none"
        self.is_let_go = False
        self.forks = 0

    def _before_fork(self) -> None:
        self.is_let_go = True

    def _after_fork_in_parent(self) -> None:
        self.is_let_go = False
        self.forks += 1

    @contextmanager
    def _connection(self) -> Iterator[None]:
        fault, self.fault = self.fault, "none"
        if fault == "lost before":
            raise NonceError("the connection is lost")
        yield
        if fault == "lost after":
            raise NonceError("the connection is lost")

    def _issue(self, used: int) -> int:
        if self.value is None:
            raise self._missing()
        self.value += 1
        return self.value

    def _take_back(self, nonce: int) -> bool:
        with self._connection():
            if self.value != nonce:
                return False
            self.value = nonce - 1
            return True

    def _create(self, last: int, *, overwrite: bool) -> bool:
        if self.value is not None and not overwrite:
            return False
        self.value = last
        return True

    def _read(self) -> int | None:
        return self.value


@given(st.lists(st.sampled_from(["next", *FAULTS]), max_size=30))
def test_a_return_that_was_cut_off_leaves_no_gap(steps: list[str]) -> None:
    """Whatever happens to the connection while numbers are given back, the next number is the one the store has."""
    source, out = MemoryStore(), list[int]()
    for step in steps:
        if step == "next" or not out:
            out.append(source.next())
            assert out == list(range(1, len(out) + 1))
            continue
        source.fault = step
        with suppress(NonceError):
            source.give_back(out[-1])
        if step != "lost before":  # then the store still has it as issued, which a counter's owner is told
            out.pop()
        elif source.next() == out[-1] + 1:
            out.append(out[-1] + 1)
    assert source.last() == len(out)


@pytest.mark.parametrize("given_back", [1, 2])
def test_numbers_that_were_given_back_in_a_row(given_back: int) -> None:
    """Several numbers can be given back, the last of them over a connection that is lost, and each is issued again."""
    source = MemoryStore()
    numbers = [source.next() for _ in range(3)]
    for _ in range(given_back):
        source.give_back(numbers.pop())
    source.fault = "lost after"
    with pytest.raises(NonceError, match="lost"):
        source.give_back(numbers.pop())
    assert source.next() == len(numbers) + 1


class KnowingStore(MemoryStore):
    """A store that can be asked again to take a number back, and knows whether it did, as the one in Redis."""

    def _is_taken_back(self, nonce: int) -> bool:
        return self._take_back(nonce) or self.value == nonce - 1


@pytest.mark.parametrize("fault", ["lost before", "lost after"])
def test_a_store_that_can_be_asked_again(fault: str) -> None:
    """Numbers whose return never reached such a store go back before the next one is drawn, the last one first."""
    source = KnowingStore()
    numbers = [source.next() for _ in range(4)]
    for _ in range(3):
        source.fault = fault
        with pytest.raises(NonceError, match="lost"):
            source.give_back(numbers.pop())
    assert source.next() == 2


@pytest.mark.parametrize("last", [-1, 0, 4, 2**53])
def test_a_store_that_gives_no_greater_number(last: int) -> None:
    """A number that is not greater than the one before, or too large to count with, is refused and not used."""
    source = MemoryStore()
    for _ in range(5):
        source.next()
    source.value = last
    with pytest.raises(NonceError, match=f"the store gave {last + 1} after 5, which no source stores"):
        source.next()


def test_the_first_and_the_last_number() -> None:
    """A counter may begin with 0, also when it is repaired, and ends with 2**53."""
    source = MemoryStore(last=-1)
    assert source.next() == 0
    source.initialise(0, overwrite=True)
    assert source.next() == 0
    source.initialise(2**53 - 1, overwrite=True)
    assert [source.next(), source.next()] == [2**53 - 1, 2**53]


class Interrupted(InProcessNonces):
    """A source whose number a signal handler that raises keeps from being taken back."""

    def _take_back(self, nonce: int) -> bool:
        raise KeyboardInterrupt


def test_an_interruption_takes_nothing_back() -> None:
    """Where a return was interrupted before a source in memory did it, the number stays issued."""
    source = Interrupted(rule="counter", start=1)
    numbers = [source.next(), source.next()]
    with pytest.raises(KeyboardInterrupt):
        source.give_back(numbers[0])
    assert source.next() == 3


@pytest.mark.parametrize("rule", ["clock", "counter"])
def test_repairs_are_for_the_rule(rule: Rule) -> None:
    """What to do about a damaged store depends on what it holds."""
    advice = {"clock": "delete it; numbers go on", "counter": r"call initialise\(that \+ 1, overwrite=True\)"}
    assert_raises = pytest.raises(NonceError, match=advice[rule])
    with assert_raises:
        raise MemoryStore(rule)._damaged()


def test_a_clock_in_a_store_needs_no_start() -> None:
    """A store of the rule `clock` takes no start."""
    with pytest.raises(ConfigurationError, match="starts by itself"):
        MemoryStore("clock").initialise(5)


def test_what_a_store_has_to_do() -> None:
    """A store is made of four functions, and not without one of them."""
    assert StoredNonces.__abstractmethods__ == {"_issue", "_take_back", "_create", "_read"}


def test_options_are_given_by_name() -> None:
    """A second argument of `initialise` could be taken for a number, so `overwrite` is given by name alone."""
    initialise: Callable[..., None] = MemoryStore().initialise
    with pytest.raises(TypeError, match="positional"):
        initialise(5, True)
    make: Any = InProcessNonces
    with pytest.raises(TypeError, match="positional"):
        make("counter", 5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("is_returning", [False, True])
def test_a_child_has_a_lock_of_its_own(is_returning: bool) -> None:
    """A child draws the number that the store has next, though its parent held the lock, or was giving one back."""
    source = MemoryStore()
    numbers = [source.next() for _ in range(3)]
    if is_returning:
        source.fault = "lost after"
        with pytest.raises(NonceError, match="lost"):
            source.give_back(numbers.pop())
    with source._lock:  # as another thread of the parent would
        pid = os.fork()
        if pid == 0:
            source.fault = "lost before"  # a child that finishes what the parent began would use the connection
            os._exit(source.next() if source.is_let_go else 0)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == len(numbers) + 1
    assert (source.is_let_go, source.forks) == (False, 1)
    assert source.next() == len(numbers) + 1
