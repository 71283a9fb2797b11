"""Sources of nonces: the protocol, the rules, what all sources share (one number at a time, forks), and the default."""

from __future__ import annotations

import os
import threading
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Literal, Protocol, TypeAlias

from ..errors import ConfigurationError, NonceError

__all__ = [
    "MAX_NONCE",
    "SHARED_NONCES",
    "Clock",
    "InProcessNonces",
    "NonceSource",
    "Nonces",
    "Rule",
    "StoredNonces",
    "check_start",
    "microseconds",
]

Clock: TypeAlias = Callable[[], float]

Rule: TypeAlias = Literal["clock", "counter"]
"""`clock`: the greater of last + 1 and the clock in microseconds. `counter`: exactly last + 1, from a given start."""

MAX_NONCE = 2**53  # Redis counts in doubles, and so does every JSON reader in JavaScript


class NonceSource(Protocol):
    """Gives the nonce of each attempt. Every call gives a greater number; never the same twice for one API key.

    A source may have more, which is looked for by name:

    - `rule`, "clock" (as if it were not there) or "counter". With "counter" the service takes exactly last + 1, so a
      request without a response is never retried.
    - `blocks`, False if it is not there: whether `next()` waits for a disk or a network. Async code then calls it in a
      thread.
    - `persistent`, True if it is not there: whether a counter goes on where it stood when the process is started again.
      A version of the API that counts (1.0) is not called with one that does not.
    - `give_back(nonce)`, for a counter: the number was never sent, issue it again. Raises `NonceError` if a later
      number was issued meanwhile.
    """

    def next(self) -> int:
        """Return the next nonce. Called from several threads at once."""
        ...


