"""Leaving the event loop, of asyncio or trio, alone: for a while, or with work that would hold it up."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anyio import CapacityLimiter
    from anyio.lowlevel import RunVar

__all__ = ["finish", "in_thread", "sleep"]


async def sleep(seconds: float) -> None:
    """Wait."""
    import anyio

    await anyio.sleep(seconds)


async def in_thread(function: Callable[[], object], *, computes: bool) -> None:
    """Run a function in a worker thread.

    Args:
        function: What to do. After a cancellation it goes on, and whatever it does to a request comes too late: see
            `finish`. Who computes is not waited for then.
        computes: Whether it keeps a core busy, instead of waiting for something outside. There are only so many threads
            for these, and on asyncio what it costs to move work there and back counts beside a signature.
    """
    if computes and _is_asyncio():
        from .workers import shared_workers

        await shared_workers().run(function)
        return
    import anyio.to_thread

    await anyio.to_thread.run_sync(function, limiter=_computing() if computes else None)


async def finish(work: Callable[[], Awaitable[object]]) -> None:
    """Do some work to its end, also when cancelled meanwhile, and only then be cancelled."""
    import anyio
    import anyio.lowlevel

    failure: BaseException | None = None

    async def run() -> None:
        nonlocal failure
        try:
            with anyio.CancelScope(shield=True):
                await work()
        except Exception as error:
            failure = error

    # In a task of its own, since asyncio's own cancellation does not respect a shield.
    async with anyio.create_task_group() as group:
        group.start_soon(run)
    if failure is not None:
        raise failure
    await anyio.lowlevel.checkpoint_if_cancelled()


def _is_asyncio() -> bool:
    import asyncio  # costs a sync client a tenth of what httpx does

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _computing() -> CapacityLimiter:
    """The limit for this event loop: all cores but one."""
    from anyio import CapacityLimiter

    limiters = _limiters()
    try:
        return limiters.get()
    except LookupError:
        limiter = CapacityLimiter(max(1, (os.cpu_count() or 1) - 1))
        limiters.set(limiter)
        return limiter


@cache
def _limiters() -> RunVar[CapacityLimiter]:
    from anyio.lowlevel import RunVar

    return RunVar("qredo_signing")
