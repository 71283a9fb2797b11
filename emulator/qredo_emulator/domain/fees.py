"""Fees, in whole base units."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["fee_of", "largest_net"]


def fee_of(net: int, rate: Fraction) -> int:
    """The fee for a net amount, rounded up."""
    return -(-net * rate.numerator // rate.denominator)


def largest_net(available: int, rate: Fraction) -> int:
    """The largest net amount that `available` covers together with its fee."""
    net = available * rate.denominator // (rate.denominator + rate.numerator)
    return net + 1 if net + 1 + fee_of(net + 1, rate) <= available else net
