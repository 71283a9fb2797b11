"""Several files that are written together, or a folder that is replaced as a whole, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

__all__ = ["replace_all", "swap_folder"]


def replace_all(texts: Mapping[Path, str], *, remove: Sequence[Path] = ()) -> None:
    """Write files whole, and remove others; when one of them fails, all are as they were.

    Args:
        texts: The new text of each file.
        remove: Files that go; one that is not there is no error.

    Raises:
        OSError: A file cannot be written.
    """
    before = {path: path.read_bytes() if path.exists() else None for path in (*texts, *remove)}
    try:
        for path, text in texts.items():
            _write(path, text.encode())
        for path in remove:
            path.unlink(missing_ok=True)
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                _write(path, content)
        raise


def swap_folder(fresh: Path, output: Path, aside: Path, then: Callable[[], None] = lambda: None) -> None:
    """Put a new folder in the place of an old one, then do the rest; if that fails, the old one is back.

    Args:
        fresh: The new folder, on the same file system.
        output: Its place; there may be nothing there yet.
        aside: Where the old one is afterwards, in a temporary folder; nothing is there.
        then: What belongs to it.
    """
    existed = output.exists()
    if existed:
        output.rename(aside)
    try:
        fresh.rename(output)
        then()
    except BaseException:
        if output.exists():
            output.rename(fresh)
        if existed:
            aside.rename(output)
        raise


def _write(path: Path, content: bytes) -> None:
    """Write beside the file, then rename: no reader ever sees half a file."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
