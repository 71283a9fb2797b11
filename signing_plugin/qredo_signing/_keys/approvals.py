"""Keys that approve: BLS signatures over the messages of an action. Needs the extra `approvals`."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from contextlib import suppress
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .._secrecy import NotPickled, without_locals
from ..errors import KeyLoadError
from . import bls
from .approval_file import SEED_BYTES, read_seed, write_seed
from .milagro import private_scalar

__all__ = ["ApprovalKey", "ApprovalPublicKeys", "verify_approval"]


class ApprovalPublicKeys(NamedTuple):
    """The public halves of an approval key, as text to register.

    Attributes:
        bls: The key that approvals are verified with.
        ec: The secp256k1 key that is registered beside it. Nothing in this package signs with it.
    """

    bls: str
    ec: str


class ApprovalKey(NotPickled):
    """Signs the messages of actions: the registration of a signing agent or API key, and every approval after it.

        key = ApprovalKey.generate()
        key.save("keys/approval.pem")
        client.signing_agent.approve_action(action_id, signatures=[key.sign(bytes.fromhex(m)) for m in messages])

    Both key pairs come from one seed of 48 bytes. Keep the seed as you keep a private key: without it you cannot
    approve, and anyone who has it can. Making a key takes about 20 ms, a signature about 1 ms.

    The arithmetic does not run in constant time. That matters where another party can measure, many times and
    precisely, how long your signatures take: on a machine shared with strangers, or in a service that signs on request.

    Safe to share between threads. It cannot be pickled, and prints as the fingerprint of its public key.
    """

    __slots__ = ("_bls_public", "_ec_public", "_scalar", "_seed")

    @without_locals
    def __init__(self, seed: bytes, /) -> None:
        """Make the key of a seed, as `from_seed` does."""
        if not isinstance(seed, bytes):
            raise TypeError(f"the seed of an approval key must be bytes, got {type(seed).__name__}")
        if len(seed) != SEED_BYTES:
            raise KeyLoadError(
                f"the seed of an approval key has {SEED_BYTES} bytes, got {len(seed)}: give it decoded, and whole"
            )
        self._seed = seed
        self._scalar = private_scalar(seed)
        self._bls_public = bls.public_key(self._scalar)
        ec_private = derive_private_key(int.from_bytes(hashlib.sha256(seed).digest()), SECP256K1())
        self._ec_public = ec_private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @classmethod
    def generate(cls) -> ApprovalKey:
        """Make a new key from the operating system's random numbers. `save` it, or keep its `seed`.

        Raises:
            ImportError: The extra is not installed; the message has the line for pip.
        """
        return cls(secrets.token_bytes(SEED_BYTES))

    @classmethod
    @without_locals
    def from_seed(cls, seed: bytes) -> ApprovalKey:
        """Make the key of a seed: the one that the vendor's signing agent makes of it.

        Args:
            seed: 48 random bytes.

        Raises:
            KeyLoadError: The seed does not have 48 bytes.
            ImportError: The extra is not installed; the message has the line for pip.
        """
        return cls(seed)

    @classmethod
    @without_locals
    def from_file(cls, path: str | os.PathLike[str]) -> ApprovalKey:
        """Load the key of a file: 48 raw bytes, or the text that `save` writes.

        Warns (`InsecureKeyFileWarning`) when other users can read the file. An encrypted file is yours to decrypt:
        give what comes out to `from_seed`.

        Raises:
            KeyLoadError: The file cannot be read, or holds no seed.
            ImportError: The extra is not installed; the message has the line for pip.
        """
        return cls(read_seed(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the seed to a new file with mode 0600, unencrypted.

        Raises:
            FileExistsError: The file already exists. Nothing is overwritten.
            OSError: The file cannot be written.
        """
        write_seed(path, self._seed)

    @property
    def seed(self) -> bytes:
        """The seed, for a secret store of your own. Do not log it."""
        return self._seed

    @property
    def public_keys_hex(self) -> ApprovalPublicKeys:
        """The public halves as the Partner API takes them: hexadecimal, 384 and 130 characters."""
        return ApprovalPublicKeys(self._bls_public.hex(), self._ec_public.hex())

    @property
    def public_keys_base64(self) -> ApprovalPublicKeys:
        """The public halves as the Qredo API v2 takes them: base64, 256 and 88 characters."""
        return ApprovalPublicKeys(
            base64.b64encode(self._bls_public).decode(), base64.b64encode(self._ec_public).decode()
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the BLS public key's 192 bytes, in hexadecimal."""
        return hashlib.sha256(self._bls_public).hexdigest()

    @without_locals
    def sign(self, message: bytes, /) -> str:
        """Sign one message of an action.

        Args:
            message: The bytes that the message stands for: `bytes.fromhex(text)` of a message that was read,
                `base64.b64decode(text)` of one that came over the feed of the Qredo API v2.

        Returns:
            The signature as every API version takes it: 98 hexadecimal digits. The same message always gives the same.

        Raises:
            TypeError: The message is not bytes.
        """
        return bls.sign(self._scalar, _checked(message)).hex()

    def __repr__(self) -> str:
        return f"<ApprovalKey sha256:{self.fingerprint}>"


@without_locals
def verify_approval(bls_public_key: str, message: bytes, signature: str) -> None:
    """Check the signature of one message, which takes about 3 ms. Needs the extra `approvals`.

    Args:
        bls_public_key: The text that was registered: hexadecimal or base64. It may be a sum of keys.
        message: The bytes of the message.
        signature: The text that `ApprovalKey.sign` makes; digits may be in upper case. With a sum of keys, the sum
            of their signatures.

    Raises:
        InvalidSignatureError: The public key or the signature is malformed, or they do not match over this message.
        TypeError: The message is not bytes.
    """
    bls.verify(_decode_public(bls_public_key), _checked(message), _decode_hex(signature, bls.SIGNATURE_BYTES))


def _checked(message: bytes) -> bytes:
    if not isinstance(message, bytes):
        raise TypeError(
            f"the message must be bytes, got {type(message).__name__}: decode its text first, bytes.fromhex(...) or "
            "base64.b64decode(...)"
        )
    return message


def _decode_public(text: str) -> bytes:
    with suppress(ValueError):
        return _decode_hex(text, bls.PUBLIC_KEY_BYTES) or base64.b64decode(text, validate=True)
    return b""


def _decode_hex(text: str, length: int) -> bytes:
    """Return the bytes, or none if the text is not that many bytes in hexadecimal."""
    with suppress(ValueError):
        return bytes.fromhex(text) if len(text) == 2 * length else b""
    return b""
