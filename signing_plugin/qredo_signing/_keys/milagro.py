"""Expand a seed into a BLS private key, as the vendor's signing agent does with the Milagro library.

The generator is Marsaglia and Zaman's subtract-with-borrow over 21 words of 32 bits, with SHA-256 over its output.
spec/signing/APPROVALS.md describes every step.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from itertools import islice

__all__ = ["GROUP_ORDER", "private_scalar"]

GROUP_ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001

_WORDS = 21
_LAG = 6
_STRIDE = 8
_MASK = 0xFFFFFFFF
_WARM_UP = 10_000
_POOL = 128
_SCALAR_BITS = 2 * GROUP_ORDER.bit_length()


def private_scalar(seed: bytes) -> int:
    """Return the private key that a seed stands for: an integer below the group order.

    Args:
        seed: Random bytes; 48 of them in the vendor's agent.
    """
    outputs = _outputs(hashlib.sha256(seed).digest())
    pools = (bytes(word & 0xFF for word in islice(outputs, _POOL)) for _ in range(2))
    digests = b"".join(hashlib.sha256(pool).digest() for pool in pools)
    bits = "".join(f"{byte:08b}"[::-1] for byte in digests)  # of each byte the lowest bit first
    return int(bits[:_SCALAR_BITS], 2) % GROUP_ORDER


def _outputs(seed: bytes) -> Iterator[int]:
    """Yield what the generator gives, 32 bits each time, after it was seeded with 8 words and warmed up for each."""
    words, borrow = [0] * _WORDS, 0
    for word in struct.unpack("<8I", seed):
        _mix_in(words, word)
        borrow = 0
        for _ in range(_WARM_UP // _WORDS):
            borrow = _renew(words, borrow)
    yield from words[_WARM_UP % _WORDS + 1 :]
    while True:
        borrow = _renew(words, borrow)
        yield from words


def _mix_in(words: list[int], word: int) -> None:
    words[0] ^= word
    value, difference = 1, word
    for step in range(1, _WORDS):
        words[_STRIDE * step % _WORDS] ^= value
        value, difference = (difference - value) & _MASK, value


def _renew(words: list[int], borrow: int) -> int:
    """Replace each word, which is one round of the generator; return the borrow bit."""
    for place, word in enumerate(words):
        minuend = words[(place + _WORDS - _LAG) % _WORDS]
        difference = (minuend - word - borrow) & _MASK
        if difference != minuend:
            borrow = int(difference > minuend)
        words[place] = difference
    return borrow
