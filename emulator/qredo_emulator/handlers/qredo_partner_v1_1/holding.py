"""Holdings, as in every version."""

from __future__ import annotations

from qredo_emulator.handlers._shared.holding import get_all

__all__ = ["get_all"]
