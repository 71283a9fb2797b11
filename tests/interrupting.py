"""Ctrl-C for a program under test."""

from __future__ import annotations

import signal
import subprocess
from contextlib import suppress
from typing import Any

__all__ = ["interrupt"]


def interrupt(process: subprocess.Popen[Any]) -> None:
    """Press Ctrl-C until the program ends.

    One is not always enough: a signal that comes just before Python blocks in a read is noticed when the read is over.
    """
    for _ in range(12):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
            return
    raise AssertionError("the program does not end by Ctrl-C")
