"""Several files that are written together or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["replace_all"]


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


def _write(path: Path, content: bytes) -> None:
    """Beside, then in place: nobody ever reads half a file."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
