"""How to install an extra, for every message that names one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["import_from_extra", "install_advice"]


def install_advice(extra: str, missing: str | None) -> str:
    """Return the command that installs an extra, for the end of a message.

    It never names the distribution to pip. That is on no package index, and another package under this name
    would run beside custody keys.

    Args:
        extra: Such as `feeds`.
        missing: The module that was not found.
    """
    return f'pip install ".[{extra}]" in a checkout of the project (not found: {missing})'


def import_from_extra(module: str, extra: str, what: str) -> Any:
    """Import a module that an extra has. Raises `ImportError` with the line for pip where it is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        advice = install_advice(extra, error.name)
        raise ImportError(f"{what} an extra: {advice}", name=error.name) from error
