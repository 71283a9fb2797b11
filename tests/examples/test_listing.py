"""What the examples say about themselves."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from .conftest import EXAMPLES

SCRIPTS = sorted(EXAMPLES.glob("*.py"))
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_how_to_run_it(script: Path) -> None:
    """Its docstring and the list have a command that names it."""
    said = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8")))
    assert said
    servers = rf"(celery|gunicorn) --\w+ examples .*\b{script.stem}"
    command = rf"(python examples/{script.name}|nox -s {script.stem}|{servers})\b"
    assert re.search(command, said)
    assert re.search(rf"^\| \[`{script.stem}`\]\({script.name}\) \|.*{command}", README, re.MULTILINE)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_one_file(script: Path) -> None:
    """No example imports another one, so that a reader copies one file."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert imported & {path.stem for path in SCRIPTS} == set()
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
