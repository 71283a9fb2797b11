"""Wait, and run blocking work in threads, in an event loop of asyncio or trio."""

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
        function: What to do. A thread cannot be cancelled: after a cancellation the function goes on, and what it does
            to the request comes too late. See `finish`.
        computes: Whether it keeps a core busy, instead of waiting for a disk or a network. Such work gets about as many
            threads as there are cores. On asyncio they are threads of this package, since anyio's way of moving work
            to a thread and back costs a tenth to a quarter of the signed requests per second.
    """
    if computes and _is_asyncio():
        from .workers import shared_workers

        await shared_workers().run(function)
        return
    import anyio.to_thread

    await anyio.to_thread.run_sync(function, limiter=_computing() if computes else None)


async def finish(work: Callable[[], Awaitable[object]]) -> None:
    """Run work to its end, even if cancelled meanwhile, and only then be cancelled."""
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

    # In a task of its own: a cancellation by asyncio itself ignores anyio's shield.
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
    """Return the limit of threads for this event loop: all cores but one."""
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
