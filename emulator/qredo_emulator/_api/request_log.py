"""The last requests, with what was found about their signatures."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from qredo_emulator._authentication.explanation import Explanation

__all__ = ["Record", "RequestLog"]

_KEPT = 500


@dataclass(slots=True, kw_only=True)
class Record:
    """One request and its response.

    Attributes:
        time: When it came, Unix seconds.
        method: The HTTP method; `WEBSOCKET` for the handshake of a feed.
        url: The URL as the client wrote it.
        operation: The operation's id, `feed:<name>` for a feed, None for an unknown path.
        status: HTTP status of the response; 0 where the connection was broken instead.
        verified: Whether the signature, or the agent token, was accepted; None where it was not looked at.
        reason: Why the request was refused or failed, None for a success.
        explanation: What the emulator computed for a refused signature; it holds no secret.
        example: Whether the response is an example, not the result of anything.
        inherited_from: The version whose handler was called, such as `1.1`; None for the operation's own version.
        fault: What went wrong on purpose, None for nothing.
    """

    time: float
    method: str
    url: str
    operation: str | None = None
    status: int = 0
    verified: bool | None = None
    reason: str | None = None
    explanation: Explanation | None = None
    example: bool = False
    inherited_from: str | None = None
    fault: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


class RequestLog:
    """The last requests, oldest first.

    Attributes:
        count: How many were added so far, forgotten ones included.
    """

    def __init__(self) -> None:
        self.count: int = 0
        self._records: deque[Record] = deque(maxlen=_KEPT)

    def add(self, record: Record) -> None:
        """Add a record, and drop the oldest beyond 500."""
        self._records.append(record)
        self.count += 1

    def all(self) -> tuple[Record, ...]:
        """Return the records that are kept, at most 500."""
        return tuple(self._records)

    def clear(self) -> None:
        """Drop all records."""
        self._records.clear()
