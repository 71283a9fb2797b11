"""Which commit a checkout is at, and whether what is vendored was changed since."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

__all__ = ["Commit", "commit_of"]

_READ = ("LICENSE", "constraints.txt", "pyproject.toml", "codegen", "generated", "signing_plugin", "spec")
"""What vendoring reads; other files may change without changing what is vendored."""


class Commit(NamedTuple):
    """The state of a checkout.

    Attributes:
        name: The commit's hash; None where there is no git, no commit, or no checkout of its own.
        changed: Whether anything that vendoring reads differs from that commit; None where that cannot be said.
    """

    name: str | None
    changed: bool | None


def commit_of(root: Path) -> Commit:
    """The commit of a checkout."""
    top = _git(root, "rev-parse", "--show-toplevel")
    name = _git(root, "rev-parse", "HEAD")
    if top is None or name is None or Path(top).resolve() != root.resolve():
        return Commit(None, None)
    status = _git(root, "status", "--porcelain", "--", *_READ)
    return Commit(name, None if status is None else bool(status))


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
