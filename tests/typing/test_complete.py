"""The types of what users install are whole: `pyright --verifytypes` at 100 %, in the wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ..versions import PACKAGES

ROOT = Path(__file__).parents[2]
ALL = ("qredo_emulator", "qredo_signing", *PACKAGES)


class Installed(NamedTuple):
    """The folders of an environment: where its Python is, and where its packages are."""

    programs: Path
    packages: Path


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment with the wheel, which finds the wheel's dependencies in this one."""
    pytest.importorskip("pyright", reason="pyright is not installed here; nox -s types runs this test")
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    venv.create(folder / "venv", with_pip=False)
    places = {"base": str(folder / "venv")}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=places))
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return Installed(Path(sysconfig.get_path("scripts", "venv", vars=places)), packages)


@pytest.mark.parametrize("package", ALL)
def test_every_type_of_a_package_is_known(package: str, installed: Installed, tmp_path: Path) -> None:
    """Each symbol that a package exports has a type that is the same for all type checkers."""
    report = verify(package, installed, tmp_path)
    completeness = report["typeCompleteness"]
    assert completeness["packageRootDirectory"].startswith(str(installed.packages)), "the wheel's package is looked at"
    assert [f"{one['file']}: {one.get('range')}: {one['message']}" for one in _problems(report)] == []
    assert completeness["completenessScore"] == 1
    assert completeness["exportedSymbolCounts"]["withKnownType"] > 50


def test_an_unknown_type_is_found(installed: Installed, tmp_path: Path) -> None:
    """A package with an attribute whose type can only be guessed is not complete."""
    package = installed.packages / "half"
    package.mkdir()
    (package / "py.typed").touch()
    (package / "__init__.py").write_text("class Half:\n    def __init__(self) -> None:\n        self.n = str(1)\n")
    report = verify("half", installed, tmp_path)
    assert report["typeCompleteness"]["completenessScore"] < 1
    assert [one["message"].partition("\n")[0] for one in _problems(report)] == [
        "Type is missing type annotation and could be inferred differently by type checkers"
    ]


def verify(package: str, installed: Installed, folder: Path) -> Any:
    """What pyright says about an installed package. It asks the Python that is first on the PATH."""
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environ["PATH"] = f"{installed.programs}{os.pathsep}{environ['PATH']}"
    command = [sys.executable, "-m", "pyright", "--outputjson", "--ignoreexternal", "--verifytypes", package]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)


def _problems(report: Any) -> list[dict[str, Any]]:
    symbols = report["typeCompleteness"]["symbols"]
    return [one for symbol in symbols for one in symbol["diagnostics"] if one["severity"] == "error"]
