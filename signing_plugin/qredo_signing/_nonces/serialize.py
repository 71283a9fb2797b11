"""One request in flight at a time for each source of nonces, so that nonces arrive in the order of issue.

A service that wants growing nonces refuses a request that arrives after one with a greater nonce. Connections do not
keep an order, so the next request may be stamped only when the one before it has ended.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from typing import Any
from weakref import WeakValueDictionary

from ..errors import NonceError

__all__ = ["InFlight", "in_flight_of"]


class _Ticket:
    """A place in the line."""

    __slots__ = ("thread", "wake")

    def __init__(self, wake: Callable[[], object]) -> None:
        self.thread = threading.get_ident()
        self.wake = wake


class InFlight:
    """A line in which threads and tasks wait for their turn, first come first served. The first in line has the turn.

    One lock of the standard library would not do: threads and tasks of several event loops wait in the same line.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Empty the line: a forked process has none of the threads that wait in it or hold its lock."""
        self._lock = threading.Lock()
        self._line: OrderedDict[_Ticket, None] = OrderedDict()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn in a thread, and keep it inside the `with`.

        Raises:
            NonceError: The turn is held, or waited for, in this very thread, so it would never come.
        """
        event = threading.Event()
        ticket = _Ticket(event.set)
        try:
            self._join(ticket, blocking=True)
            event.wait()
            yield
        finally:
            self._leave(ticket)

    @asynccontextmanager
    async def async_turn(self) -> AsyncIterator[None]:
        """Wait for the turn in a task of any event loop, and keep it inside the `async with`."""
        import anyio

        event, call_soon = anyio.Event(), _call_soon_threadsafe()
        ticket = _Ticket(lambda: call_soon(event.set))
        try:
            self._join(ticket, blocking=False)
            await event.wait()
            yield
        finally:
            self._leave(ticket)

    def _join(self, ticket: _Ticket, *, blocking: bool) -> None:
        with self._lock:
            if blocking and any(other.thread == ticket.thread for other in self._line):
                raise NonceError(
                    "another request with the same nonces is under way in this very thread, and cannot end while this "
                    "one waits for it: do not call a sync client from a coroutine, or from a hook of a request"
                )
            self._line[ticket] = None
            if len(self._line) == 1:
                ticket.wake()

    def _leave(self, ticket: _Ticket) -> None:
        with self._lock:
            was_first = next(iter(self._line), None) is ticket
            self._line.pop(ticket, None)
            if was_first:
                self._wake_first()

    def _wake_first(self) -> None:
        while self._line:
            first = next(iter(self._line))
            try:
                first.wake()
            except RuntimeError:  # its event loop was closed, so the task that waits will never run
                del self._line[first]
            else:
                return


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
