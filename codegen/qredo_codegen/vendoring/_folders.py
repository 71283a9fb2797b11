"""Writing a vendored folder: the whole of it, or nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qredo_codegen._atomic_files import swap_folder
from qredo_codegen.errors import GenerationError

from ._sources import Files

__all__ = ["put"]


def put(files: Files, folder: Path) -> None:
    """Make a folder hold these files and no others; if that fails, it is as it was, or not there as it was not.

    Args:
        files: The bytes of each file by its path.
        folder: The folder; what is in it goes.

    Raises:
        GenerationError: It cannot be written.
    """
    folder = folder.resolve()
    try:
        with _parents(folder), tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            fresh = Path(scratch) / "new"
            for path, content in files.items():
                target = fresh / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            swap_folder(fresh, folder, Path(scratch) / "old")
    except OSError as error:
        raise GenerationError(f"{folder} cannot be written, and is as it was: {error}.") from error


@contextmanager
def _parents(folder: Path) -> Iterator[None]:
    """Make the folders above a folder; if what follows fails, those that were made go again."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in missing:
            with suppress(FileNotFoundError, NotADirectoryError):
                parent.rmdir()
        raise
