"""Where nonces come from: numbers that only grow, for each API key."""

from __future__ import annotations

import time
from typing import Protocol

from ..errors import ConfigurationError
from .source import Clock, Nonces, Rule, check_start, microseconds

__all__ = ["SHARED_NONCES", "InProcessNonces", "NonceSource"]


class NonceSource(Protocol):
    """Gives the nonce of each attempt. Every call gives a greater number; never the same twice for one API key.

    A source may have more, which is looked for by name:

    - `rule`, "clock" (as if it were not there) or "counter". With "counter" the service takes exactly last + 1, so a
      request without an answer is never repeated.
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


class InProcessNonces(Nonces):
    """Nonces for one process, safe for threads and tasks.

    With rule `clock`, the clock keeps a restarted process ahead of its former self. A counter does not survive the
    process: whoever starts it must know the nonce that the service took last; `SQLiteNonces` remembers it.

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


SHARED_NONCES = InProcessNonces()
"""One for the whole process, so that several clients with the same API key do not overtake each other."""
