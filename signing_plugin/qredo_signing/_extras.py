"""How to install an extra, for every message that names one."""

from __future__ import annotations

__all__ = ["install_advice"]


def install_advice(extra: str, missing: str | None) -> str:
    """Return the command that installs an extra, for the end of a message.

    It never names the distribution to pip. That is on no package index, and another package under this name
    would run beside custody keys.

    Args:
        extra: Such as `feeds`.
        missing: The module that was not found.
    """
    return f'pip install ".[{extra}]" in a checkout of the project (not found: {missing})'
