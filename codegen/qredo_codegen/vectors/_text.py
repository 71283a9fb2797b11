"""How both files of vectors are written."""

from __future__ import annotations

import base64
import json

__all__ = ["base64url", "dump"]


def base64url(content: bytes) -> str:
    """Base64 with the URL-safe alphabet and without padding: the one right text of a signature."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def dump(document: dict[str, object]) -> str:
    """JSON in ASCII, which is the same bytes on every system."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"
