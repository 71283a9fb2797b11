"""`python -m qredo_codegen regenerate|check [PACKAGE ...]`, as the nox sessions call it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ._regenerate import Checkout, drift, regenerate
from .errors import CodegenError


def main(arguments: list[str] | None = None) -> int:
    """Run one command over the named packages, or all of them.

    Returns:
        0 when all went well, 1 otherwise; what went wrong stands on stderr.
    """
    parser = argparse.ArgumentParser(prog="qredo_codegen", description=__doc__)
    parser.add_argument("command", choices=("regenerate", "check"))
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="folders of spec/; all if none is named")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="top folder of the checkout (default: this one)")
    given = parser.parse_args(arguments)
    checkout = Checkout(given.root)
    command = _regenerate if given.command == "regenerate" else _check
    try:
        return max([command(checkout, package) for package in given.packages or checkout.packages], default=0)
    except CodegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _regenerate(checkout: Checkout, package: str) -> int:
    count = regenerate(checkout, package)
    print(f"{package}: {count} operations generated into generated/{package}")
    return 0


def _check(checkout: Checkout, package: str) -> int:
    problems = list(drift(checkout, package))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{package}: run `nox -s regenerate -- {package}`, or undo the edit", file=sys.stderr)
        return 1
    print(f"{package}: as generated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
