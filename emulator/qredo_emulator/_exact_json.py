"""JSON as the emulator reads it: numbers with a fraction are decimals, exact to their last digit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from qredo_signing._strict_json import JSONError, load

__all__ = ["exact", "load_exact"]

_DIGITS = 64
_EXPONENT = 64
"""More digits, or a power of ten that is further from 0, is no amount: to use such a number can take for ever."""


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
