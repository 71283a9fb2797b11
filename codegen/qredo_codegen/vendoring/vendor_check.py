"""Says whether this folder is, byte for byte, what was vendored: `python vendor_check.py`.

Needs Python 3.8 or later and its standard library, and no network. It compares every file with VENDORED.json beside it
and names each one that was changed, is missing, or was added. Exit status: 0 when all is as vendored, 1 when something
differs, 2 when it was called wrongly.

What it finds is accidents and edits by hand. Who can rewrite the whole folder can also rewrite VENDORED.json and
this file; against that, keep the record's hash elsewhere and give it as `--record HASH` to a copy of this file from
elsewhere.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

RECORD = "VENDORED.json"
LEFTOVERS = {"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
_SEAL = re.compile(rb'\A\{\n  "record_sha256": "([0-9a-f]{64})",\n')
_PLACE = slice(len(b'{\n  "record_sha256": "'), len(b'{\n  "record_sha256": "') + 64)


class Difference(NamedTuple):
    """A file that is not as vendored: `changed`, `missing` or `added`, and its path in the folder."""

    what: str
    path: str

    def __str__(self) -> str:
        """As it is printed."""
        return f"{self.what}: {self.path}"


def record_hash(content: bytes) -> str:
    """SHA-256 of a record without the place that holds this very hash."""
    return hashlib.sha256(content[: _PLACE.start] + content[_PLACE.stop :]).hexdigest()


def read_record(root: Path) -> tuple[str, dict[str, str]] | None:
    """The hash of the record and those of the files; None when the record is not as it was written."""
    content = (root / RECORD).read_bytes()
    seal = _SEAL.match(content)
    if seal is None or seal[1].decode() != record_hash(content):
        return None
    return seal[1].decode(), json.loads(content)["files"]


def verify(
    root: Path,
    *,
    allow_added: bool = False,
    without: tuple[str, ...] = (),
    record: str | None = None,
) -> list[Difference]:
    """Compare a vendored folder with its record.

    Args:
        root: The folder that holds VENDORED.json.
        allow_added: Do not look for files that the record does not name.
        without: Folders that are not looked at.
        record: The hash that the record must have; then caches such as __pycache__ count as added files too.

    Returns:
        What differs, by path. If the record itself was changed, that is all that can be said.

    Raises:
        OSError: The record cannot be read.
    """
    known = read_record(root)
    if known is None or record not in (None, known[0]):
        return [Difference("changed", RECORD)]
    left_out = tuple(f"{folder.rstrip('/')}/" for folder in without)
    files = {path: digest for path, digest in known[1].items() if not path.startswith(left_out)}
    found = [_difference(root, path, digest) for path, digest in files.items()]
    if not allow_added:
        # Python runs what is in a cache: a cache could hide an edit, so none is skipped.
        leftovers = set() if record else LEFTOVERS
        present = (path for path in _present(root, leftovers) if not path.startswith(left_out))
        found += [Difference("added", path) for path in present if path not in files and path != RECORD]
    return sorted((one for one in found if one is not None), key=lambda one: one.path)


def _difference(root: Path, path: str, digest: str) -> Difference | None:
    file = root / path
    if not file.is_file():
        return Difference("missing", path)
    same = hashlib.sha256(file.read_bytes()).hexdigest() == digest
    return None if same else Difference("changed", path)


def _present(root: Path, leftovers: set[str]) -> list[str]:
    paths = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in leftovers)
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        paths += [(Path(folder) / name).relative_to(root).as_posix() for name in (*names, *links)]
    return paths


def main(arguments: list[str] | None = None) -> int:
    """Check a folder and print what differs."""
    parser = argparse.ArgumentParser(description="Say whether a vendored folder is as it was vendored.")
    here = Path(__file__).parent
    parser.add_argument("root", nargs="?", type=Path, default=here, help="the folder (default: this file's)")
    parser.add_argument("--allow-added", action="store_true", help="do not look for files that were added")
    parser.add_argument("--without", metavar="FOLDER", action="append", default=[], help="do not look into this folder")
    parser.add_argument("--record", metavar="HASH", help="what its record_sha256 must be; caches count then")
    given = parser.parse_args(arguments)
    if not (given.root / RECORD).is_file():
        print(f"{given.root} has no {RECORD}: name the folder that was vendored.", file=sys.stderr)
        return 2
    left_out = tuple(given.without)
    differences = verify(given.root, allow_added=given.allow_added, without=left_out, record=given.record)
    for difference in differences:
        print(difference)
    if differences:
        return 1
    print("As vendored.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
