"""API keys in the console: make one, show it once, upload its public key, list all."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection
from typing import Any

from qredo_signing import KeyLoadError, PublicKey

from qredo_emulator._authentication.key_ring import KeyRing, KeysError

__all__ = ["all_keys", "key_id", "new_key", "upload_key"]

_PRIVATE = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY")


def key_id(api_key: str) -> str:
    """The part of an API key that identifies it and is not secret.

    An API key of the Partner API has one inside it (one that has none is named by its digest); that of the
    Qredo API is nothing but an id, its secret being another text.
    """
    try:
        members = json.loads(base64.urlsafe_b64decode(api_key + "=" * (-len(api_key) % 4)))
    except ValueError:
        return api_key
    name = members.get("key_id") if isinstance(members, dict) else None
    return name if isinstance(name, str) and name else hashlib.sha256(api_key.encode()).hexdigest()[:14]


def new_key(ring: KeyRing) -> dict[str, str]:
    """Make an API key, and return the whole key: the only time that it is shown."""
    api_key = ring.new_api_key()
    return {"id": key_id(api_key), "api_key": api_key}


def upload_key(ring: KeyRing, id: str, pem: bytes) -> dict[str, Any]:
    """Register the public key of an API key that has none yet.

    Raises:
        KeysError: No API key with this id waits for one.
        KeyLoadError: The text is not one RSA public key of at least 2048 bits, or has a private key in it.
    """
    api_key = next((api_key for api_key in ring.waiting if key_id(api_key) == id), None)
    if api_key is None:
        raise KeysError(f"no API key {id} waits for a public key: make a new one")
    if _PRIVATE.search(pem):
        raise KeyLoadError(
            "this is a private key. It was not kept, and it never has to leave your machine: make its public half "
            "with `openssl rsa -in private.pem -pubout -out public.pem` and upload that"
        )
    key = PublicKey.from_pem(pem)
    ring.register(api_key, key)
    return {"id": id, "bits": key.bits, "fingerprint": key.fingerprint}


def all_keys(ring: KeyRing, console: Collection[str]) -> list[dict[str, Any]]:
    """Every API key without its secret part: first those without a public key, newest first.

    Args:
        ring: Where they are registered.
        console: API keys with which the console itself signs.
    """
    # Listed first, and read from what was listed: keys may be added or forgotten meanwhile, by other threads.
    waiting = [{"id": key_id(api_key), "state": "waiting"} for api_key in ring.waiting]
    keys = dict(ring.known)
    registered = [
        {
            "id": key_id(api_key),
            "state": "live" if api_key in ring.live else "registered",
            "console": api_key in console,
            "public_key": {"bits": 8 * key.size, "fingerprint": key.fingerprint} if key.fingerprint else None,
        }
        for api_key, key in keys.items()
    ]
    return [*reversed(waiting), *reversed(registered)]
