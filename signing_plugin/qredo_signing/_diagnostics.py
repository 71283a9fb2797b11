"""Warnings that point at the caller's line, the package's logger, and `QREDO_LOG`, which shows it.

This module stays at the top of the package, because it derives the package's name from its own. In a vendored copy
(`third_party.qredo.qredo_signing`) that is the copy's name, so each copy has its own logger.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from contextlib import suppress
from typing import Any

from ._text import printable

__all__ = ["LEVELS", "LOG", "REQUESTS", "is_ours", "log", "show_log", "warn"]

_PACKAGE = __name__.rpartition(".")[0]

LOG = logging.getLogger(_PACKAGE)
"""Logs retries and a corrected clock; write to it with `log`."""

LOG.addHandler(logging.NullHandler())

REQUESTS = LOG.getChild("requests")
"""Logs each call when it ends, at INFO, and each attempt, at DEBUG. The same rule holds."""

LEVELS = {"info": logging.INFO, "debug": logging.DEBUG}
"""What `QREDO_LOG` may be."""


class _WhereNoneIs(logging.StreamHandler[Any]):
    """Writes to stderr, unless the program has set up logging: its own handlers then get the lines already."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        if not logging.getLogger().handlers:
            self.stream = sys.stderr
            super().emit(record)


def show_log(level: str) -> None:
    """Show the log from a level on, as `QREDO_LOG` asks; empty leaves logging to the program."""
    if not level:
        return
    if level.lower() not in LEVELS:
        warn(f"QREDO_LOG is {level!r}, which is no level: set it to info or debug, or unset it", UserWarning)
        return
    handler = _WhereNoneIs()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(LEVELS[level.lower()])


def log(level: int, message: str, *args: object, logger: logging.Logger = LOG) -> None:
    """Log one line. Never pass a URL's query, a header, a body or a secret.

    Texts from elsewhere are escaped. A handler or filter that raises must not turn a call that was sent into another
    error, so its error is dropped.
    """
    with suppress(Exception):
        if not logger.isEnabledFor(level):
            return
        shown = [each if isinstance(each, int | float) else printable(str(each)) for each in args]
        logger.log(level, message, *shown, stacklevel=2)


def warn(message: str, category: type[Warning]) -> None:
    """Warn on behalf of the first frame outside this package and outside of Python's import."""
    level, frame = 1, sys._getframe()
    while frame.f_back:
        name = frame.f_globals.get("__name__", "")
        if not is_ours(name) and name.partition(".")[0] != "importlib":
            break
        if not name.startswith("importlib._bootstrap"):  # `warnings` skips these frames itself
            level += 1
        frame = frame.f_back
    warnings.warn(message, category, stacklevel=level)


def is_ours(module: str) -> bool:
    """Whether a module of this name is part of this package."""
    return module == _PACKAGE or module.startswith(f"{_PACKAGE}.")


show_log(os.environ.get("QREDO_LOG", ""))
