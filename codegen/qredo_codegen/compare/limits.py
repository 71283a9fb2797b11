"""The limits that schemas set to values: which of two is tighter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .context import Pair
from .shapes import LOWER, UPPER, Shape

__all__ = ["compare_limits"]

_FROM_ZERO = ("minItems", "minLength", "minProperties")
_KEYS = (
    *(("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")),
    *((key,) for key in (*UPPER, *LOWER) if not key.lower().endswith(("maximum", "minimum"))),
    *(("multipleOf",), ("pattern",), ("uniqueItems",)),
)
"""The limits, each with the keywords that set it."""

_Limit = tuple[str, Any]


def compare_limits(pair: Pair) -> None:
    """Note each limit that was set, lifted or moved."""
    for keys in _KEYS:
        ours, theirs = (_limit(of, keys) for of in pair)
        if ours != theirs:
            key, _ = theirs or ours or (keys[0], None)
            before, after = (dict([one]) if one else None for one in (ours, theirs))
            pair.add(f"constraint-{_verdict(ours, theirs)}", key, before=before, after=after)


def _limit(of: Shape, keys: tuple[str, ...]) -> _Limit | None:
    """The tightest of the keywords that set a limit, with its value; None for one that excludes nothing."""
    given = [(key, of.keywords[key]) for key in keys if key in of.keywords and not _is_free(key, of.keywords[key])]
    return max(given, key=_tightness) if len(given) > 1 else next(iter(given), None)


def _is_free(key: str, value: Any) -> bool:
    return value is False or (value == 0 and key in _FROM_ZERO)


def _tightness(limit: _Limit) -> tuple[Any, bool]:
    key, value = limit
    return -value if key in UPPER else value, key.startswith("exclusive")


def _verdict(ours: _Limit | None, theirs: _Limit | None) -> str:
    if ours is None or theirs is None:
        return "tightened" if ours is None else "loosened"
    if ours[0] in ("pattern", "uniqueItems"):
        return "changed"
    if ours[0] == "multipleOf":
        step, now = (Decimal(str(value)) for _, value in (ours, theirs))
        return "tightened" if now % step == 0 else "loosened" if step % now == 0 else "changed"
    return "tightened" if _tightness(theirs) > _tightness(ours) else "loosened"
