"""`python -m qredo_codegen.vectors [--check]`, as `nox -s vectors` calls it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import _approvals, _document, _hmac


def main(arguments: list[str] | None = None) -> int:
    """Write the files of vectors, or with --check compare them.

    Returns:
        0, or 1 if a file differs from what its cases give.
    """
    parser = argparse.ArgumentParser(prog="qredo_codegen.vectors", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail if a file differs")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="top folder of the checkout (default: this one)")
    given = parser.parse_args(arguments)
    folder = given.root / "spec" / "signing"
    made = {
        "vectors.json": (_document.build(folder), len(_document.CASES)),
        "hmac-vectors.json": (_hmac.build(), len(_hmac.CASES)),
        "approval-vectors.json": (_approvals.build(), len(_approvals.CASES)),
    }
    differ = [name for name, (text, _) in made.items() if given.check and not _holds(folder / name, text)]
    for name, (text, count) in made.items():
        if name in differ:
            problem = "is not what its cases give: run nox -s vectors -- --write, or undo the edit"
            print(f"spec/signing/{name} {problem}", file=sys.stderr)
            continue
        if not given.check:
            (folder / name).write_text(text, encoding="ascii", newline="\n")
        print(f"spec/signing/{name}: {count} vectors")
    return 1 if differ else 0


def _holds(file: Path, text: str) -> bool:
    return file.is_file() and file.read_bytes() == text.encode()


if __name__ == "__main__":
    sys.exit(main())
