"""Values of the API as people read them: times in UTC, amounts with digits in groups, everything else as received."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .._text import printable
from ._json import to_json

__all__ = ["AMOUNTS", "TIMES", "UNITS", "flat", "is_number", "line_of", "readable", "wire_text"]

TIMES = frozenset(
    {
        "aborted",
        "actionTime",
        "added",
        "approved",
        "authorized",
        "cancelled",
        "confirmed",
        "created",
        "expireTime",
        "expired",
        "expires",
        "failed",
        "initiatedTime",
        "initiatedTimestamp",
        "initiated_timestamp",
        "mined",
        "pending",
        "pushed",
        "queued",
        "rejected",
        "scheduled",
        "signed",
        "timestamp",
    }
)
"""Fields in Unix seconds; a test compares them with the descriptions."""

AMOUNTS = frozenset(
    {
        "amount",
        "amountToSend",
        "available",
        "balance",
        "fee",
        "fees",
        "netAmount",
        "net_amount",
        "pendingIn",
        "pendingOut",
        "receive_amount",
        "send_amount",
        "total",
    }
)
"""Fields in base units of an asset; the same test compares them."""

UNITS = frozenset({"asset", "receive_asset", "send_asset", "symbol"})
"""Fields that name the asset of an amount beside them; the same test compares them."""

_PLAUSIBLE = range(10**8, 10**11)  # Unix seconds from 1973 to 5138; others, such as 0 for "never", stay numbers


def readable(name: str, value: Any) -> str:
    """Return the text of a field.

    Args:
        name: Its name, or its path such as `send.amount`.
        value: As parsed from JSON.
    """
    last = name.rpartition(".")[2]
    if type(value) is int and last in AMOUNTS:
        return f"{value:,}"
    if type(value) is int and last in TIMES and value in _PLAUSIBLE:
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%SZ}"
    return wire_text(value)


def is_number(value: Any) -> bool:
    """Whether a value is a number, exact in any case."""
    return type(value) is int or isinstance(value, Decimal)


def wire_text(value: Any) -> str:
    """Return the text of a value as received; a list of plain values with commas, objects as JSON."""
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        return ", ".join(map(wire_text, value))
    return printable(value if isinstance(value, str) else to_json(value))


def flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the fields of an object; a nested field is named by its path, such as `send.amount`."""
    for name, each in value.items():
        if isinstance(each, dict) and each:
            yield from flat(each, f"{prefix}{name}.")
        else:
            yield printable(prefix + name), each


def line_of(fields: Mapping[str, Any]) -> str:
    """Return the fields of an object in one line."""
    return "  ".join(f"{name}={readable(name, each)}" for name, each in flat(fields))
