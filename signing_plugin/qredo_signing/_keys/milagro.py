"""Expand a seed into a BLS private key, as the vendor's signing agent does with the Milagro library.

The generator is Marsaglia and Zaman's subtract-with-borrow over 21 words of 32 bits, with SHA-256 over its output.
spec/signing/APPROVALS.md describes every step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

__all__ = ["GROUP_ORDER", "private_scalar"]

GROUP_ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001

_WORDS = 21
_LAG = 6
_STRIDE = 8
_MASK = 0xFFFFFFFF
_WARM_UP = 10_000
_POOL = 128
_SCALAR_BITS = 2 * GROUP_ORDER.bit_length()


class _SubtractWithBorrow:
    """The generator: 21 words and a borrow bit, of which a round of 21 outputs is made at once."""

    __slots__ = ("_borrow", "_next", "_words")

    def __init__(self) -> None:
        self._words = [0] * _WORDS
        self._borrow = 0
        self._next = 0

    def mix_in(self, word: int) -> None:
        """Add 32 bits of seed, and run the generator until they have spread."""
        self._borrow = self._next = 0
        self._words[0] ^= word
        value, difference = 1, word
        for step in range(1, _WORDS):
            self._words[_STRIDE * step % _WORDS] ^= value
            value, difference = (difference - value) & _MASK, value
        for _ in range(_WARM_UP):
            self.step()

    def step(self) -> int:
        """Return the next 32 bits."""
        self._next += 1
        if self._next == _WORDS:
            self._next = 0
            self._renew()
        return self._words[self._next]

    def _renew(self) -> None:
        words, borrow = self._words, self._borrow
        for place, word in enumerate(words):
            minuend = words[(place + _WORDS - _LAG) % _WORDS]
            difference = (minuend - word - borrow) & _MASK
            if difference != minuend:
                borrow = int(difference > minuend)
            words[place] = difference
        self._borrow = borrow


def private_scalar(seed: bytes) -> int:
    """Return the private key that a seed stands for: an integer below the group order.

    Args:
        seed: Random bytes; 48 of them in the vendor's agent.
    """
    generator = _SubtractWithBorrow()
    digest = hashlib.sha256(seed).digest()
    for start in range(0, len(digest), 4):
        generator.mix_in(int.from_bytes(digest[start : start + 4], "little"))
    bits = _bits(generator)
    scalar = 0
    for _ in range(_SCALAR_BITS):
        scalar = 2 * scalar + next(bits)
    return scalar % GROUP_ORDER


def _bits(generator: _SubtractWithBorrow) -> Iterator[int]:
    """Hash the generator's output, 128 steps at a time; give each byte's lowest bit first."""
    while True:
        pool = bytes(generator.step() & 0xFF for _ in range(_POOL))
        for byte in hashlib.sha256(pool).digest():
            yield from (byte >> place & 1 for place in range(8))
