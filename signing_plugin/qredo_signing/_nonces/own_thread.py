"""Run a function where no signal handler runs."""

from __future__ import annotations

import atexit
from _thread import LockType, allocate_lock, start_new_thread
from collections.abc import Callable
from contextvars import copy_context

__all__ = ["run_in_own_thread"]

_RUNNING: set[LockType] = set()
_AT_EXIT = 30.0
"""Seconds that the end of the process waits for a function that runs, so that no number is drawn and forgotten."""


def run_in_own_thread(function: Callable[[], object]) -> None:
    """Run a function in a thread of its own, in the context of this one, and wait for it. Raises what it raises.

    Signal handlers run in the main thread, between two of its bytecodes. One that raises ends the wait, and never the
    function. `threading.Thread` would not do: its `start` is Python code too, and leaves a lock locked when it is torn.
    """
    done, errors = allocate_lock(), list[BaseException]()
    done.acquire()

    def run() -> None:
        _RUNNING.add(done)
        try:
            function()
        except BaseException as error:
            errors.append(error)
        finally:
            _RUNNING.discard(done)
            done.release()

    start_new_thread(copy_context().run, (run,))
    done.acquire()
    if errors:
        raise errors.pop()


@atexit.register
def _finish() -> None:
    for done in tuple(_RUNNING):
        done.acquire(timeout=_AT_EXIT)
