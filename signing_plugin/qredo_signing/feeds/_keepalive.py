"""Detect a dead connection with pings. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Keepalive", "Pulse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keepalive:
    """When a silent connection counts as dead, in seconds.

    Attributes:
        interval: Time without a byte from the server before a ping is sent.
        timeout: Time without a reply to the ping before the connection is closed.
    """

    interval: float = 20.0
    timeout: float = 20.0

    def __post_init__(self) -> None:
        for name in ("interval", "timeout"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)!r}: give seconds, more than 0")


class Pulse:
    """State of one wait for data. Make one per wait: no data is read between two waits. All times are of one clock."""

    def __init__(self, keepalive: Keepalive, now: float) -> None:
        self._keepalive = keepalive
        self.heard(now)

    def heard(self, now: float) -> None:
        """Record that data arrived, of any kind."""
        self._deadline = now + self._keepalive.interval
        self._pinged = False

    def wait(self, now: float) -> float:
        """Return how many seconds to wait for data before the next check."""
        return max(0.0, self._deadline - now)

    def wants_ping(self, now: float) -> bool:
        """Whether a ping is due; the caller sends it."""
        if self._pinged or now < self._deadline:
            return False
        self._pinged = True
        self._deadline = now + self._keepalive.timeout
        return True

    def is_dead(self, now: float) -> bool:
        """Whether the reply to a ping is overdue."""
        return self._pinged and now >= self._deadline
