"""BLS signatures: what agents sign, what core clients sign, and how both are verified."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from py_arkworks_bls12381 import G1Point, Scalar
from qredo_signing import ApprovalKey, InvalidSignatureError, verify_approval

from qredo_emulator._errors import invalid
from qredo_emulator._state.ids import Ids
from qredo_emulator._state.model import Action, CoreClient
from qredo_emulator._state.world import World

__all__ = [
    "check_signature",
    "document_of",
    "messages_of",
    "new_client_secret",
    "read_hash",
    "read_hex",
    "sign_as",
    "verifies",
]

_LONGEST_HASH = 64
_DOCUMENT_BYTES = 81
_POINT_UNCOMPRESSED = "04"


def read_hex(text: str, pointer: str, size: int | None = None) -> bytes:
    """Decode hexadecimal digits.

    Args:
        pointer: JSON pointer to the text, for errors.
        size: How many bytes there have to be; None for any number but none.
    """
    try:
        data = bytes.fromhex(text)
    except ValueError:
        raise invalid(pointer, "is not hexadecimal") from None
    if len(data) != (size or len(data) or 1):
        raise invalid(pointer, f"has {len(data)} bytes{f', not {size}' if size else ''}")
    return data


def read_hash(text: str, pointer: str) -> bytes:
    """Decode a hash of at most 64 bytes."""
    digest = read_hex(text, pointer)
    if len(digest) > _LONGEST_HASH:
        raise invalid(pointer, f"has {len(digest)} bytes, more than {_LONGEST_HASH}")
    return digest


def new_client_secret(ids: Ids) -> str:
    """Make the secret of an agent: an uncompressed point of G1 in hexadecimal. Agents reject anything else."""
    point = G1Point() * Scalar(int(ids.hexadecimal(31), 16) + 1)
    return _POINT_UNCOMPRESSED + point.to_xy_bytes_be().hex()


def document_of(agent_id: str) -> str:
    """The id document that an agent signs to finish its registration, in hexadecimal: always the same one."""
    return hashlib.shake_256(f"qredo-emulator {agent_id}".encode()).hexdigest(_DOCUMENT_BYTES)


def messages_of(action: Action) -> list[str]:
    """The messages that an agent signs to approve an action, in hexadecimal: two, always the same ones."""
    return [hashlib.sha512(f"qredo-emulator {action.id} {part}".encode()).hexdigest() for part in (1, 2)]


def check_signature(world: World, bls_key: str, message: str, signature: str, pointer: str) -> None:
    """Verify the signature of a message, all in hexadecimal; only its form if the settings say so.

    Raises:
        ApiError: 400, with what is wrong.
    """
    read_hex(signature, pointer)
    if not world.settings.verify_approvals:
        return
    try:
        verify_approval(bls_key, bytes.fromhex(message), signature)
    except InvalidSignatureError as error:
        raise invalid(pointer, str(error)) from None


def sign_as(client: CoreClient, digest: bytes) -> str:
    """Sign a hash as a core client."""
    return _key_of(client.id).sign(digest)


def verifies(client: CoreClient, digest: bytes, signature: str) -> bool:
    """Whether a signature of a hash was made by this core client or agent."""
    try:
        verify_approval(client.bls_key or _key_of(client.id).public_keys_hex.bls, digest, signature)
    except InvalidSignatureError:
        return False
    return True


@lru_cache(maxsize=256)
def _key_of(client_id: str) -> ApprovalKey:
    """The key that the emulator keeps for a core client. Its id is its seed, so no state has to hold a secret."""
    return ApprovalKey.from_seed(hashlib.sha384(f"qredo-emulator {client_id}".encode()).digest())
