"""Threads that compute for event loops of asyncio, at a quarter of what anyio's or asyncio's own way costs."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from queue import SimpleQueue

__all__ = ["Workers", "shared_workers"]

_MOST = 8
"""More signatures than so many threads make, no event loop can send."""


class Workers:
    """Threads that take pieces of work from one line, until the process ends."""

    def __init__(self, count: int) -> None:
        self._line: SimpleQueue[tuple[Callable[[], object], asyncio.Future[None]]] = SimpleQueue()
        for number in range(count):
            threading.Thread(target=self._work, name=f"qredo-signing-{number}", daemon=True).start()

    async def run(self, function: Callable[[], object]) -> None:
        """Have a function run, and raise what it raises. After a cancellation it runs all the same."""
        future = asyncio.get_running_loop().create_future()
        self._line.put((function, future))
        await future

    def _work(self) -> None:
        while True:
            function, future = self._line.get()
            error: BaseException | None = None
            try:
                function()
            except BaseException as raised:
                error = raised
            with suppress(RuntimeError):  # the loop was closed, and nobody waits
                future.get_loop().call_soon_threadsafe(_settle, future, error)
            del function, future, error  # not to be kept until the next one comes


def _settle(future: asyncio.Future[None], error: BaseException | None) -> None:
    if future.done():  # cancelled
        return
    if error is None:
        future.set_result(None)
    elif isinstance(error, StopIteration):  # which a future cannot hold
        future.set_exception(RuntimeError("what ran in a thread, such as a nonce source, raised StopIteration"))
    else:
        future.set_exception(error)


_LOCK = threading.Lock()


def shared_workers() -> Workers:
    """Those of this process: one for each core, since an event loop leaves its own alone whenever it waits."""
    with _LOCK:
        return _make()


@cache
def _make() -> Workers:
    return Workers(min(_MOST, os.cpu_count() or 1))


def _start_anew() -> None:
    """A forked process has none of the threads, and nobody who would open a closed lock."""
    global _LOCK
    _LOCK = threading.Lock()
    _make.cache_clear()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_start_anew)
