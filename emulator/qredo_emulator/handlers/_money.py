"""Fees, in whole base units."""

from __future__ import annotations

__all__ = ["fee_of", "largest_net"]

_PER_MILLE = 1000


def fee_of(net: int) -> int:
    """0.1 % of what arrives, rounded up: the documented text says less, but three of its samples are this."""
    return -(-net // _PER_MILLE)


def largest_net(available: int) -> int:
    """The most that can arrive when ``available`` has to pay for it and for its fee."""
    net = available * _PER_MILLE // (_PER_MILLE + 1)
    return net + 1 if net + 1 + fee_of(net + 1) <= available else net
