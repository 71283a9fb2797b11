"""One request in flight at a time for each source of nonces, so that nonces arrive in the order of issue.

A service that wants growing nonces refuses a request that arrives after one with a greater nonce. Connections do not
keep an order, so the next request may be stamped only when the one before it has ended.

A signal handler that raises can end any statement of the main thread, also in a `finally` and in a lock's owner. So a
turn is not given up by a statement that can be torn: leaving is one store, `ticket.is_done = True`, and what follows
from it (return an unused number, call the next one) is done by `advance`, which may run twice and by anyone.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from importlib import import_module
from typing import Any
from weakref import WeakValueDictionary

from .._diagnostics import log
from ..errors import NonceError

__all__ = ["InFlight", "Ticket", "in_flight_of"]

_LOOK_AGAIN = 1.0
"""Seconds after which a waiting request looks whether the line stands still, because a signal ended an `advance`."""


class Ticket:
    """A place in the line. Make it before the `try` whose `finally` sets `is_done`.

    Attributes:
        is_done: Whether its request has ended. Setting it is all that leaving takes.
        is_drawing: Whether a thread draws a number for the request.
        thread: The thread that made it.
        wake: Tells its owner to look whether it is first.
    """

    __slots__ = ("_settle", "is_done", "is_drawing", "thread", "wake")

    def __init__(self, settle: Callable[[], object]) -> None:
        """Take a place; `settle` returns a number that was not sent. It may be called more than once."""
        self.is_done: bool = False
        self.is_drawing: bool = False
        self.thread: int = threading.get_ident()
        self.wake: Callable[[], object] = lambda: None
        self._settle = settle

    @property
    def may_go(self) -> bool:
        """Whether the next request may have its turn."""
        return self.is_done and not self.is_drawing

    def begin_drawing(self) -> bool:
        """Say that a thread draws a number, unless the request has ended already; returns whether it may.

        Both sides write before they look, so that a request which ends meanwhile either waits for the number or keeps
        it from being drawn.
        """
        self.is_drawing = True
        if self.is_done:
            self.is_drawing = False
        return self.is_drawing

    def settle(self) -> None:
        """Return a number that was not sent. A store that fails keeps it: that is logged, since the line must go on."""
        try:
            self._settle()
        except Exception as error:
            text = "a nonce that was not sent could not be returned: %s: %s"
            log(logging.WARNING, text, type(error).__name__, error)


class InFlight:
    """A line in which threads and tasks wait for their turn, first come first served. The first in line has the turn.

    One lock of the standard library would not do: threads and tasks of several event loops wait in the same line.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Empty the line: a forked process has none of the threads that wait in it or hold its lock."""
        self._line: deque[Ticket] = deque()
        self._advancing = threading.RLock()  # reentrant: a signal handler may advance while this thread does

    def wait(self, ticket: Ticket, patience: float | None = None) -> bool:
        """Wait for the turn in a thread, `patience` seconds at most. Returns whether it came.

        Raises:
            NonceError: The turn is held, or waited for, in this very thread, so it would never come.
        """
        if any(other.thread == ticket.thread and not other.is_done for other in tuple(self._line)):
            raise NonceError(
                "another request with the same nonces is under way in this very thread, and cannot end while this one "
                "waits for it: do not call a sync client from a coroutine, or from a hook of a request"
            )
        event = threading.Event()
        ticket.wake = event.set
        self._line.append(ticket)
        while not self._is_first(ticket):
            step = _LOOK_AGAIN if patience is None else min(_LOOK_AGAIN, patience)
            event.wait(step)
            if patience is not None and (patience := patience - step) <= 0:
                return self._is_first(ticket)
        return True

    async def async_wait(self, ticket: Ticket) -> None:
        """Wait for the turn in a task of any event loop."""
        import anyio

        event, call_soon = anyio.Event(), _call_soon_threadsafe()
        ticket.wake = lambda: call_soon(event.set)
        self._line.append(ticket)
        while not self._is_first(ticket):
            with anyio.move_on_after(_LOOK_AGAIN):
                await event.wait()

    def advance(self, *, blocking: bool = True) -> None:
        """Let requests that have ended go, and call the one that is first now."""
        if not self._advancing.acquire(blocking):
            return
        try:
            while self._line:
                first = self._line[0]
                if not first.may_go:
                    if self._call(first):
                        return
                    continue
                # Before it leaves: the number must be back at its source when the next request draws one.
                first.settle()
                if self._line and self._line[0] is first:  # not if a signal handler advanced meanwhile
                    self._line.popleft()
        finally:
            self._advancing.release()

    def _is_first(self, ticket: Ticket) -> bool:
        self.advance(blocking=False)
        return bool(self._line) and self._line[0] is ticket

    def _call(self, first: Ticket) -> bool:
        if first.is_done:
            return True  # a thread is drawing for it, and advances when it has
        try:
            first.wake()
        except RuntimeError:  # its event loop was closed, so the task that waits will never run
            first.is_done = True
            return False
        return True


_IN_FLIGHT: WeakValueDictionary[int, InFlight] = WeakValueDictionary()
_LOCK = threading.Lock()


def in_flight_of(source: object) -> InFlight:
    """Return the line of a source, the same for every client that shares the source.

    Keep the line and the source: lines are found by the id of the source, which is unique only while it is alive.
    """
    with _LOCK:
        line = _IN_FLIGHT.get(id(source))
        if line is None:
            line = _IN_FLIGHT[id(source)] = InFlight()
        return line


def _start_anew() -> None:
    global _LOCK
    _LOCK = threading.Lock()
    for line in list(_IN_FLIGHT.values()):
        line.clear()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_start_anew)


def _call_soon_threadsafe() -> Callable[[Callable[[], object]], object]:
    """Return the function by which other threads schedule a call in the event loop that runs here."""
    import asyncio  # costs a sync client a tenth of what httpx does

    try:
        return asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:  # not asyncio: httpx runs on trio too
        token: Any = import_module("trio").lowlevel.current_trio_token()
        call_soon: Callable[[Callable[[], object]], object] = token.run_sync_soon
        return call_soon
