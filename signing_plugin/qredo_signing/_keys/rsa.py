"""RSA keys as values: loaded and checked once, printed by fingerprint only."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .._secrecy import NotPickled, without_locals
from ..errors import InvalidSignatureError, KeyLoadError
from .pem import check_size, load_private, load_public
from .secret_files import read_key_file
from .signer import AsyncSigner, Signer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

__all__ = ["PrivateKey", "PublicKey", "RSASigner", "as_signer"]

_PADDING = PKCS1v15()
_HASH = SHA256()
_GIVEN = "the key that was given"


class PublicKey:
    """An RSA public key that verifies. Make one with `from_pem`, `from_file`, or from `PrivateKey.public_key`."""

    __slots__ = ("_fingerprint", "_key")

    def __init__(self, key: RSAPublicKey) -> None:
        """Wrap a public key of the `cryptography` package. Raises `KeyLoadError` for one below 2048 bits."""
        check_size(key.key_size, _GIVEN)
        self._key = key
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self._fingerprint = hashlib.sha256(der).hexdigest()

    @classmethod
    @without_locals
    def from_pem(cls, data: bytes | str) -> PublicKey:
        """Load a PEM public key (SubjectPublicKeyInfo or PKCS#1).

        Raises:
            KeyLoadError: The message names the cause.
        """
        return cls(load_public(_pem_bytes(data), _GIVEN))

    @classmethod
    @without_locals
    def from_file(cls, path: str | os.PathLike[str]) -> PublicKey:
        """Load a PEM public key from a file. Raises `KeyLoadError`, also when the file cannot be read."""
        return cls(load_public(read_key_file(path, "key file", secret=False), f"the key file {path}"))

    def to_pem(self) -> bytes:
        """Return it as a PEM SubjectPublicKeyInfo, as `public.pem` holds it."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def bits(self) -> int:
        """The length of the modulus in bits."""
        return self._key.key_size

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER SubjectPublicKeyInfo, in hex: `openssl pkey -pubin -outform DER | sha256sum`."""
        return self._fingerprint

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check a raw signature.

        Raises:
            InvalidSignatureError: The signature was not made by this key over this message.
        """
        try:
            self._key.verify(signature, message, _PADDING, _HASH)
        except InvalidSignature:
            raise InvalidSignatureError(
                f"the signature does not match: it was made by another key than {self!r}, or over another stamp, URL "
                "or body"
            ) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and other._fingerprint == self._fingerprint

    def __hash__(self) -> int:
        return hash(self._fingerprint)

    def __repr__(self) -> str:
        return f"<PublicKey RSA-{self.bits} sha256:{self._fingerprint}>"


class RSASigner(NotPickled):
    """A key that signs, known by its public half."""

    __slots__ = ("_public",)

    _public: PublicKey

    @property
    def bits(self) -> int:
        """The length of the modulus in bits."""
        return self._public.bits

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the public key, by which this key prints."""
        return self._public.fingerprint

    @property
    def public_key(self) -> PublicKey:
        """The public key that belongs to this one."""
        return self._public

    def __repr__(self) -> str:
        if not hasattr(self, "_public"):  # in a traceback that shows local variables
            return f"<{type(self).__name__}, not loaded>"
        return f"<{type(self).__name__} RSA-{self.bits} sha256:{self.fingerprint}>"


class PrivateKey(RSASigner):
    """An RSA private key that signs. Make one with `from_pem` or `from_file`: loading costs as much as 55 signatures.

    Safe to share between threads. It cannot be pickled, and prints as the fingerprint of its public key.
    """

    __slots__ = ("_key",)

    def __init__(self, key: RSAPrivateKey) -> None:
        """Wrap a private key of the `cryptography` package. Raises `KeyLoadError` for one below 2048 bits."""
        self._key = key
        self._public = PublicKey(key.public_key())

    @classmethod
    @without_locals
    def from_pem(cls, data: bytes | str, passphrase: bytes | str | None = None) -> PrivateKey:
        """Load a PEM private key (PKCS#1 or PKCS#8, encrypted or not).

        Args:
            data: The PEM text.
            passphrase: Of an encrypted key; an empty one counts as none.

        Raises:
            KeyLoadError: The message names the cause.
        """
        return cls(load_private(_pem_bytes(data), _passphrase_bytes(passphrase), _GIVEN))

    @classmethod
    @without_locals
    def from_file(cls, path: str | os.PathLike[str], passphrase: bytes | str | None = None) -> PrivateKey:
        """Load a PEM private key from a file; warns (`InsecureKeyFileWarning`) when other users can read the file.

        Raises:
            KeyLoadError: The message names the cause; also when the file cannot be read.
        """
        return cls(load_private(read_key_file(path, "key file"), _passphrase_bytes(passphrase), f"the key file {path}"))

    def sign(self, message: bytes, /) -> bytes:
        """Return the raw RSASSA-PKCS1-v1_5 signature over the SHA-256 of the message."""
        return self._key.sign(message, _PADDING, _HASH)


def as_signer(key: object, passphrase: bytes | str | None = None) -> Signer | AsyncSigner:
    """Take a key in every form: PEM, the path of a PEM file, a key object, or anything that signs.

    Raises:
        KeyLoadError: It cannot be loaded, is no private RSA key, or is too short.
        TypeError: The object cannot sign.
    """
    if isinstance(key, (bytes, bytearray, str)):
        return PrivateKey.from_pem(key if isinstance(key, str) else bytes(key), passphrase)
    if isinstance(key, os.PathLike):
        return PrivateKey.from_file(key, passphrase)
    if isinstance(key, RSAPrivateKey):
        return PrivateKey(key)
    if isinstance(key, PublicKey):
        raise KeyLoadError(f"{key!r} is a public key, which cannot sign: give the private key that belongs to it")
    if type(key).__module__.startswith("cryptography."):  # keys of other kinds have a method `sign` too
        raise KeyLoadError(f"an object of the type {type(key).__name__} cannot sign here: give an RSA private key")
    if isinstance(key, Signer) and not isinstance(key, type):
        return key
    given = f"the class {key.__name__}" if isinstance(key, type) else f"an object of the type {type(key).__name__}"
    raise TypeError(
        f"{given} cannot sign: give a PrivateKey, PEM text, the path of a PEM file "
        "(pathlib.Path), or an object with sign(message: bytes) -> bytes (async clients: async def sign)"
    )


def _pem_bytes(data: bytes | str) -> bytes:
    if isinstance(data, str):
        return data.encode("utf-8", "replace")
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    raise TypeError(f"a PEM key must be bytes or str, got {type(data).__name__}")


def _passphrase_bytes(passphrase: bytes | str | None) -> bytes | None:
    if isinstance(passphrase, str):
        try:
            # Python gives bytes of a variable that are not UTF-8 as surrogates.
            return passphrase.encode("utf-8", "surrogateescape") or None
        except UnicodeEncodeError:  # holds the passphrase
            pass
        raise KeyLoadError("the passphrase holds characters that no encoding has: give it as bytes")
    if passphrase is not None and not isinstance(passphrase, (bytes, bytearray, memoryview)):
        raise TypeError(f"a passphrase must be bytes or str, got {type(passphrase).__name__}")
    return passphrase or None
