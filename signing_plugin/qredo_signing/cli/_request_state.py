"""How far a request has got, which decides the exit code of everything that goes wrong from then on.

A context manager could not do this: a signal may arrive between the statements that enter and leave it. `RequestState`
is changed by single assignments, and read where the program ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from ._errors import Report, report_of
from ._exits import Exit

__all__ = ["RequestState"]


@dataclass
class RequestState:
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
        if report is not None and report.is_about_request and self.code in {Exit.UNKNOWN, report.code}:
            return report
        message = f"the response to {self.what} was not shown completely"
        if self.code is Exit.UNKNOWN:
            message = f"{self.what} was sent and may have taken effect"
        why = type(error).__name__ if report is None else report.message
        return Report(": ".join(filter(None, (message, why))), "check before you retry", self.code)
