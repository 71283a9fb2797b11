"""Warnings that point at the caller's line, and the package's logger.

This module stays at the top of the package, because it derives the package's name from its own. In a vendored copy
(`third_party.qredo.qredo_signing`) that is the copy's name, so each copy has its own logger.
"""

from __future__ import annotations

import logging
import sys
import warnings
from contextlib import suppress

from ._text import printable

__all__ = ["LOG", "is_ours", "log", "warn"]

_PACKAGE = __name__.rpartition(".")[0]

LOG = logging.getLogger(_PACKAGE)
"""Logs retries and a corrected clock; write to it with `log`."""

LOG.addHandler(logging.NullHandler())


def log(level: int, message: str, *args: object) -> None:
    """Log one line. Never pass a URL's query, a header, a body or a secret.

    Texts from elsewhere are escaped. A handler or filter that raises must not turn a call that was sent into another
    error, so its error is dropped.
    """
    with suppress(Exception):
        shown = [each if isinstance(each, int | float) else printable(str(each)) for each in args]
        LOG.log(level, message, *shown, stacklevel=2)


def warn(message: str, category: type[Warning]) -> None:
    """Warn on behalf of the first frame outside this package."""
    level, frame = 1, sys._getframe()
    while frame.f_back and is_ours(frame.f_globals.get("__name__", "")):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def is_ours(module: str) -> bool:
    """Whether a module of this name is part of this package."""
    return module == _PACKAGE or module.startswith(f"{_PACKAGE}.")
