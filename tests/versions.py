"""The API versions that there are, one per folder of `spec/`: tests that concern each version take them from here."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["DESCRIPTIONS", "OUR_OWN", "PACKAGES", "document_of"]

DESCRIPTIONS = {path.parent.name: path for path in sorted(Path(__file__).parents[1].glob("spec/*/openapi.yaml"))}
"""The file of each description, by the name of its package."""

PACKAGES = tuple(DESCRIPTIONS)


@cache
def document_of(package: str) -> dict[str, Any]:
    """Return a description as it is written, read without the project's own code; don't change it."""
    document: dict[str, Any] = yaml.load(DESCRIPTIONS[package].read_bytes(), Loader=yaml.CSafeLoader)
    return document


OUR_OWN = tuple(package for package in PACKAGES if document_of(package).get("x-form") != "vendor")
"""Those with a description of our own, which has examples and texts; one that `describe` made of a file has none.

The generator has called every operation of the others, too, before it swapped a package in.
"""
