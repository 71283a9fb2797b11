"""`python -m qredo_codegen.vectors [--check]`, as `nox -s vectors` calls it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ._document import CASES, build
from ._hmac import CASES as HMAC_CASES
from ._hmac import build_hmac


def main(arguments: list[str] | None = None) -> int:
    """Write both files of vectors, or with --check compare them.

    Returns:
        0, or 1 if a file differs from what its cases give.
    """
    parser = argparse.ArgumentParser(prog="qredo_codegen.vectors", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail if a file differs")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="top folder of the checkout (default: this one)")
    given = parser.parse_args(arguments)
    folder = given.root / "spec" / "signing"
    made = {"vectors.json": (build(folder), len(CASES)), "hmac-vectors.json": (build_hmac(), len(HMAC_CASES))}
    return max([_make(folder / name, *vectors, check=given.check) for name, vectors in made.items()])


def _make(file: Path, text: str, count: int, *, check: bool) -> int:
    if not check:
        file.write_text(text, encoding="ascii", newline="\n")
    elif not file.is_file() or file.read_bytes() != text.encode():
        print(
            f"spec/signing/{file.name} is not what its cases give: run `nox -s vectors -- --write`, or undo the edit",
            file=sys.stderr,
        )
        return 1
    print(f"spec/signing/{file.name}: {count} vectors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
