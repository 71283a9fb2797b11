"""Dangling symbolic links, through which no file is created."""

from __future__ import annotations

from pathlib import Path

__all__ = ["dangling_link"]


def dangling_link(path: Path) -> str | None:
    """Return a message if the path is a dangling link, None if it is not."""
    if not path.is_symlink() or path.exists():
        return None
    return f"{path} is a link to {path.readlink()}, which does not exist: make that, or remove the link"
