"""Whether the other side of a quiet connection is still there. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Keepalive", "Pulse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keepalive:
    """How a dead connection is noticed; seconds.

    Attributes:
        interval: After so long without a byte from the server it is asked for a sign of life (a ping).
        timeout: After so long without one the connection is given up.
    """

    interval: float = 20.0
    timeout: float = 20.0

    def __post_init__(self) -> None:
        for name in ("interval", "timeout"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)!r}: give seconds, more than 0")


class Pulse:
    """Watches one wait for data; make one for each, since nobody listens in between. Times are of one clock."""

    def __init__(self, keepalive: Keepalive, now: float) -> None:
        self._keepalive = keepalive
        self.heard(now)

    def heard(self, now: float) -> None:
        """Take note of data, of whatever kind."""
        self._deadline = now + self._keepalive.interval
        self._pinged = False

    def wait(self, now: float) -> float:
        """Return how many seconds to wait for data before something is to be done."""
        return max(0.0, self._deadline - now)

    def wants_ping(self, now: float) -> bool:
        """Whether it is time for a ping; the caller sends it."""
        if self._pinged or now < self._deadline:
            return False
        self._pinged = True
        self._deadline = now + self._keepalive.timeout
        return True

    def is_dead(self, now: float) -> bool:
        """Whether a ping was not answered in time."""
        return self._pinged and now >= self._deadline
