"""Holdings: as in 1.1."""

from __future__ import annotations

from qredo_emulator.handlers.v1_1.holding import get_all

__all__ = ["get_all"]
