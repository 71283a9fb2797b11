"""JSON as the emulator writes it."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["dump"]


def dump(value: Any) -> bytes:
    """Return compact JSON in UTF-8; text that UTF-8 can't hold (a lone surrogate) is escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
