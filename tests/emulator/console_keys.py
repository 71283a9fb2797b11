"""Key files as a partner makes them, for the console to take or refuse."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

__all__ = ["new_rsa", "private_pem", "public_pem"]


def new_rsa(bits: int = 2048) -> RSAPrivateKey:
    """A fresh RSA key."""
    return generate_private_key(public_exponent=65537, key_size=bits)


def private_pem(key: RSAPrivateKey) -> bytes:
    """The private half in PKCS#1, not encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def public_pem(key: Any, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
    """The public half of a key of any kind."""
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, form)
    return pem
