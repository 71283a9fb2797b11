"""Companies: as in 1.1, whose views have every field that 1.0 requires."""

from __future__ import annotations

from qredo_emulator.handlers.v1_1.company import create, get, search, update

__all__ = ["create", "get", "search", "update"]
