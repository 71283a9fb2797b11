"""The token of a signing agent: hex of JSON."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["agent_token"]

_TEXTS = ("ID", "U", "V")


def agent_token(text: str) -> dict[str, Any] | None:
    """Decode a token; None if its form is wrong."""
    try:
        token = json.loads(bytes.fromhex(text))
    except (ValueError, RecursionError):
        return None
    if not isinstance(token, dict) or not all(isinstance(token.get(key), str) and token[key] for key in _TEXTS):
        return None
    return token if type(token.get("ET")) is int else None
