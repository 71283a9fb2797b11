"""Formatting with ruff, isolated from whatever configuration stands around the output."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ruff import find_ruff_bin

from qredo_codegen.errors import GenerationError

__all__ = ["format_tree"]

_COMMON = ("--isolated", "--no-cache", "--quiet", "--line-length", "120", "--target-version", "py311")
_STEPS = (
    (
        "check",
        "--fix-only",
        "--select",
        "F401,I,UP034",
        "--config",
        "lint.isort.split-on-trailing-comma=false",
        *_COMMON,
    ),
    ("format", "--config", "format.skip-magic-trailing-comma=true", *_COMMON),
)


def format_tree(root: Path) -> None:
    """Remove unused imports, sort the rest and format every Python file below a folder.

    Raises:
        GenerationError: ruff failed: a template made what is not Python.
    """
    for step in _STEPS:
        done = subprocess.run([find_ruff_bin(), *step, "."], cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            # What ruff finds wrong in a file it says on stdout; what is wrong with ruff itself, on stderr.
            said = (done.stdout + done.stderr).splitlines()[:20] or [f"ruff {step[0]} ended with {done.returncode}"]
            raise GenerationError("The generated code cannot be formatted:", said)
