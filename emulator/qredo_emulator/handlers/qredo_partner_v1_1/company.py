"""Companies, as in every version."""

from __future__ import annotations

from qredo_emulator.handlers._shared.company import create, get, search, update

__all__ = ["create", "get", "search", "update"]