class Nonces(ABC):
    """A source that gives one number at a time, each greater than all that this object gave before.

    Attributes:
        rule: What the next number is; see `Rule`.
        blocks: Whether `next()` waits for a disk or a network, so that async code calls it in a thread.
        persistent: Whether a counter goes on where it stood when the process is started again.
    """

    blocks: ClassVar[bool] = False
    persistent: ClassVar[bool] = False

    def __init__(self, rule: Rule) -> None:
        if rule not in {"clock", "counter"}:
            raise ConfigurationError(f"rule is {rule!r}: give 'clock' or 'counter'")
        self.rule: Rule = rule
        self._used = 0 if rule == "clock" else -1
        self._used_before = self._used
        self._returning: dict[int, int] = {}
        """Numbers that are being given back, or for which it is not known whether the store took them back.

        Each with how many there were until then: a store can tell by it that it is asked again."""
        self._returns = 0
        self._lock = threading.Lock()
        with _watching:
            _sources.add(self)

    def next(self) -> int:
        """Return the next nonce, greater than every one that was returned before.

        Raises:
            NonceError: The store cannot be reached or cannot be trusted. No number is guessed.
        """
        with self._lock:
            while self._returning:
                self._return(next(iter(self._returning)))
            nonce = self._issue(self._used)
            if not self._used < nonce <= MAX_NONCE:
                raise NonceError(
                    f"the store gave {nonce} after {self._used}, which no source stores: it is damaged, or "
                    "something else writes to it. No number is guessed; find out what does, and repair it"
                )
            self._used_before, self._used = self._used, nonce
            return nonce

    def give_back(self, nonce: int) -> None:
        """Take back the number that was issued last because it was never sent; the next call issues it again.

        With rule `clock` nothing happens: gaps do no harm there.

        Raises:
            NonceError: A later number was issued meanwhile, so this one stays a gap.
        """
        if self.rule == "clock":
            return
        with self._lock:
            # A greater number than the last was given back before: by now another process may have drawn it.
            if nonce > self._used or not self._return(nonce):
                raise NonceError(
                    f"nonce {nonce} was never sent and cannot be given back, because it is not the last one issued. "
                    f"A service that counts waits for it and refuses later ones: stop what sends with this API key and "
                    f"set the counter to the nonce that the service waits for"
                )

    def _return(self, nonce: int) -> bool:
        is_asked_again = nonce in self._returning
        self._returns += 1
        self._returning.setdefault(nonce, self._returns)
        is_taken_back = self._is_taken_back(nonce) if is_asked_again else self._take_back(nonce)
        del self._returning[nonce]
        if is_taken_back:
            self._go_back_before(nonce)
        return is_taken_back

    def _go_back_before(self, nonce: int) -> None:
        # `_used_before` goes back one step. When several numbers are given back in a row, nonce - 1 is lower.
        self._used = min(self._used, self._used_before, nonce - 1)

    def _is_taken_back(self, nonce: int) -> bool:
        """Whether the store took a number back, though `_take_back` did not say so. Called with the lock held."""
        return False

    @abstractmethod
    def _issue(self, used: int) -> int:
        """Return the next number; `used` is the one that this object returned last. Called with the lock held."""

    @abstractmethod
    def _take_back(self, nonce: int) -> bool:
        """Make `nonce` the next number again if it is the last; return whether it was. Called with the lock held."""

    def _before_fork(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Let go of what must not be inherited."""

    def _after_fork_in_parent(self) -> None:  # noqa: B027
        """Undo `_before_fork`."""

    def _after_fork_in_child(self) -> None:
        # Another thread of the parent may have held it: that thread does not exist here.
        self._lock = threading.Lock()
        for nonce in self._returning:  # that is for the parent to finish
            self._go_back_before(nonce)
        self._returning = {}


class InProcessNonces(Nonces):
    """Nonces for one process, safe for threads and tasks.

    With rule `clock`, the clock keeps a restarted process ahead of its former self. A counter does not survive the
    process: its next start needs the nonce that the service accepted last; `SQLiteNonces` remembers it.

    That is why `connect` does not take such a counter for a version of the API that counts (1.0).

    Two processes (also: two forks) that use the same API key need a source that they share.

    Args:
        rule: `clock`: max(last + 1, microseconds of the clock). `counter`: exactly last + 1.
        start: The first number of a counter.
        clock: Seconds since the epoch.

    Raises:
        ConfigurationError: A counter without a start, or a start without a counter.
    """

    def __init__(self, *, rule: Rule = "clock", start: int | None = None, clock: Clock = time.time) -> None:
        super().__init__(rule)
        self._clock = clock
        if rule == "counter":
            self._used = self._used_before = check_start(start) - 1
        elif start is not None:
            raise ConfigurationError("rule 'clock' starts by itself: start= is for rule='counter'")

    def _issue(self, used: int) -> int:
        return used + 1 if self.rule == "counter" else max(used + 1, microseconds(self._clock))

    def _take_back(self, nonce: int) -> bool:
        return nonce == self._used


class StoredNonces(Nonces):
    """A source whose numbers are kept outside the process, so that several processes share them."""

    blocks: ClassVar[bool] = True
    persistent: ClassVar[bool] = True

    def __init__(self, rule: Rule, place: str) -> None:
        super().__init__(rule)
        self._place = place

    def initialise(self, start: int, *, overwrite: bool = False) -> None:
        """Say where a counter begins, once; or repair it.

        To repair: stop everything that sends with this API key, find the nonce that the service accepted last, and give
        that + 1 with `overwrite=True`. Other processes refuse a counter that was set back until they are restarted.

        Args:
            start: The number that `next()` gives next.
            overwrite: Replace a counter that is there.

        Raises:
            ConfigurationError: The rule is `clock`, which needs no start, or `start` is no number to start from.
            NonceError: There is a counter already, or the store cannot be reached.
        """
        if self.rule == "clock":
            raise ConfigurationError("rule 'clock' starts by itself: initialise() is for rule='counter'")
        last = check_start(start) - 1
        with self._lock:
            if not self._create(last, overwrite=overwrite):
                raise NonceError(
                    f"there is a counter in {self._place} already, which issued {self._read()} last; "
                    f"leave initialise() out to go on from there, or give overwrite=True to replace it"
                )
            self._used = self._used_before = -1

    def last(self) -> int | None:
        """Return the number that was issued last by any process (`start - 1` before the first), or None."""
        with self._lock:
            return self._read()

    @abstractmethod
    def _create(self, last: int, *, overwrite: bool) -> bool:
        """Store the beginning of a counter; return False if there is one that may not be replaced."""

    @abstractmethod
    def _read(self) -> int | None:
        """Return what is stored, if anything."""

    def _is_taken_back(self, nonce: int) -> bool:
        return self._read() == nonce - 1

    def _damaged(self) -> NonceError:
        repair = "find the nonce that the service accepted last and call initialise(that + 1, overwrite=True)"
        if self.rule == "clock":
            repair = "stop what sends with this API key and delete it; numbers go on from the clock"
        return NonceError(
            f"the number in {self._place} is damaged: it is not from 0 to 2**53. No number is guessed; {repair}"
        )

    def _missing(self) -> NonceError:
        return NonceError(
            f"there is no counter in {self._place}, and its next number is not guessed. Find the nonce that the "
            f"service accepted last and call initialise(that + 1) once"
        )

    def _set_back(self, last: int, used: int) -> NonceError:
        return NonceError(
            f"the counter in {self._place} issued {last} last, but this process was given {used}: the store was "
            f"restored or replaced. Find the nonce that the service accepted last and call initialise(that + 1, "
            f"overwrite=True); if the counter was set back on purpose, restart this process"
        )

    def _other_rule(self) -> NonceError:
        return NonceError(
            f"{self._place} does not hold nonces of rule {self.rule!r}. One place keeps one rule: a clock's number "
            f"would block a counter for good. Give another place or name"
        )


def check_start(start: int | None) -> int:
    """Return a start for a counter.

    Raises:
        ConfigurationError: It is missing, no whole number, negative, or too large to be counted exactly.
    """
    if type(start) is not int or not 0 <= start < MAX_NONCE:
        raise ConfigurationError(
            f"start is {start!r}: a counter needs the whole number to begin with, from 0 to below 2**53"
        )
    return start


def microseconds(clock: Clock) -> int:
    """Return the clock in whole microseconds.

    Raises:
        NonceError: It is no time before the year 2255. A store that kept it would be of no use when the clock is right.
    """
    seconds = clock()
    if not abs(seconds) * 1_000_000 < MAX_NONCE:  # nor NaN
        raise NonceError(f"the clock says {seconds} s since 1970: set the clock of this machine (NTP)")
    return int(seconds * 1_000_000)


_sources: weakref.WeakSet[Nonces] = weakref.WeakSet()
_watching = threading.Lock()


def _before_fork() -> None:
    _watching.acquire()  # until after the fork: otherwise the child may inherit it held by a thread that it lacks
    for source in _sources:
        source._before_fork()


def _after_fork_in_parent() -> None:
    for source in _sources:
        source._after_fork_in_parent()
    _watching.release()


def _after_fork_in_child() -> None:
    for source in _sources:
        source._after_fork_in_child()
    _watching.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)

SHARED_NONCES = InProcessNonces()
"""One for the whole process, so that several clients with the same API key do not overtake each other."""
