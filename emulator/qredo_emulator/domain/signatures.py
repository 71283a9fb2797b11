"""Placeholders for BLS signatures: a keyed digest of the right size that anyone can compute."""

from __future__ import annotations

import hashlib
import hmac

from qredo_emulator._errors import invalid
from qredo_emulator._state.model import Action

__all__ = ["messages_of", "read_hash", "read_hex", "signature_of"]

_LONGEST_HASH = 64


def read_hex(text: str, pointer: str, size: int | None = None) -> bytes:
    """The bytes that hexadecimal digits stand for.

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
    """A hash of at most 64 bytes."""
    digest = read_hex(text, pointer)
    if len(digest) > _LONGEST_HASH:
        raise invalid(pointer, f"has {len(digest)} bytes, more than {_LONGEST_HASH}")
    return digest


def signature_of(client_id: str, digest: bytes) -> str:
    """A core client's signature of a hash, in the length of a real one: 49 bytes in hexadecimal digits."""
    return "03" + hmac.digest(f"qredo-emulator {client_id}".encode(), digest, "sha384").hex()


def messages_of(action: Action) -> list[str]:
    """The messages that an agent signs to approve an action: two, always the same ones."""
    return [hashlib.sha512(f"qredo-emulator {action.id} {part}".encode()).hexdigest() for part in (1, 2)]
