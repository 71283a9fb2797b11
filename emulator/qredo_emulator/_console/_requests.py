"""The last requests as the console shows them."""

from __future__ import annotations

from typing import Any

from qredo_emulator._api.request_log import RequestLog

__all__ = ["last_requests"]

_SHOWN = 100


def last_requests(log: RequestLog) -> list[dict[str, Any]]:
    """The last 100 requests, newest first, each with a number that stays its own."""
    records = log.all()[-_SHOWN:]
    first = log.count - len(records)
    return [{"number": first + at, **record.as_dict()} for at, record in reversed(list(enumerate(records)))]
