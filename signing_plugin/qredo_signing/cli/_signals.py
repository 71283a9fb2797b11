"""Signals that end the program, which must not hide what became of a request."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ignore_signals", "interrupts"]


@contextmanager
def interrupts(*, restore: bool) -> Iterator[None]:
    """Let SIGTERM interrupt the program as Ctrl-C does, so that it can say what became of a request.

    Args:
        restore: Whether the program goes on afterwards, with the handlers that it had.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    if before[signal.SIGTERM] is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        if restore:
            for each, handler in before.items():
                signal.signal(each, handler)


def ignore_signals() -> None:
    """Ignore further signals: the program ends already, and says why."""
    if threading.current_thread() is threading.main_thread():
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
