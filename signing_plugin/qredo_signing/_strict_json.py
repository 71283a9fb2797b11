"""JSON that has one meaning: no duplicate keys, no NaN, UTF-8 only."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

__all__ = ["JSONError", "load"]


class JSONError(ValueError):
    """Text that is not JSON, or that two parsers would read differently. The message continues "The body ..."."""


def load(data: bytes, *, parse_float: Callable[[str], Any] = float) -> Any:
    """Parse JSON.

    Args:
        data: The text.
        parse_float: Makes the value of a number with a fraction or an exponent.

    Raises:
        JSONError: It is not UTF-8 or not JSON, or has a key twice in one object, NaN or Infinity.
    """
    try:
        return json.loads(data.decode(), object_pairs_hook=_object, parse_constant=_constant, parse_float=parse_float)
    except UnicodeDecodeError:
        raise JSONError("is not UTF-8") from None
    except RecursionError:
        raise JSONError("is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise JSONError(f"is not JSON: {error}") from None
    except JSONError:
        raise
    except ValueError as error:  # an integer of more digits than Python converts
        raise JSONError(f"is JSON that cannot be read: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JSONError(f"has the key {twice!r} twice in one object")
    return members


def _constant(name: str) -> Any:
    raise JSONError(f"has {name}, which is not a JSON value")
