"""The limits that schemas set to values: which of two is tighter."""

from __future__ import annotations

from typing import Any

from .context import Pair

__all__ = ["compare_limits"]

_UPPER = ("exclusiveMaximum", "maximum", "maxItems", "maxLength", "maxProperties")
_LOWER = ("exclusiveMinimum", "minimum", "minItems", "minLength", "minProperties")
_FROM_ZERO = ("minItems", "minLength", "minProperties")
_OTHER = ("multipleOf", "pattern", "uniqueItems")


def compare_limits(pair: Pair) -> None:
    """Note each limit that was set, lifted or moved."""
    for key in (*_UPPER, *_LOWER, *_OTHER):
        ours, theirs = (_value(key, given) for given in pair.keyword(key))
        if ours != theirs:
            before, after = (None if value is None else {key: value} for value in (ours, theirs))
            pair.add(f"constraint-{_verdict(key, ours, theirs)}", key, before=before, after=after)


def _value(key: str, given: Any) -> Any:
    """A limit; None for one that excludes nothing."""
    return None if given is False or (given == 0 and key in _FROM_ZERO) else given


def _verdict(key: str, ours: Any, theirs: Any) -> str:
    if ours is None or theirs is None:
        return "tightened" if ours is None else "loosened"
    if key == "pattern" or isinstance(ours, bool) or isinstance(theirs, bool):
        return "changed"
    if key == "multipleOf":
        return "tightened" if theirs % ours == 0 else "loosened" if ours % theirs == 0 else "changed"
    return "tightened" if (theirs < ours) == (key in _UPPER) else "loosened"
