"""What makes each signature fresh: the time, or a number that only grows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from .._nonces.source import SHARED_NONCES, InProcessNonces, NonceSource
from ..errors import ConfigurationError
from .headers import NONCE, TIMESTAMP

__all__ = ["NonceStamps", "Stamp", "Timestamps", "make_nonces", "stamp_kind"]

Stamp: TypeAlias = Literal["timestamp", "nonce"]


def stamp_kind(stamp: Stamp | None, nonces: NonceSource | None, taken: Sequence[str] = ("timestamp", "nonce")) -> Stamp:
    """Return the kind of stamp that was asked for: timestamps, unless nonces are named, given, or all that is taken.

    Args:
        stamp: What was named, if anything.
        nonces: What was given, if anything.
        taken: What the service takes.

    Raises:
        TypeError: Nonces were given for timestamps.
        ValueError: There is no such kind.
    """
    if stamp is None:
        return "timestamp" if nonces is None and "timestamp" in taken else "nonce"
    if stamp not in {"timestamp", "nonce"}:
        raise ValueError(f"stamp is {stamp!r}: give 'timestamp' or 'nonce'")
    if stamp == "timestamp" and nonces is not None:
        raise TypeError("nonces= goes with stamp='nonce', not with stamp='timestamp'")
    return stamp


class Timestamps:
    """Whole seconds of a clock, in a header of this name."""

    blocks = False
    counted = False

    def __init__(self, clock: Callable[[], float], header: str = TIMESTAMP) -> None:
        self._clock = clock
        self.header = header

    def next(self) -> str:
        """Return the text of a new stamp."""
        return str(int(self._clock()))

    def return_unused(self, stamp: str) -> None:
        """Do nothing: time passes, used or not."""


class NonceStamps:
    """Numbers of a source.

    Attributes:
        header: Name of the header.
        source: Where they come from.
        blocks: Whether asking for one does I/O.
        counted: Whether the service wants each number, without a gap.
    """

    header = NONCE

    def __init__(self, source: NonceSource) -> None:
        if isinstance(source, type) or not hasattr(source, "next"):
            name = source.__name__ if isinstance(source, type) else type(source).__name__
            raise TypeError(f"nonces must be a source of nonces, such as SQLiteNonces(path), got {name}")
        rule = getattr(source, "rule", "clock")
        if rule not in {"clock", "counter"}:
            raise ConfigurationError(f"the nonce source has the rule {rule!r}: it must be 'clock' or 'counter'")
        self.source = source
        self.blocks = bool(getattr(source, "blocks", False))
        self.counted = rule == "counter"
        self._take_back: Callable[[int], None] | None = getattr(source, "give_back", None) if self.counted else None
        if self.counted and self._take_back is None:
            raise ConfigurationError("a nonce source with the rule 'counter' needs a give_back(nonce) method")

    def next(self) -> str:
        """Return the text of a new stamp."""
        nonce = self.source.next()
        if type(nonce) is not int:  # a source of the user's own: fail here, not at the server
            raise TypeError(f"a nonce source must return an int, but returned {type(nonce).__name__}")
        return str(nonce)

    def return_unused(self, stamp: str) -> None:
        """Let a number that was never sent be issued again, where a gap would shut out all later ones."""
        if self._take_back is not None:
            self._take_back(int(stamp))


def make_nonces(source: NonceSource | None, clock: Callable[[], float]) -> NonceStamps:
    """Return nonces of a source; by default one source for the whole process."""
    if source is None:
        source = SHARED_NONCES if clock is time.time else InProcessNonces(clock=clock)
    return NonceStamps(source)
