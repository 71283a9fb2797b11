"""The descriptions that the emulator serves, by API package: as files, and as the emulator reads them."""

from __future__ import annotations

from pathlib import Path

from qredo_emulator._description.document import read_document
from qredo_emulator._description.operations import Operation
from qredo_emulator._description.read import Description, load_description

__all__ = ["DESCRIPTIONS", "Description", "Operation", "described", "read_document"]

DESCRIPTIONS = {path.parent.name: path for path in Path(__file__).parents[2].glob("spec/*/openapi.yaml")}


def described(package: str) -> Description:
    """Read a description."""
    return load_description(package, DESCRIPTIONS[package])
