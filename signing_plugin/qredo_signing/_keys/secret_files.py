"""Read and write key files: warn about files that other users can read, and make new ones private."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from .._diagnostics import warn
from .._secrecy import may_be_secret
from ..errors import ConfigurationError, InsecureKeyFileWarning, KeyLoadError

__all__ = ["as_utf8", "read_key_file", "write_key_files"]

_READ_OR_WRITE_BY_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
_PUBLIC_FILE = "public.pem"


def read_key_file(
    path: str | os.PathLike[str],
    what: str,
    error_class: type[ConfigurationError] = KeyLoadError,
    *,
    secret: bool = True,
) -> bytes:
    """Read a file whole.

    Args:
        path: The file.
        what: What to call it in an error.
        error_class: The class of that error.
        secret: Warn (`InsecureKeyFileWarning`) when its mode lets group or others in; on POSIX only.

    Raises:
        ConfigurationError: It cannot be read.
    """
    text = os.fsdecode(path)
    try:
        with Path(text).open("rb") as file:
            if secret and os.name == "posix":
                _check_mode(text, os.fstat(file.fileno()).st_mode)
            return file.read()
    except (OSError, ValueError) as error:  # a ValueError for a NUL
        why = _why_unreadable(text, error)
    raise error_class(f"the {what} {why}")


def as_utf8(text: bytes) -> bytes:
    """Return a text in UTF-8, also one in UTF-16 as a redirection in PowerShell writes it."""
    if not text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return text
    return text.decode("utf-16", "replace").encode()


def write_key_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write new files, all or none, into a folder that is made if it is missing: mode 0600, and 0644 for `public.pem`.

    Args:
        folder: Where to write.
        files: Content by file name.

    Raises:
        OSError: A file cannot be written, or exists already. Nothing is overwritten.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as undo:
        for name, content in files.items():
            mode = 0o644 if name == _PUBLIC_FILE else 0o600
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            undo.callback((folder / name).unlink, missing_ok=True)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        undo.pop_all()


def _why_unreadable(path: str, error: OSError | ValueError) -> str:
    """Say which file cannot be read, why, and what to do about it.

    A secret may have been given in the place of its file's path, so what is not like a path is not quoted.
    """
    if not path.isprintable() or any(map(may_be_secret, Path(path).parts)):
        return f"was given as {len(path)} characters that are no path: give the path of the file, not what it holds"
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"{path} cannot be read ({reason}): {_advice(path, error)}"


def _advice(path: str, error: OSError | ValueError) -> str:
    """Return what to do about a file that cannot be read. A relative path is where the program was started."""
    if path != (expanded := os.path.expanduser(path)):  # noqa: PTH111 - Path raises an error for an unknown user
        return f"~ is not expanded here, so pass {expanded}"
    if isinstance(error, IsADirectoryError):
        return "it is a folder: give the path of the file in it"
    file = Path(path).absolute()
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"check the permissions of {file}"
    if not file.parent.is_dir():
        return f"there is no folder {file.parent}; check the path, and where the program was started"
    return f"there is no {file.name} in the folder {file.parent}; check the path"


def _check_mode(path: str, mode: int) -> None:
    if mode & _READ_OR_WRITE_BY_OTHERS:
        warn(
            f"{path} has mode {stat.S_IMODE(mode):04o}, so other users can read or change it: chmod 600 it",
            InsecureKeyFileWarning,
        )
