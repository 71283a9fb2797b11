"""Says whether this folder is, byte for byte, what was vendored: `python vendor_check.py`.

Needs Python 3.8 or later and its standard library, and no network. It compares every file with VENDORED.json beside it
and names each one that was changed, is missing, or was added. Exit status: 0 when all is as vendored, 1 when something
differs, 2 when it was called wrongly.

It finds accidents and edits by hand. An attacker who can write to the folder can rewrite VENDORED.json and this file
too. To find that, store the record's hash elsewhere, and run a copy of this file from elsewhere:
`python -I vendor_check.py FOLDER --record HASH`. The hash, that copy and Python itself are the root of trust.
"""

# No `from __future__`: it is an import too, and comes before Python is isolated.
import sys

if __name__ == "__main__" and not sys.flags.isolated:
    # Python looks for modules in the folder of a script first: an argparse.py that was added there would run here.
    del sys.path[0]
    import subprocess

    sys.exit(subprocess.call([sys.executable, "-I", *sys.argv]))

import argparse
import hashlib
import json
import os
import re
import stat
from pathlib import Path, PurePosixPath
from typing import Iterator, NamedTuple  # noqa: UP035 - for Python 3.8

RECORD = "VENDORED.json"
LEFTOVERS = {"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
_SEAL = re.compile(rb'\A\{\n  "record_sha256": "([0-9a-f]{64})",\n')
_PLACE = slice(len(b'{\n  "record_sha256": "'), len(b'{\n  "record_sha256": "') + 64)


class Difference(NamedTuple):
    """A file that is not as vendored, and its path in the folder.

    `changed`, `missing`, `added`, `link` (something else stands there, which can change by itself) or `unreadable`.
    """

    what: str
    path: str

    def __str__(self) -> str:
        """As it is printed: one line, whatever the file's name is."""
        return f"{self.what}: {self.path if self.path.isprintable() else ascii(self.path)}"


def record_hash(content: bytes) -> str:
    """SHA-256 of a record without the place that holds this very hash."""
    return hashlib.sha256(content[: _PLACE.start] + content[_PLACE.stop :]).hexdigest()


def read_record(root: Path) -> "tuple[str, dict[str, str]] | None":
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
    without: "tuple[str, ...]" = (),
    record: "str | None" = None,
) -> "list[Difference]":
    """Compare a vendored folder with its record.

    Args:
        root: The folder that holds VENDORED.json.
        allow_added: Do not look for files that the record does not name, nor whether files are links: for a sandbox
            of links to declared files.
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
    found = [_difference(root / path, path, digest) for path, digest in files.items()]
    if not allow_added:
        # Python runs what is in a cache: a cache could hide an edit, so none is skipped.
        leftovers = set() if record else LEFTOVERS
        present = {path: what for path, what in _present(root, leftovers) if not path.startswith(left_out)}
        folders = {f"{folder.as_posix()}/" for path in files for folder in PurePosixPath(path).parents}
        expected = {RECORD, *files, *folders}  # a folder whose files are missing is no addition
        found += [Difference(what, path) for path, what in present.items() if what != "added" or path not in expected]
    return sorted({one for one in found if one is not None}, key=lambda one: (one.path, one.what))


def _difference(file: Path, path: str, digest: str) -> "Difference | None":
    try:
        if not file.exists():
            return Difference("missing", path)
        if not stat.S_ISREG(file.stat().st_mode):
            return Difference("changed", path)
        same = hashlib.sha256(file.read_bytes()).hexdigest() == digest
    except OSError:
        return Difference("unreadable", path)
    return None if same else Difference("changed", path)


def _present(root: Path, leftovers: "set[str]") -> "Iterator[tuple[str, str]]":
    """Yield the path of everything in a folder, and what it is if it stands on no list."""
    unreadable: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if name not in leftovers)
        here = Path(folder).relative_to(root)
        if not (names or folders) and here.parts:
            yield f"{here.as_posix()}/", "added"
        for name in (*names, *folders):
            if (root / here / name).is_symlink():
                yield (here / name).as_posix(), "link"
            elif name in names:
                yield (here / name).as_posix(), "added"
    for error in unreadable:
        yield Path(error.filename).relative_to(root).as_posix(), "unreadable"


def main(arguments: "list[str] | None" = None) -> int:
    """Check a folder and print what differs."""
    parser = argparse.ArgumentParser(description="Say whether a vendored folder is as it was vendored.")
    here = Path(__file__).parent
    parser.add_argument("root", nargs="?", type=Path, default=here, help="the folder (default: this file's)")
    parser.add_argument("--allow-added", action="store_true", help="do not look for added files and for links")
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
