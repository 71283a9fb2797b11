"""Amounts: exact, both ways."""

from __future__ import annotations

import decimal
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing.units import from_units, to_units

scales = st.integers(0, 24).map(lambda decimals: int("1" + "0" * decimals))
amounts = st.integers(-(10**40), 10**40)


@given(amounts, scales)
def test_a_round_trip_is_exact(amount: int, scale: int) -> None:
    """Base units to coins and back give the same number, as Decimal and as its text."""
    assert from_units(to_units(amount, scale), scale) == amount
    assert from_units(str(to_units(amount, scale)), scale) == amount


class Mixed(int, Enum):
    """Integers that print as something else."""

    COIN = 100


def test_every_int_is_an_amount() -> None:
    """An int has its value, whatever it prints as and however many digits it has."""
    assert to_units(Mixed.COIN, Mixed.COIN).as_tuple() == (0, (1, 0, 0), -2)
    assert from_units(Mixed.COIN, Mixed.COIN) == 10_000
    assert to_units(10**5000, 1).adjusted() == 5000


@given(amounts, scales)
def test_the_value_is_the_quotient(amount: int, scale: int) -> None:
    """Coins times scale are the base units, computed with enough precision to be exact."""
    with decimal.localcontext(decimal.Context(prec=100)):
        assert to_units(amount, scale) * scale == amount


@given(amounts, scales, st.integers(1, 5))
def test_the_context_plays_no_part(amount: int, scale: int, precision: int) -> None:
    """A low precision in the caller's decimal context changes nothing."""
    expected = to_units(amount, scale)
    with decimal.localcontext(decimal.Context(prec=precision)):
        assert to_units(amount, scale).as_tuple() == expected.as_tuple()
        assert from_units(expected, scale) == amount


@given(st.integers(0, 10**20), st.integers(1, 9), st.integers(0, 18))
def test_finer_than_a_base_unit_is_refused(whole: int, digit: int, decimals: int) -> None:
    """One digit more than the scale has is refused, never rounded."""
    value = f"{whole}.{'0' * decimals}{digit}"
    with pytest.raises(ValueError, match="finer than one base unit"):
        from_units(value, int("1" + "0" * decimals))


@pytest.mark.parametrize(
    ("value", "scale", "units"),
    [
        ("1.5", 10**8, 150_000_000),
        ("0.00000001", 10**8, 1),
        ("-2", 10**9, -2_000_000_000),
        ("+1.10", 100, 110),
        ("1E-8", 10**8, 1),
        ("1.500000000000", 10, 15),
        (3, 10**8, 300_000_000),
        (Decimal("0E-900"), 10**8, 0),
        (Decimal("-0"), 10**8, 0),
        (Decimal("1e3"), 1, 1000),
    ],
)
def test_examples(value: Decimal | str | int, scale: int, units: int) -> None:
    """Common ways to write a value give the base units that people expect."""
    assert from_units(value, scale) == units


@pytest.mark.parametrize("value", ["0.000000001", Decimal("1e-50"), Decimal("1e-999999")])
def test_far_below_a_base_unit_is_refused(value: Any) -> None:
    """A value that is absurdly fine is refused at once, however many digits it would take to write it."""
    with pytest.raises(ValueError, match="finer than one base unit"):
        from_units(value, 100)


def test_as_many_decimals_as_the_scale() -> None:
    """The result shows its scale: trailing zeros are kept."""
    assert str(to_units(150_000_000, 100_000_000)) == "1.50000000"
    assert str(to_units(-1, 100)) == "-0.01"


@pytest.mark.parametrize("value", [1.5, True, None, b"1"])
def test_only_exact_types_are_values(value: Any) -> None:
    """A float, a bool and other types are refused by type, whatever their value."""
    with pytest.raises(TypeError, match="Decimal, str or int"):
        from_units(value, 100)
    if not isinstance(value, bytes):
        with pytest.raises(TypeError, match="amount must be an int"):
            to_units(value, 100)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1,5",
        " 1",
        "1_000",
        "abc",
        "NaN",
        "Infinity",
        "\u0661",
        "1e99999",
        "1e999",
        Decimal("NaN"),
        Decimal("1e999999"),
    ],
)
def test_what_is_no_amount_is_refused(value: Any) -> None:
    """Text that is no plain number, what is not finite, and what is absurdly large is refused at once."""
    with pytest.raises(ValueError, match=r"decimal number|not an amount|no amount"):
        from_units(value, 100)


@pytest.mark.parametrize("scale", [0, -10, 8, 3, 20, 101])
def test_a_scale_is_a_power_of_ten(scale: int) -> None:
    """A number of decimals, or anything else that is no power of ten, is refused as a scale."""
    with pytest.raises(ValueError, match="power of ten"):
        to_units(1, scale)


@pytest.mark.parametrize("scale", [100.0, True, "100", Decimal(100)])
def test_a_scale_is_an_int(scale: Any) -> None:
    """A scale of another type is refused."""
    with pytest.raises(TypeError, match="scale must be an int"):
        from_units("1", scale)
