"""RSA on whole numbers, for signatures that no library makes. Only for published test keys: it is not constant-time."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

__all__ = ["DIGEST_INFO", "Key", "cube_root", "padded"]

DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class Key:
    """A test key: signs as it should, and in every other way."""

    def __init__(self, file: Path) -> None:
        key = load_pem_private_key(file.read_bytes(), None, unsafe_skip_rsa_key_validation=True)  # our own key
        assert isinstance(key, RSAPrivateKey)
        self._key = key
        self._numbers = key.private_numbers()
        self.modulus, self.exponent = self._numbers.public_numbers.n, self._numbers.public_numbers.e

    @property
    def bits(self) -> int:
        """The length of the modulus in bits."""
        return self._key.key_size

    @property
    def length(self) -> int:
        """The length of the modulus, and of every signature, in bytes."""
        return self.bits // 8

    @property
    def public_pem(self) -> str:
        """The public key as SubjectPublicKeyInfo."""
        return self._public(Encoding.PEM).decode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER SubjectPublicKeyInfo, in hex."""
        return hashlib.sha256(self._public(Encoding.DER)).hexdigest()

    def sign(self, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256."""
        return self._key.sign(message, PKCS1v15(), SHA256())

    def sign_pss(self, message: bytes) -> bytes:
        """RSASSA-PSS with SHA-256 and an empty salt, which makes it deterministic."""
        return self._key.sign(message, PSS(MGF1(SHA256()), 0), SHA256())

    def private(self, block: bytes) -> bytes:
        """The bare private operation."""
        number, its = int.from_bytes(block, "big"), self._numbers
        one, other = pow(number, its.dmp1, its.p), pow(number, its.dmq1, its.q)
        return self.to_bytes(other + its.q * ((one - other) * its.iqmp % its.p))

    def to_bytes(self, number: int) -> bytes:
        """A whole number as a signature."""
        return number.to_bytes(self.length, "big")

    def _public(self, encoding: Encoding) -> bytes:
        return self._key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def padded(content: bytes, length: int, *, kind: int = 1, filler: int = 0xFF) -> bytes:
    """Content in a block of PKCS #1 v1.5; kind 1 and filler 0xFF are what a signature has."""
    return bytes([0, kind]) + bytes([filler]) * (length - len(content) - 3) + b"\0" + content


def cube_root(number: int) -> int:
    """The smallest whole number whose cube is not below the given one."""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < number else (low, middle)
    return low
