"""The API versions that there are, one per folder of `spec/`: tests that concern each version take them from here."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["DESCRIPTIONS", "PACKAGES", "document_of"]

DESCRIPTIONS = {path.parent.name: path for path in sorted(Path(__file__).parents[1].glob("spec/*/openapi.yaml"))}
"""The file of each description, by the name of its package."""

PACKAGES = tuple(DESCRIPTIONS)


@cache
def document_of(package: str) -> dict[str, Any]:
    """Return a description as it is written, read without the project's own code; don't change it."""
    document: dict[str, Any] = yaml.load(DESCRIPTIONS[package].read_bytes(), Loader=yaml.CSafeLoader)
    return document
