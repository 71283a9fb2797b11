"""The shape of a vendor's file: names, types, required lists and enums, without texts; `adopted.json` keeps it."""

from __future__ import annotations

import json
from pathlib import Path

from qredo_codegen.describe.decisions import Decisions
from qredo_codegen.describe.texts import TEXTS, is_extension, pruned, without_our_extensions
from qredo_codegen.description.document import Document, load

__all__ = ["load_shape", "shape_of", "shape_text"]


def shape_of(vendor: Document) -> Document:
    """Return a copy of a vendor's file without texts, examples and extensions; everything else stays as it is."""
    bare = without_our_extensions(vendor, Decisions())
    found: Document = pruned(bare, lambda key, value, _: key in TEXTS or is_extension(key, value))
    if isinstance(found.get("info"), dict):
        found["info"] = {"title": "", **found["info"]}  # OpenAPI wants one
    return found


def shape_text(shape: Document) -> str:
    """Return the text of `adopted.json`."""
    return json.dumps(shape, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def load_shape(path: Path) -> Document | None:
    """Return the shape that was adopted, or None if none was.

    Raises:
        DocumentError: The file cannot be read.
    """
    return load(path) if path.is_file() else None
