"""Links to what is not there, which no file is made through."""

from __future__ import annotations

from pathlib import Path

__all__ = ["dangling_link"]


def dangling_link(path: Path) -> str | None:
    """Say what is wrong if the path is a link to something that does not exist; None if it is not."""
    if not path.is_symlink() or path.exists():
        return None
    return f"{path} is a link to {path.readlink()}, which does not exist: make that, or remove the link"
