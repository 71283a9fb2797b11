"""The descriptions as Swagger UI needs them: whole, in JSON, with this emulator as their server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qredo_emulator._description.read import find_descriptions, read_document

__all__ = ["document"]


def document(package: str, folder: Path | None, base_paths: Sequence[str]) -> Mapping[str, Any]:
    """One description, served from here.

    Args:
        package: Its import package; it has to be there.
        folder: The folder of descriptions, as in the settings.
        base_paths: Where the emulator serves it; the first is what Swagger UI uses.
    """
    content = read_document(find_descriptions(folder)[package])
    # Relative, so that they are of the host that the browser calls the emulator by.
    return {**content, "servers": [{"url": path} for path in base_paths]}
