"""A clock that learns from a server by how much it is wrong."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from .._diagnostics import log
from ..errors import ClockSkewError

__all__ = ["LIMIT", "TOLERANCE", "SkewedClock"]

TOLERANCE = 5.0
"""Seconds; a smaller difference is not why a signature is refused."""
LIMIT = 3600.0
"""Seconds; the Date header is only as true as TLS, so no server may move our timestamps further than this."""


class SkewedClock:
    """Our clock plus what a server has shown it to be off by; shared by threads and tasks."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._offset = 0.0
        self._lock = threading.Lock()

    @property
    def offset(self) -> float:
        """Seconds that are added to our clock."""
        return self._offset

    def now(self) -> float:
        """Return the corrected time: seconds since the epoch."""
        return self._clock() + self._offset

    def learn(self, date: float, stamp: float, offset: float) -> bool:
        """Look at the response to a refused request, and correct the clock if that may be why it was refused.

        Args:
            date: The server's time, from its response: whole seconds.
            stamp: The timestamp that the request carried.
            offset: What `offset` was when it was stamped.

        Returns:
            Whether the request is worth another signature.

        Raises:
            ClockSkewError: The clocks differ by more than is ever corrected.
        """
        sent, received = stamp - offset, self._clock()
        # The server answered somewhere between the two, so nothing is certain within half of that time.
        tolerance = TOLERANCE + max(0.0, received - sent) / 2
        difference = date + 0.5 - (sent + received) / 2
        if abs(difference - offset) <= tolerance:
            return False
        if abs(difference) > LIMIT:
            way = "ahead of" if difference > 0 else "behind"
            raise ClockSkewError(
                f"the server refused the signature, and its clock is {abs(difference):.0f} s {way} ours, where at most "
                f"{LIMIT:.0f} s are corrected: set the clock of this machine (NTP)",
                difference=difference,
            )
        with self._lock:
            # Another thread may have been here first.
            if abs(difference - self._offset) > tolerance:
                self._offset = difference
                text = "the server's clock is %+.0f s from ours: timestamps follow it from now on"
                log(logging.WARNING, text, difference)
        return True
