"""Read what the user hands over: files and stdin."""

from __future__ import annotations

import sys
from pathlib import Path

from ._errors import CliError
from ._exits import Exit

__all__ = ["read_file", "read_stdin"]


def read_file(path: Path, *, code: Exit = Exit.USAGE) -> bytes:
    """Return the bytes of a file.

    Raises:
        CliError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise CliError(
        f"{path} cannot be read: {reason}", f"check the path {path.absolute()} and its permissions", code=code
    )


def read_stdin() -> bytes:
    """Return the bytes of stdin.

    Raises:
        CliError: It is closed or empty, as after a command in the pipe that failed.
    """
    try:
        data = sys.stdin.buffer.read()
        problem = "is empty"
    except OSError as error:
        data = b""
        problem = f"cannot be read: {error.strerror or type(error).__name__}"
    if not data:
        raise CliError(f"stdin {problem}", "a dash (-) reads the body from stdin: pipe it in")
    return data
