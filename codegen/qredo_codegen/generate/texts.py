"""Texts of a description, and the losses that parsing it finds."""

from __future__ import annotations

import re
from typing import Any

from qredo_codegen.description.document import Document
from qredo_codegen.description.places import Problem

__all__ = ["Losses", "prose", "text"]


class Losses(list[Problem]):
    """What would be lost; collected, so that all of it can be named at once."""

    def add(self, where: str, message: str) -> None:
        """Note a loss and the JSON pointer of its place."""
        self.append(Problem(where, message))


def text(value: Any) -> str:
    """The text of a string of the parser's, which marks what comes from the description as untrusted."""
    return str(value.get_untrusted_value() if hasattr(value, "get_untrusted_value") else value)


def prose(node: Document, key: str = "description") -> str:
    """A text of the description; lines are joined, paragraphs stay apart."""
    paragraphs = re.split(r"\n\s*\n", str(node.get(key, "")).strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
