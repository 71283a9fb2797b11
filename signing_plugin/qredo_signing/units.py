"""Exact conversion between base units, which the API counts in, and whole coins, which people read.

The API's amounts are integers in base units of the asset. An asset's `scale` (from `GET /assets`) says how many base
units make one whole coin: 100000000 for bitcoin. No float is taken or given anywhere.

    >>> to_units(150_000_000, 100_000_000)
    Decimal('1.50000000')
    >>> from_units("1.5", 100_000_000)
    150000000
"""

from __future__ import annotations

import re
from decimal import Decimal

__all__ = ["from_units", "to_units"]

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?", re.ASCII)
_MAX_DIGITS = 100  # far beyond any amount; keeps "1e9999" from becoming a number of ten thousand digits


def to_units(amount: int, scale: int) -> Decimal:
    """Turn an amount in base units into whole coins, exactly.

    Args:
        amount: Base units, such as `150000000`; may be negative.
        scale: Base units per whole coin, a power of ten such as `100000000`.

    Returns:
        The same amount in whole coins, with as many decimals as the scale has: `Decimal("1.50000000")`. The context
        of the `decimal` module plays no part.

    Raises:
        TypeError: The amount or the scale is not an int (a bool and a float are refused).
        ValueError: The scale is not a power of ten.
    """
    _check_int("amount", amount)
    sign, digits, _ = Decimal(amount).as_tuple()
    return Decimal((sign, digits, -_decimals(scale)))


def from_units(value: Decimal | str | int, scale: int) -> int:
    """Turn whole coins into base units, exactly.

    Args:
        value: Whole coins, such as `"1.5"`, `Decimal("1.5")` or `2`.
        scale: Base units per whole coin, a power of ten such as `100000000`.

    Returns:
        The amount in base units.

    Raises:
        TypeError: The value is neither Decimal, str nor int (a float and a bool are refused: neither is exact money).
        ValueError: The value is no finite number, is finer than one base unit, or the scale is not a power of ten.
    """
    decimals = _decimals(scale)
    number = _as_decimal(value)
    if number.adjusted() + decimals > _MAX_DIGITS:
        raise ValueError(f"the value has more than {_MAX_DIGITS} digits in base units: that is no amount of an asset")
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # finite: `_as_decimal` refuses the others
    text, shift = "".join(map(str, digits)), exponent + decimals
    whole, rest = (text + "0" * shift, "") if shift >= 0 else (text[:shift], text[shift:])
    if rest.strip("0"):
        raise ValueError(
            f"{value!s:.60} is finer than one base unit (scale {scale}): round it first, in the way you mean"
        )
    units = int(whole or "0")
    return -units if sign else units


def _decimals(scale: int) -> int:
    _check_int("scale", scale)
    sign, (first, *zeros), _ = Decimal(scale).as_tuple()
    if sign or first != 1 or any(zeros):
        raise ValueError(
            f"scale is {scale}, which is not a power of ten: give the asset's base units per whole coin, as GET "
            "/assets has it (100000000), not its number of decimals"
        )
    return len(zeros)


def _check_int(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")


def _as_decimal(value: Decimal | str | int) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (Decimal, str, int)):
        raise TypeError(
            f"value must be a Decimal, str or int, got {type(value).__name__}: a float is not exact, so write "
            "Decimal('0.1')"
        )
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError(f"{value!r:.60} is not a decimal number such as '1.5'")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{number} is not an amount")
    return number
