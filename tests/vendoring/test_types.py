"""Types of vendored packages, under a prefix of three levels, in a project that holds nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Vendored

USE = """\
from typing import assert_type

from third_party.finance.qredo.qredo_partner_v1_0 import Client as Before
from third_party.finance.qredo.qredo_partner_v1_1 import Client, NotFoundError
from third_party.finance.qredo.qredo_partner_v1_1.models import Company
from third_party.finance.qredo.qredo_signing import Credentials, Environment, connect


def use(credentials: Credentials) -> None:
    with connect(Client, credentials, Environment.SANDBOX) as client:
        assert_type(client, Client)
        try:
            assert_type(client.company.get("c"), Company)
        except NotFoundError as error:
            assert_type(error.status_code, int)


wrong: Before = Client  # a mistake that has to be found
"""


@pytest.fixture(scope="module")
def project(vendored: Vendored, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that uses the vendored packages, with one mistake."""
    project = vendored.copy(tmp_path_factory.mktemp("typed")).project
    (project / "use.py").write_text(USE, encoding="utf-8")
    mypy = (
        "[mypy]\nstrict = True\nnamespace_packages = True\nexplicit_package_bases = True\nfiles = third_party, use.py\n"
    )
    (project / "mypy.ini").write_text(mypy, encoding="utf-8")
    pyright = {"include": ["third_party", "use.py"]}
    (project / "pyrightconfig.json").write_text(json.dumps(pyright), encoding="utf-8")
    return project


def run(project: Path, *arguments: str) -> list[str]:
    """The lines with errors that a checker prints, which may import what is in the project and what is installed."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MYPYPATH", "PYTHONPATH")}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert "third_party" in done.stdout or done.returncode == 1, done.stdout + done.stderr
    return [line.strip() for line in done.stdout.splitlines() if " error: " in line or " - error: " in line]


@pytest.mark.full
def test_mypy_is_clean_and_sees_types(project: Path) -> None:
    """mypy --strict finds nothing in what was vendored, and the one mistake of its user."""
    pytest.importorskip("mypy", reason="mypy is not installed here; nox -s types runs this test")
    (error,) = run(project, "mypy")
    assert error.startswith(f"use.py:{USE.count(chr(10))}: ")


@pytest.mark.full
def test_pyright_is_clean_and_sees_types(project: Path) -> None:
    """pyright finds nothing in what was vendored, and the one mistake of its user."""
    pytest.importorskip("pyright", reason="pyright is not installed here; nox -s types runs this test")
    (error,) = run(project, "pyright", "--pythonpath", sys.executable)
    assert f"use.py:{USE.count(chr(10))}:" in error
