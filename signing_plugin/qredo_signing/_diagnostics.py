"""Warnings that point at the caller's line, however deep in this package they are raised."""

from __future__ import annotations

import sys
import warnings

__all__ = ["is_ours", "warn"]

_PACKAGE = __name__.rpartition(".")[0]


def warn(message: str, category: type[Warning]) -> None:
    """Warn on behalf of the first frame outside this package."""
    level, frame = 1, sys._getframe()
    while frame.f_back and is_ours(frame.f_globals.get("__name__", "")):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def is_ours(module: str) -> bool:
    """Whether a module of this name is part of this package."""
    return module == _PACKAGE or module.startswith(f"{_PACKAGE}.")
