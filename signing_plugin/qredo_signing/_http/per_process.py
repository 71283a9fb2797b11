"""One object for each process, or for each process and event loop. What was inherited by a fork is never touched.

What belongs to an event loop is closed when its loop ends: `asyncio.run` and trio close all async generators before, so
an async generator that waits is told in time.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, Generic, Protocol, TypeVar

__all__ = ["PerLoop", "PerProcess", "current_process", "running_loop"]


class _Closable(Protocol):
    async def aclose(self) -> None: ...


T = TypeVar("T")
ClosableT = TypeVar("ClosableT", bound=_Closable)


class _Process:
    """Stands for one process. The system gives the numbers of processes again, so a number would not do."""


_process = _Process()


def current_process() -> object:
    """Return what stands for this process: another object after a fork."""
    return _process


def _after_fork() -> None:
    global _process
    _process = _Process()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)


class PerProcess(Generic[T]):
    """Makes an object where a process needs it first."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[object, T] = {}

    def here(self) -> T:
        """Return that of this process."""
        made = self._made.get(_process)
        # If two threads get here at once, one object is dropped unused.
        return self._made.setdefault(_process, self._make()) if made is None else made

    def pop(self) -> T | None:
        """Forget that of this process, and return it, if there is one."""
        return self._made.pop(_process, None)


class _OfLoop(Generic[ClosableT]):
    """An object of one event loop.

    Attributes:
        value: The object.
        is_closed: Whether it was closed.
    """

    def __init__(self, value: ClosableT) -> None:
        self.value = value
        self.is_closed = False
        self._end = self._close_at_the_end()

    async def begin(self) -> None:
        """Have it closed when the event loop ends. Does not give way to other tasks."""
        await anext(self._end)

    async def aclose(self) -> None:
        """Close it now."""
        await self._end.aclose()

    async def _close_at_the_end(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self.is_closed = True
            await self.value.aclose()


_abandoned: list[object] = []
"""Objects of loops that were closed without closing their async generators. They are kept, since asyncio warns of a
connection that is freed, and its loop cannot close it any more."""


class PerLoop(Generic[ClosableT]):
    """Makes an object where an event loop needs it first, and closes it with the loop."""

    def __init__(self, make: Callable[[], ClosableT]) -> None:
        self._make = make
        self._made: dict[tuple[object, Any], _OfLoop[ClosableT]] = {}

    async def here(self) -> ClosableT:
        """Return that of this process and event loop."""
        key = _process, running_loop()
        made = self._made.get(key)
        if made is None or made.is_closed:
            self._sweep()
            made = self._made[key] = _OfLoop(self._make())
            await made.begin()
        return made.value

    async def aclose(self) -> None:
        """Close that of this process and event loop, if there is one."""
        made = self._made.pop((_process, running_loop()), None)
        if made is not None:
            await made.aclose()

    def _sweep(self) -> None:
        """Let go of what belonged to event loops of this process that have ended."""
        for key, made in list(self._made.items()):
            process, loop = key
            if process is _process and (made.is_closed or _has_ended(loop)):
                del self._made[key]
                if not made.is_closed:
                    _abandoned.append(made)


def _has_ended(loop: Any) -> bool:
    return bool(loop.is_closed()) if hasattr(loop, "is_closed") else False  # trio closes what it leaves


def running_loop() -> object:
    """Return the event loop of this task, on asyncio or trio."""
    # asyncio costs a sync client a tenth of what httpx does, and trio is not always installed.
    import asyncio

    with suppress(RuntimeError):
        return asyncio.get_running_loop()
    token: object = import_module("trio").lowlevel.current_trio_token()
    return token
