"""What makes each signature fresh: the time, or a number that only grows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, TypeAlias

from ._nonces import SHARED_NONCES, InProcessNonces, NonceSource

__all__ = ["Stamp", "make_stamps", "stamp_kind"]

Stamp: TypeAlias = Literal["timestamp", "nonce"]


def stamp_kind(stamp: Stamp | None, nonces: NonceSource | None) -> Stamp:
    """Return the kind of stamp that was asked for: timestamps, unless nonces are named or given.

    Raises:
        TypeError: Nonces were given for timestamps.
        ValueError: There is no such kind.
    """
    if stamp is None:
        return "timestamp" if nonces is None else "nonce"
    if stamp not in {"timestamp", "nonce"}:
        raise ValueError(f"stamp is {stamp!r}: give 'timestamp' or 'nonce'")
    if stamp == "timestamp" and nonces is not None:
        raise TypeError("nonces= goes with stamp='nonce', not with stamp='timestamp'")
    return stamp


def make_stamps(
    stamp: Stamp | None, nonces: NonceSource | None, clock: Callable[[], float]
) -> Callable[[], tuple[str, str]]:
    """Return a function that gives header name and text of each new stamp.

    Args:
        stamp: The kind; see `stamp_kind`.
        nonces: Where nonces come from; by default one source for the whole process.
        clock: Seconds since the epoch.
    """
    if stamp_kind(stamp, nonces) == "timestamp":
        return lambda: ("x-timestamp", str(int(clock())))
    if nonces is None:
        nonces = SHARED_NONCES if clock is time.time else InProcessNonces(clock)
    source = nonces
    # A float or a text from somebody's source fails here, not at the server.
    return lambda: ("x-nonce", f"{source.next():d}")
