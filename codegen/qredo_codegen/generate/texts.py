"""Texts of a description, as documentation shows them."""

from __future__ import annotations

import json
import re

from qredo_codegen.description.document import Document

__all__ = ["prose", "with_notes"]


def prose(node: Document, key: str = "description") -> str:
    """A text of the description; lines are joined, paragraphs stay apart."""
    paragraphs = re.split(r"\n\s*\n", str(node.get(key) or "").strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def with_notes(text: str, schema: Document) -> str:
    """A text with what a caller should know of the schema beyond its type."""
    notes = []
    if schema.get("type") == "string" and "format" in schema and schema["format"] != "binary":
        notes.append(f"Format: {schema['format']}.")
    if schema.get("readOnly"):
        notes.append("Read-only: the service gives it.")
    if schema.get("writeOnly"):
        notes.append("Never in a response.")
    if "default" in schema:
        value = json.dumps(schema["default"], ensure_ascii=False, default=str)
        notes.append(f"The service takes {value} if it is not given.")
    if schema.get("deprecated"):
        notes.append("Deprecated.")
    return " ".join([*([text] if text else []), *notes])
