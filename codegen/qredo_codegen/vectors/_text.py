"""How the files of vectors are written."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["base64url", "document"]

Entries = Sequence[dict[str, Any]]


def base64url(content: bytes) -> str:
    """Base64 with the URL-safe alphabet and without padding: the one right text of a signature."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def document(comment: str, algorithm: str, notes: Mapping[str, str], vectors: Entries, **inputs: Entries) -> str:
    """Return the text of a file of vectors: JSON in ASCII, which is the same bytes on every system.

    Args:
        comment: What the file is, and what explains it.
        algorithm: What makes a right signature.
        notes: What each flag means.
        vectors: The cases.
        inputs: What the cases refer to, such as keys.
    """
    content = {
        "comment": comment,
        "version": 1,
        "algorithm": algorithm,
        "notes": {name: {"description": text} for name, text in notes.items()},
        **inputs,
        "number_of_vectors": len(vectors),
        "vectors": vectors,
    }
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"
