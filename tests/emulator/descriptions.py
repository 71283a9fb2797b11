"""The descriptions that the emulator serves, by API package: as files, and as the emulator reads them."""

from __future__ import annotations

from qredo_emulator._description.document import read_document
from qredo_emulator._description.operations import Operation
from qredo_emulator._description.read import Description, load_description

from ..versions import DESCRIPTIONS, PACKAGES

__all__ = ["DESCRIPTIONS", "PACKAGES", "Description", "Operation", "described", "read_document"]


def described(package: str) -> Description:
    """Read a description."""
    return load_description(package, DESCRIPTIONS[package])
