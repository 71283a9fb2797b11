"""The invalid cases whose signature no honest signer makes: other paddings, digests and numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from ._case import Case, Signing, encoded, raw
from ._rsa import DIGEST_INFO, Key, cube_root, padded
from ._valid import PRODUCTION

__all__ = ["FORGED"]

ASSETS = f"{PRODUCTION}/assets"
NULL, SHA256_OID = "0500", "0609608648016503040201"


def _case(id: str, comment: str, flags: str, sign: Signing, **other: Any) -> Case:
    return Case(id, comment, tuple(flags.split()), ASSETS, sign=sign, **other)


def _digest_info(make: Callable[[bytes], bytes]) -> Signing:
    """The right padding around another content, made from the digest."""
    return encoded(lambda case, length: padded(make(case.digest), length))


def _prefix(prefix: str) -> Signing:
    """The right padding and digest, with other bytes (in hex) before the digest."""
    return _digest_info(lambda digest: bytes.fromhex(prefix) + digest)


def _other_hash(name: str, prefix: str) -> Signing:
    """A right signature with another hash."""
    return encoded(
        lambda case, length: padded(bytes.fromhex(prefix) + hashlib.new(name, case.message).digest(), length)
    )


def _block(make: Callable[[bytes, int], bytes]) -> Signing:
    """Another padding around the right content."""
    return encoded(lambda case, length: make(DIGEST_INFO + case.digest, length))


def _number(make: Callable[[int, int], int]) -> Signing:
    """A number made from the right signature and the modulus."""
    return raw(lambda key, case: key.to_bytes(make(int.from_bytes(key.sign(case.message), "big"), key.modulus)))


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
    _case("hash-sha1", "SHA-1", "Hash", _other_hash("sha1", "3021300906052b0e03021a05000414")),
    _case("hash-sha384", "SHA-384", "Hash", _other_hash("sha384", "3041300d060960864801650304020205000430")),
    _case("hash-sha512", "SHA-512", "Hash", _other_hash("sha512", "3051300d060960864801650304020305000440")),
    _case("hash-sha3", "SHA3-256", "Hash", _other_hash("sha3_256", "3031300d060960864801650304020805000420")),
    _case(
        "oid-sha512",
        "the identifier of SHA-512 before a SHA-256",
        "DigestInfo",
        _prefix("3031300d060960864801650304020305000420"),
    ),
    _case(
        "oid-sha1", "the identifier of SHA-1 before a SHA-256", "DigestInfo", _prefix("302d300906052b0e03021a05000420")
    ),
    _case(
        "missing-null", "the parameters are left out", "DigestInfo MissingNull", _prefix(f"302f300b{SHA256_OID}0420")
    ),
    _case(
        "parameters-empty-octets",
        "an empty octet string for NULL",
        "DigestInfo",
        _prefix(f"3031300d{SHA256_OID}04000420"),
    ),
    _case(
        "parameters-garbage",
        "eight bytes hidden in the parameters",
        "DigestInfo",
        _prefix(f"30393015{SHA256_OID}0408deadbeefdeadbeef0420"),
    ),
    _case("null-with-content", "a NULL with a byte in it", "DigestInfo", _prefix(f"3032300e{SHA256_OID}0501000420")),
    _case("null-twice", "NULL two times", "DigestInfo", _prefix(f"3033300f{SHA256_OID}{NULL}{NULL}0420")),
    _case(
        "long-length-outer",
        "BER: the outer length in two bytes",
        "DigestInfo",
        _prefix(f"308131300d{SHA256_OID}{NULL}0420"),
    ),
    _case(
        "long-length-inner",
        "BER: the digest's length in two bytes",
        "DigestInfo",
        _prefix(f"3032300d{SHA256_OID}{NULL}048120"),
    ),
    _case(
        "indefinite-length",
        "BER: an indefinite length",
        "DigestInfo",
        _digest_info(lambda digest: b"\x30\x80" + DIGEST_INFO[2:] + digest + b"\0\0"),
    ),
    _case("wrong-tag", "a set instead of a sequence", "DigestInfo", _prefix(f"3131300d{SHA256_OID}{NULL}0420")),
    _case(
        "digest-cut",
        "a digest of 31 bytes",
        "DigestInfo",
        _digest_info(lambda digest: bytes.fromhex(f"3030300d{SHA256_OID}{NULL}041f") + digest[:31]),
    ),
    _case("digest-bare", "the digest without DigestInfo", "DigestInfo", _digest_info(lambda digest: digest)),
    _case("digest-info-only", "DigestInfo without the digest", "DigestInfo", _digest_info(lambda digest: DIGEST_INFO)),
    _case("content-empty", "padding and nothing else", "DigestInfo", _digest_info(lambda digest: b"")),
    _case(
        "garbage-after-digest",
        "a byte after the digest",
        "DigestInfo",
        _digest_info(lambda digest: DIGEST_INFO + digest + b"\0"),
    ),
    _case(
        "garbage-in-sequence",
        "the same, counted in the sequence",
        "DigestInfo",
        _digest_info(lambda digest: bytes.fromhex(f"3033300d{SHA256_OID}{NULL}0420") + digest + bytes.fromhex(NULL)),
    ),
    _case("short-padding", "eight bytes of padding, garbage at the end", "Padding", _block(_short_padding)),
    _case(
        "padding-type-0",
        "block type 0: zeros as filler",
        "Padding",
        _block(lambda content, length: padded(content, length, kind=0, filler=0)),
    ),
    _case(
        "padding-type-2",
        "block type 2, which is for encryption",
        "Padding",
        _block(lambda content, length: padded(content, length, kind=2)),
    ),
    _case(
        "padding-filler",
        "another filler than FF",
        "Padding",
        _block(lambda content, length: padded(content, length, filler=0xFE)),
    ),
    _case(
        "padding-one-byte",
        "one byte of the filler is another",
        "Padding",
        _block(lambda content, length: padded(content, length).replace(b"\xff\xff\0", b"\xff\x7f\0", 1)),
    ),
    _case(
        "padding-first-byte",
        "the first byte is not zero",
        "Padding",
        _block(lambda content, length: b"\1" + padded(content, length)[1:]),
    ),
    _case(
        "padding-no-end",
        "no zero byte after the filler",
        "Padding",
        _block(lambda content, length: padded(content, length).replace(b"\xff\0", b"\xff\xff", 1)),
    ),
    _case(
        "padding-two-ends",
        "two zero bytes after the filler",
        "Padding",
        _block(lambda content, length: padded(b"\0" + content, length)),
    ),
    _case("pss", "RSASSA-PSS with the same hash", "Padding", raw(lambda key, case: key.sign_pss(case.message))),
    _case(
        "cube-after",
        "forged without the private key: garbage after the digest",
        "LowExponent",
        raw(_cube_with_garbage_after),
        key="rsa-2048-e3",
    ),
    _case(
        "cube-before",
        "forged without the private key: garbage as padding",
        "LowExponent",
        raw(_cube_with_garbage_before),
        key="rsa-2048-e3",
        stamp="1700000002",  # its digest is odd
    ),
    _case(
        "cube-of-digest",
        "the cube root of nothing but the digest, rounded",
        "LowExponent",
        raw(lambda key, case: key.to_bytes(cube_root(int.from_bytes(case.digest, "big")))),
        key="rsa-2048-e3",
    ),
    _case("number-zero", "the number 0", "Range", _number(lambda right, modulus: 0)),
    _case("number-one", "the number 1", "Range", _number(lambda right, modulus: 1)),
    _case("number-last", "the modulus minus 1", "Range", _number(lambda right, modulus: modulus - 1)),
    _case("number-modulus", "the modulus", "Range", _number(lambda right, modulus: modulus)),
    _case(
        "number-negated", "the modulus minus the right number", "Range", _number(lambda right, modulus: modulus - right)
    ),
    _case(
        "number-plus-modulus",
        "the right number plus the modulus",
        "Range",
        _number(lambda right, modulus: right + modulus),
        stamp="1700000002",  # the sum is no longer than the modulus
    ),
    _case("number-ones", "all bits set", "Range", _number(lambda right, modulus: (1 << modulus.bit_length()) - 1)),
    _case("reversed", "the bytes in the other order", "Range", raw(lambda key, case: key.sign(case.message)[::-1])),
)
