"""Signals for a program under test."""

from __future__ import annotations

import signal
import subprocess
from contextlib import suppress
from typing import Any

__all__ = ["interrupt"]


def interrupt(process: subprocess.Popen[Any], number: signal.Signals = signal.SIGINT) -> None:
    """Send a signal, Ctrl-C unless told otherwise, until the program ends.

    One is not always enough: a signal that comes just before Python blocks in a read is noticed when the read is over.
    """
    for _ in range(12):
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
            return
    raise AssertionError(f"the program does not end by {number.name}")
