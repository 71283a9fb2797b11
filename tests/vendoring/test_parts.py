"""The parts of the plugin that are vendored when they are asked for: the command line and the feeds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from qredo_codegen.commands.regenerate import Checkout
from qredo_codegen.vendoring import Selection, put, tree

from .conftest import ROOT

IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
names = [info.name for info in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(*names)
print(*sorted(name for name in sys.modules if name.startswith("qredo_")))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the whole plugin, under a prefix."""
    checkout = Checkout(ROOT)
    selection = Selection.of(checkout, apis=(), plugin=("cli", "feeds"), prefix="a.b.c")
    project = tmp_path_factory.mktemp("parts")
    put(tree(checkout, selection), selection.folder(project))
    return project


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in the project, with what is installed and what is vendored."""
    environment = {**os.environ, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_every_module_of_every_part_imports_under_a_prefix(project: Path) -> None:
    """All modules of the command line and the feeds import from where they were copied to, and nothing installed."""
    done = run(project, "-c", IMPORT_ALL, "a.b.c.qredo_signing")
    assert done.returncode == 0, done.stderr
    names, strangers = done.stdout.split("\n")[:2]
    assert {"a.b.c.qredo_signing.cli", "a.b.c.qredo_signing.feeds"} <= set(names.split())
    assert strangers == ""


def test_the_command_line_runs_from_the_copy(project: Path) -> None:
    """`python -m` runs the vendored command line."""
    done = run(project, "-m", "a.b.c.qredo_signing", "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_their_libraries_are_required(project: Path) -> None:
    """The requirements of the folder have what the parts need, beside what the core needs."""
    lines = (project / "a" / "b" / "c" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = {Requirement(line).name for line in lines if not line.startswith("#")}
    assert {"anyio", "cryptography", "httpx", "rich", "typer", "wsproto"} <= names


def test_a_copy_logs_under_its_own_name(project: Path) -> None:
    """A vendored copy's logger has the copy's import path, and is not that of the project's top folder."""
    code = (
        "import logging, a.b.c.qredo_signing as q; q.connect\n"
        "print([name for name in ('a', 'a.b.c.qredo_signing', 'qredo_signing') if logging.getLogger(name).handlers])"
    )
    done = run(project, "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['a.b.c.qredo_signing']\n"
