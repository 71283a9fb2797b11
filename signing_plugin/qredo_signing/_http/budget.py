"""How many repeats a client may add to the load of a service that is in trouble."""

from __future__ import annotations

import threading

__all__ = ["CAPACITY", "REFUND", "Budget"]

CAPACITY = 10.0
"""Repeats that a client may make before the service has answered anything well."""
REFUND = 0.1
"""What an answered request gives back: in the long run one repeat in ten."""


class Budget:
    """A bucket of tokens, shared by all calls of a client: a repeat costs one, a success gives a part of one back.

    While the service is down, each call is made once and fails at once, instead of every call being made three times.
    """

    def __init__(self, capacity: float = CAPACITY) -> None:
        self._capacity = self._tokens = capacity
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Pay for a repeat. False: there is nothing left, so do not repeat."""
        with self._lock:
            if self._tokens < 1.0:
                return False
            self._tokens -= 1.0
            return True

    def give_back(self) -> None:
        """Count a success."""
        with self._lock:
            self._tokens = min(self._capacity, self._tokens + REFUND)
