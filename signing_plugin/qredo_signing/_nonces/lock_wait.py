"""Waiting for a lock that several processes poll, so that each of them gets its turn."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, TypeVar

__all__ = ["LATEST", "POLL", "LockWait", "courtesy", "poll_delay"]

POLL: Final = 0.002
"""Longest delay in seconds between two tries. A process that gets the lock often in a row reads less from the file."""

LATEST: ContextVar[float] = ContextVar("qredo_signing_latest", default=math.inf)
"""When each wait of this thread or task must have ended, on the clock `time.monotonic`: the deadline of a call."""

_AGING = 50

T = TypeVar("T")


def poll_delay(waited: float, timeout: float, chance: float) -> float:
    """Return the seconds until the next try.

    The longer a process has waited, the more often it tries, so the oldest one is the likeliest to find the lock free.
    A random part keeps processes that began together from trying in step.

    Args:
        waited: Seconds since the first try.
        timeout: After how many seconds the wait ends with an error.
        chance: A random number from 0 to 1.
    """
    return POLL * (0.5 + chance / 2) / (1 + _AGING * waited / timeout)


def courtesy(held: float) -> float:
    """Return for how many seconds a process that held the lock leaves it to others.

    A lock that is held for longer than `POLL`, as on a slow disk, is seldom free. Without a pause, the process that
    released it would take it again before the others try.
    """
    return 1.5 * POLL if held > POLL else 0.0


class LockWait:
    """Retry what needs the lock until it is free.

    Args:
        timeout: After how many seconds an error ends the wait.
        is_busy: Whether an error says that another process holds the lock.

    Attributes:
        limit: After how many seconds the last wait would have ended: `timeout`, or earlier because of `LATEST`.
    """

    def __init__(self, timeout: float, is_busy: Callable[[Exception], bool]) -> None:
        self.limit = self._timeout = timeout
        self._is_busy = is_busy
        self._not_before = 0.0

    def until_free(self, action: Callable[[], T]) -> T:
        """Return the result of the action, called until no other process holds the lock.

        Raises:
            Exception: The error of the action: another one than a lock that is held, or the last one before the
                timeout.
        """
        began = time.monotonic()
        self.limit = max(0.0, min(self._timeout, LATEST.get() - began))
        if began < self._not_before:
            time.sleep(self._not_before - began)
        while True:
            try:
                return action()
            except Exception as error:
                waited = time.monotonic() - began
                if not self._is_busy(error) or waited >= self.limit:
                    raise
            time.sleep(poll_delay(waited, self._timeout, random.random()))  # noqa: S311 - no secret

    def released(self, taken_at: float) -> None:
        """Note that the lock was released, which was taken at a time of `time.monotonic()`."""
        now = time.monotonic()
        self._not_before = now + courtesy(now - taken_at)
