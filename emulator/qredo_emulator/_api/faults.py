"""Faults to inject, which show how a client handles errors, delays and broken connections.

A fault is armed by a method of `Faults` and happens to the requests that come after, before their
signature is looked at, as it would in front of the service.
"""

from __future__ import annotations

import difflib
import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from qredo_emulator._errors import ApiError

__all__ = ["Fault", "FaultQueue", "Faults"]

_STATUSES = (500, 502, 503, 504)
_LONGEST_DELAY = 600.0


@dataclass(eq=False, slots=True)
class Fault:
    """One armed fault.

    Attributes:
        what: What happens, in words.
        operation: The operation's id, or `feed:<name>`; None for every request.
        left: How often it still happens; None for always.
        delay: Seconds before anything else.
        skew: Seconds by which the Date header is off.
        end: What takes the place of the response: an error, or a broken connection.
        after: Whether the request is carried out first, and only its response is lost.
    """

    what: str
    operation: str | None
    left: int | None
    delay: float = 0
    skew: float = 0
    end: ApiError | Literal["reset"] | None = None
    after: bool = False

    def __str__(self) -> str:
        return f"{self.what}{' after it was carried out' if self.after else ''}"


class FaultQueue:
    """The faults that are armed; safe from any thread."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._lock = threading.Lock()

    def all(self) -> tuple[Fault, ...]:
        """Oldest first."""
        with self._lock:
            return tuple(self._armed)

    def arm(self, fault: Fault) -> None:
        """Add a fault."""
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        """Disarms all."""
        with self._lock:
            self._armed.clear()

    def next(self, operation: str | None) -> list[Fault]:
        """Return the faults of the request that just came, oldest first, and count them as used.

        Delays and skews add up; of errors and resets the oldest happens.
        """
        with self._lock:
            meant = [fault for fault in self._armed if fault.operation in (None, operation)]
            end = next((fault for fault in meant if fault.end), None)
            happening = [fault for fault in meant if not fault.end or fault is end]
            for fault in happening:
                if fault.left is not None:
                    fault.left -= 1
            self._armed = [fault for fault in self._armed if fault.left != 0]
        return happening


class Faults:
    """Methods that arm faults. Used as `control.faults`.

    Each method takes `times`, how often it happens (None: until `clear`), and `operation`, the id
    of the only operation that it happens to, such as `transfer_create`, or `feed:wallets`.

    Args:
        queue: Where they wait.
        operations: The operations and feeds that there are.
    """

    def __init__(self, queue: FaultQueue, operations: Iterable[str]) -> None:
        self._queue = queue
        self._operations = sorted(set(operations))

    def delay(self, seconds: float, *, times: int | None = 1, operation: str | None = None) -> None:
        """Wait before a request is processed.

        Raises:
            ValueError: The seconds are not between 0 and 600, or `times` is below 1.
            LookupError: There is no such operation.
        """
        if not 0 <= seconds <= _LONGEST_DELAY:
            raise ValueError(f"seconds is {seconds}; it has to be from 0 to {_LONGEST_DELAY:g}")
        self._arm(Fault(f"delay {seconds:g} s", operation, times, delay=seconds))

    def rate_limit(
        self, retry_after: int | str | None = 1, *, times: int | None = 1, operation: str | None = None
    ) -> None:
        """Respond with 429 and do not carry the request out.

        Args:
            retry_after: Text of the Retry-After header: seconds, or an HTTP date; None leaves it out.
            times: See the class.
            operation: See the class.

        Raises:
            ValueError: `times` is below 1, or `retry_after` can't stand in a header.
            LookupError: There is no such operation.
        """
        self._arm(Fault("429", operation, times, end=_error(429, retry_after)))

    def unavailable(
        self,
        status: int = 503,
        *,
        retry_after: int | str | None = None,
        after: bool = False,
        times: int | None = 1,
        operation: str | None = None,
    ) -> None:
        """Respond with 503, or another of 500, 502 and 504.

        Args:
            status: The HTTP status.
            retry_after: As for `rate_limit`.
            after: Whether the request is carried out first, as behind a gateway that gave up on it.
            times: See the class.
            operation: See the class.

        Raises:
            ValueError: As `rate_limit`, or the status is another.
            LookupError: There is no such operation.
        """
        if status not in _STATUSES:
            raise ValueError(f"status is {status}; it has to be one of {', '.join(map(str, _STATUSES))}")
        self._arm(Fault(str(status), operation, times, end=_error(status, retry_after), after=after))

    def reset(self, *, after: bool = False, times: int | None = 1, operation: str | None = None) -> None:
        """Break the connection (TCP reset) in place of a response.

        Args:
            after: Whether the request is carried out first.
            times: See the class.
            operation: See the class.

        Raises:
            ValueError: `times` is below 1.
            LookupError: There is no such operation.
        """
        self._arm(Fault("reset", operation, times, end="reset", after=after))

    def skew_date(self, seconds: float, *, times: int | None = None, operation: str | None = None) -> None:
        """Send a Date header that is wrong by this many seconds.

        Raises:
            ValueError: The seconds are no finite number, or `times` is below 1.
            LookupError: There is no such operation.
        """
        if not math.isfinite(seconds):
            raise ValueError(f"seconds is {seconds}; it has to be a finite number")
        self._arm(Fault(f"date {seconds:+g} s", operation, times, skew=seconds))

    def clear(self) -> None:
        """Disarms all."""
        self._queue.clear()

    @property
    def armed(self) -> tuple[str, ...]:
        """Descriptions of the faults that are armed, oldest first."""
        return tuple(_words(fault) for fault in self._queue.all())

    def _arm(self, fault: Fault) -> None:
        if fault.left is not None and fault.left < 1:
            raise ValueError(f"times is {fault.left}; it has to be at least 1, or None for always")
        if fault.operation is not None and fault.operation not in self._operations:
            near = difflib.get_close_matches(fault.operation, self._operations)
            hint = f"did you mean {' or '.join(near)}?" if near else "write tag and verb, such as company_create"
            raise LookupError(f"there is no operation {fault.operation!r}: {hint}")
        self._queue.arm(fault)


def _words(fault: Fault) -> str:
    often = "always" if fault.left is None else f"{fault.left} times"
    return f"{fault}, {often}{f', {fault.operation} only' if fault.operation else ''}"


def _error(status: int, retry_after: int | str | None) -> ApiError:
    text = "" if retry_after is None else str(retry_after)
    if not text.isascii() or not text.isprintable():
        raise ValueError("retry_after has characters that can't stand in a header")
    headers = {} if retry_after is None else {"retry-after": text}
    return ApiError(status, "the emulator was told to return this error", headers=headers)
