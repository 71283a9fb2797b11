"""Expire what is past its deadline, and advance the clock."""

from __future__ import annotations

from qredo_emulator._state.world import World

from . import connections, proposals, transactions

__all__ = ["advance", "tick"]

_FARTHEST = 10**10
"""Seconds, some 300 years. Beyond the year 9999 a Date header can't say a time."""


def tick(world: World) -> None:
    """Expire what is past its deadline, in the order of the deadlines. Called before every use of the state."""
    while due := world.index.next_due(world.now):
        kind, thing_id = due
        if kind == "transaction":
            tx = world.state.transactions[thing_id]
            if tx.status in transactions.OPEN:
                transactions.end(world, tx, "expired")
        elif kind == "connection":
            connections.expire(world, world.state.actions[thing_id])
        else:
            proposals.expire(world, world.state.proposals[thing_id])


def advance(world: World, seconds: int) -> None:
    """Advance the clock, and expire what is due by then.

    Raises:
        TypeError: The seconds are not an int.
        ValueError: The clock would go back, or centuries ahead.
    """
    if type(seconds) is not int:
        raise TypeError(f"seconds must be an int, not {type(seconds).__name__}: the API's times are whole seconds")
    if seconds < 0:
        raise ValueError(f"seconds is {seconds}; the clock only goes forward, and reset() sets it back to the start")
    if seconds > _FARTHEST:
        raise ValueError(f"seconds is {seconds}; the clock goes forward by at most {_FARTHEST} at once")
    world.state.offset += seconds
    tick(world)
