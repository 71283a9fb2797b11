"""Text from elsewhere, made harmless for a terminal."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """Return the text with control and invisible characters written as escapes.

    Names and messages come from the service; none of them may move the cursor, or look like another.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
