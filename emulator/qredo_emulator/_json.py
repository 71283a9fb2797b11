"""JSON as it must be here: no duplicate keys, no NaN, UTF-8 only."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["JSONError", "dump", "load"]


class JSONError(ValueError):
    """Text that is not JSON, or that two readers would understand differently."""


def load(data: bytes) -> Any:
    """Parses JSON.

    Raises:
        JSONError: Says what is wrong: not UTF-8, not JSON, a key twice in one object, NaN or Infinity.
    """
    try:
        return json.loads(data.decode(), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError:
        raise JSONError("is not UTF-8") from None
    except RecursionError:
        raise JSONError("is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise JSONError(f"is not JSON: {error}") from None
    except JSONError:
        raise
    except ValueError as error:  # an integer of more digits than Python converts
        raise JSONError(f"is not JSON that is understood: {error}") from None


def dump(value: Any) -> bytes:
    """Writes compact JSON in UTF-8; text that UTF-8 can't hold (a lone surrogate) is escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JSONError(f"has the key {twice!r} twice in one object")
    return out


def _constant(name: str) -> Any:
    raise JSONError(f"has {name}, which is not a JSON value")
