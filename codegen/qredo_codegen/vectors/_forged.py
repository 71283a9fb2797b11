"""The invalid cases whose signature no honest signer makes: other paddings, digests and numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

from ._case import Case, Signing, encoded, raw
from ._rsa import DIGEST_INFO, Key, cube_root, padded
from ._valid import PRODUCTION

__all__ = ["FORGED"]

ASSETS = f"{PRODUCTION}/assets"
NULL, SHA256_OID = "0500", "0609608648016503040201"


def _case(flags: str, id: str, comment: str, sign: Signing, **other: Any) -> Case:
    return Case(id, comment, flags, ASSETS, sign=sign, **other)


def _hash(id: str, comment: str, name: str, prefix: str) -> Case:
    """A right signature with another hash."""

    def block(case: Case, length: int) -> bytes:
        return padded(bytes.fromhex(prefix) + hashlib.new(name, case.message).digest(), length)

    return _case("Hash", id, comment, encoded(block))


def _content(id: str, comment: str, make: Callable[[bytes], bytes], flags: str = "") -> Case:
    """The right padding around another content, made from the digest."""
    sign = encoded(lambda case, length: padded(make(case.digest), length))
    return _case(f"DigestInfo {flags}", id, comment, sign)


def _prefix(id: str, comment: str, prefix: str, flags: str = "") -> Case:
    """The right padding and digest, with other bytes (in hex) before the digest."""
    return _content(id, comment, lambda digest: bytes.fromhex(prefix) + digest, flags)


def _padding(id: str, comment: str, make: Callable[[bytes, int], bytes]) -> Case:
    """Another padding around the right content."""
    return _case("Padding", id, comment, encoded(lambda case, length: make(DIGEST_INFO + case.digest, length)))


def _cube(id: str, comment: str, make: Callable[[Key, Case], bytes], **other: Any) -> Case:
    """A number that is found without the private key, where the public exponent is 3."""
    return _case("LowExponent", id, comment, raw(make), key="rsa-2048-e3", **other)


def _number(id: str, comment: str, make: Callable[[int, int], int], **other: Any) -> Case:
    """A number made from the right signature and the modulus."""

    def sign(key: Key, case: Case) -> bytes:
        return key.to_bytes(make(int.from_bytes(key.sign(case.message), "big"), key.modulus))

    return _case("Range", id, comment, raw(sign), **other)


def _short_padding(content: bytes, length: int) -> bytes:
    """Eight bytes of padding, and garbage after the content: what Bleichenbacher's forgery of 2006 needs."""
    return (b"\0\1" + b"\xff" * 8 + b"\0" + content).ljust(length, b"\xaa")


def _cube_with_garbage_after(key: Key, case: Case) -> bytes:
    """The cube root of short padding and the right content, with anything after it: no private key is needed."""
    start = _short_padding(DIGEST_INFO + case.digest, 0)
    root = cube_root(int.from_bytes(start.ljust(key.length, b"\0"), "big"))
    assert (root**3).to_bytes(key.length, "big").startswith(start)
    return key.to_bytes(root)


def _cube_with_garbage_before(key: Key, case: Case) -> bytes:
    """A number whose cube begins with 00 01 and ends with 00 and the right content: no private key is needed."""
    end = b"\0" + DIGEST_INFO + case.digest
    bits, target = len(end) * 8, int.from_bytes(end, "big")
    assert target % 2, "an odd digest has a cube root modulo a power of two: choose another stamp"
    low = 1
    for bit in range(1, bits):  # one more bit of the cube is right each time
        low |= (low**3 ^ target) & (1 << bit)
    high = cube_root(int.from_bytes(b"\0\1".ljust(key.length, b"\xff"), "big")) - 1
    root = (((high >> bits) - 1) << bits) | low
    block = (root**3).to_bytes(key.length, "big")
    assert block.startswith(b"\0\1")
    assert block.endswith(end)
    return key.to_bytes(root)


