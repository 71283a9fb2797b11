"""Showing what was given without showing what may be a secret in the wrong place."""

from __future__ import annotations

__all__ = ["brief"]

_LONGEST = 60  # shorter than an API key, a token or a line of PEM


def brief(text: str) -> str:
    """Quote a short text; tell only the length of one that is long enough to be a secret in the wrong place."""
    return repr(text) if len(text) <= _LONGEST else f"a text of {len(text)} characters"
