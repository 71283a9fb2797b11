"""Where nonces come from: numbers that only grow, for each API key."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

__all__ = ["SHARED_NONCES", "InProcessNonces", "NonceSource"]

Clock = Callable[[], float]


class NonceSource(Protocol):
    """Gives the nonce of each attempt. Every call gives a greater number; never the same twice for one API key."""

    def next(self) -> int:
        """Return the next nonce. Called from several threads at once."""
        ...


class InProcessNonces:
    """Nonces for one process: `max(last + 1, microseconds of the clock)`, safe for threads and tasks.

    The clock keeps a restarted process ahead of its former self. Two processes (also: two forks) that use the same API
    key need a source that they share.
    """

    def __init__(self, clock: Clock = time.time) -> None:
        self._clock = clock
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        """Return the next nonce."""
        with self._lock:
            self._last = max(self._last + 1, int(self._clock() * 1_000_000))
            return self._last


SHARED_NONCES = InProcessNonces()
"""One for the whole process, so that several clients with the same API key do not overtake each other."""
