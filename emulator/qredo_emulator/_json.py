"""JSON as the emulator reads and writes it: numbers with a fraction are decimals, exact to their last digit."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from qredo_signing._strict_json import JSONError, load

__all__ = ["dump", "exact", "load_exact"]

_DIGITS = 64
_EXPONENT = 64
"""More digits, or a power of ten that is further from 0, is no amount: to use such a number can take for ever."""


def dump(value: Any) -> bytes:
    """Return compact JSON in UTF-8; text that UTF-8 can't hold (a lone surrogate) is escaped.

    Decimals are numbers with all their digits.
    """
    try:
        return _text(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return _text(value, ensure_ascii=True).encode()


def _text(value: Any, *, ensure_ascii: bool) -> str:
    try:
        return json.dumps(value, ensure_ascii=ensure_ascii, allow_nan=False, separators=(",", ":"))
    except TypeError:  # there is a Decimal, which `json` has no way to write
        return _exact(value, ensure_ascii=ensure_ascii)


def _exact(value: Any, *, ensure_ascii: bool) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        names = [f"{json.dumps(name, ensure_ascii=ensure_ascii)}:" for name in value]
        items = [_exact(item, ensure_ascii=ensure_ascii) for item in value.values()]
        return "{" + ",".join(map("".join, zip(names, items, strict=True))) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_exact(item, ensure_ascii=ensure_ascii) for item in value) + "]"
    return json.dumps(value, ensure_ascii=ensure_ascii, allow_nan=False)


def load_exact(data: bytes) -> Any:
    """Parse JSON.

    Raises:
        JSONError: It is not UTF-8 or not JSON, has a key twice in one object, or a number that is too long.
    """
    return load(data, parse_float=exact)


def exact(text: str) -> Decimal:
    """A number with a fraction or an exponent.

    Raises:
        JSONError: It has more digits, or another power of ten, than an amount can have.
    """
    problem = JSONError(f"has a number of more than {_DIGITS} digits, or with an exponent beyond {_EXPONENT}")
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent that even a decimal can't have
        raise problem from None
    _, digits, exponent = number.as_tuple()
    if len(digits) > _DIGITS or not isinstance(exponent, int) or abs(exponent) > _EXPONENT:
        raise problem
    return number
