"""What an API key says about itself: for which kind of environment it was made."""

from __future__ import annotations

import base64
import enum
import json

__all__ = ["EMULATOR_ISSUER", "EMULATOR_PREFIX", "KeyKind", "hmac_kind_of", "is_api_key", "kind_of"]

EMULATOR_ISSUER = "qredo-emulator"
EMULATOR_PREFIX = "emulator-"


class KeyKind(enum.Enum):
    """The kind of environment that an API key belongs to."""

    LIVE = "live"
    SANDBOX = "sandbox"
    EMULATOR = "emulator"
    UNKNOWN = "unknown"  # the key does not say

    def __str__(self) -> str:
        return self.value


def kind_of(api_key: str) -> KeyKind:
    """Read the kind from an API key's text.

    The key is JSON in base64url, with or without padding. Beside two texts a test key carries one boolean, true; the
    vendor's documents do not give its name in full, so any single boolean counts. The emulator marks its own keys with
    an issuer. What cannot be read is `UNKNOWN`: the server will judge it.
    """
    members = _members(api_key)
    if members.get("issuer") == EMULATOR_ISSUER:
        return KeyKind.EMULATOR
    booleans = [value for value in members.values() if isinstance(value, bool)]
    if len(booleans) != 1:
        return KeyKind.UNKNOWN
    return KeyKind.SANDBOX if booleans[0] else KeyKind.LIVE


def hmac_kind_of(api_key: str) -> KeyKind:
    """Read the kind from an API key of the Qredo API v1: an id, which says nothing unless it is an emulator's."""
    return KeyKind.EMULATOR if api_key.startswith(EMULATOR_PREFIX) else KeyKind.UNKNOWN


def is_api_key(text: str) -> bool:
    """Whether a text can be nothing but an API key of the Partner API."""
    return {"key_id", "key"} <= _members(text.strip()).keys()


def _members(api_key: str) -> dict[str, object]:
    text = api_key.rstrip("=")  # the decoder takes either alphabet
    try:
        members = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}
