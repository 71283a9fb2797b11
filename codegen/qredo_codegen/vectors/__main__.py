"""`python -m qredo_codegen.vectors [--check]`, as `nox -s vectors` calls it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ._document import CASES, build


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or with --check compare it.

    Returns:
        0, or 1 if the file differs from what the cases give.
    """
    parser = argparse.ArgumentParser(prog="qredo_codegen.vectors", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail if the file differs")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="top folder of the checkout (default: this one)")
    given = parser.parse_args(arguments)
    folder = given.root / "spec" / "signing"
    file = folder / "vectors.json"
    text = build(folder)
    if not given.check:
        file.write_text(text, encoding="ascii", newline="\n")
    elif not file.is_file() or file.read_bytes() != text.encode():
        print(
            "spec/signing/vectors.json is not what its cases give: run nox -s vectors, or undo the edit",
            file=sys.stderr,
        )
        return 1
    print(f"spec/signing/vectors.json: {len(CASES)} vectors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
