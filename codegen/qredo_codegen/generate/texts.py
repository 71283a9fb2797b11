"""Texts of a description, as documentation shows them."""

from __future__ import annotations

import json
import re

from qredo_codegen.description.document import Document

__all__ = ["prose", "with_notes"]


def prose(text: object) -> str:
    """A text of the description; lines are joined, paragraphs stay apart."""
    paragraphs = re.split(r"\n\s*\n", str(text or "").strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def with_notes(text: str, schema: Document) -> str:
    """A text with what a caller should know of the schema beyond its type."""
    form = schema.get("format") if schema.get("type") == "string" else None
    default = json.dumps(schema.get("default"), ensure_ascii=False, default=str)
    notes = {
        f"Format: {form}.": form is not None and form != "binary",
        "Read-only: the service gives it.": schema.get("readOnly"),
        "Never in a response.": schema.get("writeOnly"),
        f"The service takes {default} if it is not given.": "default" in schema,
        "Deprecated.": schema.get("deprecated"),
    }
    return " ".join([*([text] if text else []), *(note for note, holds in notes.items() if holds)])
