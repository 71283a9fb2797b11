"""How far a request has got, which decides the exit code of everything that goes wrong from then on.

A context manager could not do this: a signal may arrive between the statements that enter and leave it. `Progress` is
changed by single assignments, and read where the program ends.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..errors import QredoSigningError
from ._errors import CliError, Report, report_of
from ._exits import Exit

__all__ = ["Progress", "as_usage_error", "ignore_signals", "interrupts"]


@dataclass
class Progress:
    """How far a request that changes something has got.

    Attributes:
        what: The request, for messages.
        code: The exit code if the program fails now for a reason that says nothing of the request; None while no
            request that changes something was sent.
    """

    what: str = ""
    code: Exit | None = None

    def sent(self, what: str, *, changes: bool) -> None:
        """Call this before the request is sent. If it changes something, its outcome is unknown from now on."""
        self.what = what
        self.code = Exit.UNKNOWN if changes else None

    def received(self, code: Exit = Exit.RESPONSE) -> None:
        """Call this when the response is there. A failure to show it cannot undo the request."""
        if self.code is not None:
            self.code = code

    def report_of(self, error: BaseException) -> Report | None:
        """Return what to show for an error, or None for a bug before anything was sent."""
        report = report_of(error)
        if self.code is None:
            return report
        if self.code is Exit.UNKNOWN and report is not None and report.is_about_request:
            return report
        message = f"the response to {self.what} was not shown completely"
        if self.code is Exit.UNKNOWN:
            message = f"{self.what} was sent and may have taken effect"
        why = type(error).__name__ if report is None else report.message
        return Report(": ".join(filter(None, (message, why))), "check before you retry", self.code)


@contextmanager
def as_usage_error() -> Iterator[None]:
    """Call a generated client inside this. Arguments that it does not send, such as an empty id, are wrong usage.

    Raises:
        CliError: Instead of its ValueError or TypeError.
    """
    try:
        yield
    except (ValueError, TypeError) as error:
        if isinstance(error, QredoSigningError):
            raise
        raise CliError(str(error)) from error


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
