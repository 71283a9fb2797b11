"""Reading small secret files, with a warning about those that other users can read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .._diagnostics import warn
from ..errors import InsecureKeyFileWarning

__all__ = ["read_small_file"]

_READ_OR_WRITE_BY_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH


def read_small_file(path: str | os.PathLike[str], *, secret: bool) -> bytes:
    """Read a file whole.

    Args:
        path: The file.
        secret: Warn (`InsecureKeyFileWarning`) when its mode lets group or others in; on POSIX only.

    Raises:
        OSError: As `open` does.
    """
    with Path(path).open("rb") as file:
        if secret and os.name == "posix":
            _check_mode(path, os.fstat(file.fileno()).st_mode)
        return file.read()


def _check_mode(path: str | os.PathLike[str], mode: int) -> None:
    if mode & _READ_OR_WRITE_BY_OTHERS:
        warn(
            f"{os.fspath(path)} has mode {stat.S_IMODE(mode):04o}, so other users can read or change it: chmod 600 it",
            InsecureKeyFileWarning,
        )
