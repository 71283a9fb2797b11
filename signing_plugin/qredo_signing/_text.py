"""Text from elsewhere, made harmless for a terminal and for a log."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """Return the text with control and invisible characters written as escapes.

    Names and messages come from the service. None of them may move the cursor, begin a line of a log, or look like
    another text. What is printable stays as it is, so a second pass changes nothing.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
