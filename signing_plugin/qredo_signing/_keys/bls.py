"""BLS signatures over BLS12-381 as the Milagro library makes them. The only module that knows the curve library.

    signature = private scalar * hash_to_point(message)          a point of G1, 49 bytes
    public key = private scalar * generator of G2                a point of G2, 192 bytes

Neither the way to the curve nor the encodings are those of the IETF drafts, so a library's own `sign` and `verify`
cannot be used; its group operations and pairing can. spec/signing/APPROVALS.md has the rule.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._extras import import_from_extra
from ..errors import InvalidSignatureError

if TYPE_CHECKING:
    from py_arkworks_bls12381 import G1Point, G2Point

__all__ = ["PUBLIC_KEY_BYTES", "SIGNATURE_BYTES", "public_key", "sign", "verify"]

SIGNATURE_BYTES = 49
PUBLIC_KEY_BYTES = 192

_FIELD = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
_FIELD_BYTES = 48
_COFACTOR = 0x396C8C005555E1568C00AAAB0000AAAB
_EVEN, _ODD = 2, 3
_MALFORMED = "the signature is not an encoded BLS signature: 49 bytes, the first 02 or 03, of a point of the group"


def public_key(scalar: int) -> bytes:
    """Return the public key of a private scalar: four field elements of 48 bytes, uncompressed."""
    curve = _library()
    point: G2Point = curve.G2Point() * curve.Scalar(scalar)
    encoded: bytes = point.to_xy_bytes_be()
    return encoded


def sign(scalar: int, message: bytes) -> bytes:
    """Return the signature of a message: the sign of y, then x."""
    point = _hash_to_point(message) * _library().Scalar(scalar)
    encoded = point.to_xy_bytes_be()
    return bytes([_ODD if encoded[-1] & 1 else _EVEN, *encoded[:_FIELD_BYTES]])


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature.

    Raises:
        InvalidSignatureError: The public key or the signature is not one, or the two do not match over this message.
    """
    curve = _library()
    key, point = _decode_public_key(public), _decode_signature(signature)
    if not curve.GT.pairing_check([-point, _hash_to_point(message)], [curve.G2Point(), key]):
        raise InvalidSignatureError("the signature was not made by this key over this message")


def _hash_to_point(message: bytes) -> G1Point:
    """Try one x after the other until it is on the curve, then move the point into the group of prime order."""
    curve = _library()
    x = int.from_bytes(hashlib.shake_256(message).digest(_FIELD_BYTES)) % _FIELD
    while True:
        y = _root(x)
        if y is not None:
            encoded = _field_bytes(x) + _field_bytes(_FIELD - y if y & 1 else y)
            point = _times_cofactor(curve.G1Point.from_xy_bytes_unchecked_be(encoded))
            if point != curve.G1Point.identity():
                return point
        x = (x + 1) % _FIELD


def _times_cofactor(point: G1Point) -> G1Point:
    """Double and add. The library's own product is meant for points that are in the group already."""
    product: G1Point = _library().G1Point.identity()
    for bit in f"{_COFACTOR:b}":
        product += product
        if bit == "1":
            product += point
    return product


def _root(x: int) -> int | None:
    """Return a y with y² = x³ + 4, or None."""
    square = (x**3 + 4) % _FIELD
    y = pow(square, (_FIELD + 1) // 4, _FIELD)
    return y if y * y % _FIELD == square else None


def _decode_signature(signature: bytes) -> G1Point:
    x = int.from_bytes(signature[1:])
    if len(signature) != SIGNATURE_BYTES or signature[0] not in {_EVEN, _ODD} or x >= _FIELD:
        raise InvalidSignatureError(_MALFORMED)
    y = _root(x)
    if y is None:
        raise InvalidSignatureError(_MALFORMED)
    encoded = signature[1:] + _field_bytes(y if y & 1 == signature[0] & 1 else _FIELD - y)
    try:
        point: G1Point = _library().G1Point.from_xy_bytes_be(encoded)
    except ValueError:
        raise InvalidSignatureError(_MALFORMED) from None
    return point


def _decode_public_key(public: bytes) -> G2Point:
    elements = [public[start : start + _FIELD_BYTES] for start in range(0, len(public), _FIELD_BYTES)]
    if len(public) == PUBLIC_KEY_BYTES and any(public) and all(int.from_bytes(one) < _FIELD for one in elements):
        with suppress(ValueError):
            point: G2Point = _library().G2Point.from_xy_bytes_be(public)
            return point
    raise InvalidSignatureError(
        "the public key is not an encoded BLS public key: 192 bytes, x and y of a point of the group; give the one "
        "that was registered for approvals"
    )


def _field_bytes(element: int) -> bytes:
    return element.to_bytes(_FIELD_BYTES)


def _library() -> Any:
    return import_from_extra("py_arkworks_bls12381", "approvals", "approvals need")
