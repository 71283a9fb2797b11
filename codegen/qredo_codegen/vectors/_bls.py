"""BLS12-381 and Milagro's signatures in plain integers, in affine coordinates: slow, and easy to check by eye.

The code that the vectors check uses a curve library, and shares nothing with this module.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

FIELD = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
COFACTOR = 0x396C8C005555E1568C00AAAB0000AAAB


@dataclass(frozen=True)
class F2:
    """An element a + bi of the quadratic extension, i² = -1. With b = 0, an element of the field itself."""

    a: int
    b: int = 0

    def __add__(self, other: F2) -> F2:
        return F2((self.a + other.a) % FIELD, (self.b + other.b) % FIELD)

    def __sub__(self, other: F2) -> F2:
        return F2((self.a - other.a) % FIELD, (self.b - other.b) % FIELD)

    def __mul__(self, other: F2) -> F2:
        return F2((self.a * other.a - self.b * other.b) % FIELD, (self.a * other.b + self.b * other.a) % FIELD)

    def inverse(self) -> F2:
        """1 divided by it."""
        norm = pow(self.a * self.a + self.b * self.b, -1, FIELD)
        return F2(self.a * norm % FIELD, -self.b * norm % FIELD)


Point = tuple[F2, F2] | None
"""x and y, or None for the neutral element."""

# The generator of G2 of the BLS12-381 standard.
G2: Point = (
    F2(
        0x024AA2B2F08F0A91260805272DC51051C6E47AD4FA403B02B4510B647AE3D1770BAC0326A805BBEFD48056C8C121BDB8,
        0x13E02B6052719F607DACD3A088274F65596BD0D09920B61AB5DA61BBDC7F5049334CF11213945D57E5AC7D055D042B7E,
    ),
    F2(
        0x0CE5D527727D6E118CC9CDC6DA2E351AADFD9BAA8CBDD3A76D429A695160D12C923AC9CC3BACA289E193548608B82801,
        0x0606C4A02EA734CC32ACD2B02BC28B99CB3E287E85A763AF267492AB572E99AB3F370D275CEC1DA1AAA9075FF05F79BE,
    ),
)


def add(left: Point, right: Point) -> Point:
    """Add two points. The constant of the curve's equation does not take part."""
    if left is None or right is None:
        return left or right
    (x1, y1), (x2, y2) = left, right
    if x1 == x2 and y1 != y2:
        return None
    slope = F2(3) * x1 * x1 * (y1 + y1).inverse() if x1 == x2 else (y2 - y1) * (x2 - x1).inverse()
    x3 = slope * slope - x1 - x2
    return x3, slope * (x1 - x3) - y1


def multiply(point: Point, number: int) -> Point:
    """Add a point to itself that many times."""
    product = None
    for bit in f"{number:b}":
        product = add(product, product)
        if bit == "1":
            product = add(product, point)
    return product


def on_curve_from(x: int) -> tuple[F2, F2]:
    """Return the first point of y² = x³ + 4 whose x is this one or a later one; y is even."""
    while True:
        square = (x**3 + 4) % FIELD
        y = pow(square, (FIELD + 1) // 4, FIELD)
        if y * y % FIELD == square:
            return F2(x), F2(FIELD - y if y % 2 else y)
        x = (x + 1) % FIELD


def hash_to_point(message: bytes) -> Point:
    """Return the point of G1 that a message is hashed to."""
    x = int.from_bytes(hashlib.shake_256(message).digest(48)) % FIELD
    while (point := multiply(on_curve_from(x), COFACTOR)) is None:
        x = (x + 1) % FIELD
    return point


def encode_signature(point: Point) -> bytes:
    """Return 49 bytes: 02 or 03 for an even or an odd y, then x."""
    assert point is not None
    return bytes([2 + point[1].a % 2]) + point[0].a.to_bytes(48)


def encode_public(point: Point) -> bytes:
    """Return 192 bytes: both parts of x, then both of y, the real one first."""
    assert point is not None
    return b"".join(part.to_bytes(48) for one in point for part in (one.a, one.b))


def private_scalar(seed: bytes) -> int:
    """Expand a seed as Milagro does, one step after the other."""
    state, borrow, pointer = [0] * 21, 0, 0

    def step() -> int:
        nonlocal borrow, pointer
        pointer += 1
        if pointer < 21:
            return state[pointer]
        pointer = 0
        for i in range(21):
            t = state[(i + 15) % 21]
            u = (t - state[i] - borrow) % 2**32
            borrow = borrow if u == t else int(u > t)
            state[i] = u
        return state[0]

    digest = hashlib.sha256(seed).digest()
    for start in range(0, 32, 4):
        word, m, borrow, pointer = int.from_bytes(digest[start : start + 4], "little"), 1, 0, 0
        state[0] ^= word
        for i in range(1, 21):
            state[8 * i % 21] ^= m
            m, word = (word - m) % 2**32, m
        for _ in range(10_000):
            step()
    bits = 0
    for _ in range(2):
        for byte in hashlib.sha256(bytes(step() % 256 for _ in range(128))).digest():
            for place in range(8):
                bits = 2 * bits + (byte >> place & 1)
    return (bits >> 2) % ORDER  # twice 255 of the 512 bits