FORGED = (
    _hash("hash-sha1", "SHA-1", "sha1", "3021300906052b0e03021a05000414"),
    _hash("hash-sha384", "SHA-384", "sha384", "3041300d060960864801650304020205000430"),
    _hash("hash-sha512", "SHA-512", "sha512", "3051300d060960864801650304020305000440"),
    _hash("hash-sha3", "SHA3-256", "sha3_256", "3031300d060960864801650304020805000420"),
    _prefix("oid-sha512", "the identifier of SHA-512 before a SHA-256", "3031300d060960864801650304020305000420"),
    _prefix("oid-sha1", "the identifier of SHA-1 before a SHA-256", "302d300906052b0e03021a05000420"),
    _prefix("missing-null", "the parameters are left out", f"302f300b{SHA256_OID}0420", "MissingNull"),
    _prefix("parameters-empty-octets", "an empty octet string for NULL", f"3031300d{SHA256_OID}04000420"),
    _prefix(
        "parameters-garbage",
        "eight bytes hidden in the parameters",
        f"30393015{SHA256_OID}0408deadbeefdeadbeef0420",
    ),
    _prefix("null-with-content", "a NULL with a byte in it", f"3032300e{SHA256_OID}0501000420"),
    _prefix("null-twice", "NULL two times", f"3033300f{SHA256_OID}{NULL}{NULL}0420"),
    _prefix("long-length-outer", "BER: the outer length in two bytes", f"308131300d{SHA256_OID}{NULL}0420"),
    _prefix("long-length-inner", "BER: the digest's length in two bytes", f"3032300d{SHA256_OID}{NULL}048120"),
    _content(
        "indefinite-length",
        "BER: an indefinite length",
        lambda digest: b"\x30\x80" + DIGEST_INFO[2:] + digest + b"\0\0",
    ),
    _prefix("wrong-tag", "a set instead of a sequence", f"3131300d{SHA256_OID}{NULL}0420"),
    _content(
        "digest-cut",
        "a digest of 31 bytes",
        lambda digest: bytes.fromhex(f"3030300d{SHA256_OID}{NULL}041f") + digest[:31],
    ),
    _content("digest-bare", "the digest without DigestInfo", lambda digest: digest),
    _content("digest-info-only", "DigestInfo without the digest", lambda digest: DIGEST_INFO),
    _content("content-empty", "padding and nothing else", lambda digest: b""),
    _content("garbage-after-digest", "a byte after the digest", lambda digest: DIGEST_INFO + digest + b"\0"),
    _content(
        "garbage-in-sequence",
        "the same, counted in the sequence",
        lambda digest: bytes.fromhex(f"3033300d{SHA256_OID}{NULL}0420") + digest + bytes.fromhex(NULL),
    ),
    _padding("short-padding", "eight bytes of padding, garbage at the end", _short_padding),
    _padding("padding-type-0", "block type 0: zeros as filler", partial(padded, kind=0, filler=0)),
    _padding("padding-type-2", "block type 2, which is for encryption", partial(padded, kind=2)),
    _padding("padding-filler", "another filler than FF", partial(padded, filler=0xFE)),
    _padding(
        "padding-one-byte",
        "one byte of the filler is another",
        lambda content, length: padded(content, length).replace(b"\xff\xff\0", b"\xff\x7f\0", 1),
    ),
    _padding(
        "padding-first-byte",
        "the first byte is not zero",
        lambda content, length: b"\1" + padded(content, length)[1:],
    ),
    _padding(
        "padding-no-end",
        "no zero byte after the filler",
        lambda content, length: padded(content, length).replace(b"\xff\0", b"\xff\xff", 1),
    ),
    _padding(
        "padding-two-ends",
        "two zero bytes after the filler",
        lambda content, length: padded(b"\0" + content, length),
    ),
    _case("Padding", "pss", "RSASSA-PSS with the same hash", raw(lambda key, case: key.sign_pss(case.message))),
    _cube("cube-after", "forged without the private key: garbage after the digest", _cube_with_garbage_after),
    _cube(
        "cube-before",
        "forged without the private key: garbage as padding",
        _cube_with_garbage_before,
        stamp="1700000002",  # its digest is odd
    ),
    _cube(
        "cube-of-digest",
        "the cube root of nothing but the digest, rounded",
        lambda key, case: key.to_bytes(cube_root(int.from_bytes(case.digest, "big"))),
    ),
    _number("number-zero", "the number 0", lambda right, modulus: 0),
    _number("number-one", "the number 1", lambda right, modulus: 1),
    _number("number-last", "the modulus minus 1", lambda right, modulus: modulus - 1),
    _number("number-modulus", "the modulus", lambda right, modulus: modulus),
    _number("number-negated", "the modulus minus the right number", lambda right, modulus: modulus - right),
    _number(
        "number-plus-modulus",
        "the right number plus the modulus",
        lambda right, modulus: right + modulus,
        stamp="1700000002",  # the sum is no longer than the modulus
    ),
    _number("number-ones", "all bits set", lambda right, modulus: (1 << modulus.bit_length()) - 1),
    _case("Range", "reversed", "the bytes in the other order", raw(lambda key, case: key.sign(case.message)[::-1])),
)
