"""Numbers with a fraction, exact to their last digit: from the bytes of a response, and into those of a request."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, cast

from ._mismatch import Mismatch, raw_of
from .errors import ResponseError

DIGITS: Final = 64
EXPONENT: Final = 64
"""More digits, or a power of ten that is further from 0, is no amount: to use such a number can take for ever."""


class Exact(float):
    """A number of a response as a float that knows its own text: where no field says what it is, it stays exact too."""

    text: str

    def __new__(cls, text: str) -> Exact:
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __reduce__(self) -> tuple[type[Exact], tuple[str]]:
        return Exact, (self.text,)


EXACT: Final = frozenset({int, Decimal, Exact})
"""Classes of the numbers that nothing was lost of."""


def decimal(model: str, field: str, value: Any) -> Decimal:
    """The number of a response.

    Raises:
        ResponseError: It has more digits, or another power of ten, than an amount can have.
    """
    if value.__class__ is int and value.bit_length() > 4 * DIGITS:
        raise ResponseError(model, field, f"a number of more than {DIGITS} digits")
    number = value if value.__class__ is Decimal else Decimal(value.text if value.__class__ is Exact else value)
    if problem := _problem(number):
        raise ResponseError(model, field, problem)
    return number


def to_send(model: str, field: str, value: Any) -> Decimal:
    """The number of a request.

    Raises:
        TypeError: It is no exact number, such as a float.
        ValueError: It is no finite one, or has too many digits.
    """
    if value.__class__ is Mismatch:
        return cast("Decimal", raw_of(value))
    if value.__class__ is int:
        value = Decimal(value)
    if not isinstance(value, Decimal):
        text = f"{model}.{field} takes a decimal.Decimal, not {type(value).__name__}"
        if isinstance(value, float):
            text += ": a float is not exact; write Decimal('0.1'), or convert with qredo_signing.units"
        raise TypeError(text)
    if problem := _problem(value):
        raise ValueError(f"{model}.{field}: {problem}")
    return value


def text_of(value: Decimal) -> str:
    """A number as JSON and URLs write it, without an exponent."""
    return format(value, "f")


def _problem(number: Decimal) -> str | None:
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return "not a finite number"
    if len(digits) > DIGITS:
        return f"a number of more than {DIGITS} digits"
    return f"a number with an exponent beyond {EXPONENT}" if abs(exponent) > EXPONENT else None
