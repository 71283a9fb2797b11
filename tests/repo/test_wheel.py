"""The wheel: what is in it, under which names, and that it works without the repository."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import qredo_signing

from ..versions import PACKAGES

ROOT = Path(__file__).parents[2]


def build(target: str, source: Path, folder: Path) -> Path:
    """Build a distribution."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what git tracks."""
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_sdist_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """The sdist holds all that the wheel is made from, and two builds give the same bytes; no test, no CI is in it."""
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    assert {path.name for path in source.iterdir()} == {
        *("CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", ".gitignore"),
        *("emulator", "generated", "signing_plugin", "spec"),
    }
    assert build("wheel", source, tmp_path / "wheel").read_bytes() == wheel.read_bytes()


def test_the_wheel_has_the_version_of_the_plugin(wheel: Path) -> None:
    """The version that users install is the one that `qredo --version` and the User-Agent say."""
    assert wheel.name == f"qredo_partner_client-{qredo_signing.__version__}-py3-none-any.whl"


def test_the_wheel_holds_the_rooms_that_it_should(wheel: Path) -> None:
    """Top-level names are the import packages, each typed, and nothing else of the repository."""
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert top == {"qredo_emulator", "qredo_signing", *PACKAGES}
    assert {f"{package}/py.typed" for package in top} <= set(names)
    assert not [name for name in names if "__pycache__" in name or ".ruff_cache" in name]


def test_the_wheel_stays_small(wheel: Path) -> None:
    """The clients, with a share of plugin and emulator each, stay small: nothing slipped in."""
    assert wheel.stat().st_size < 275_000 * len(PACKAGES)


def test_the_descriptions_are_in_the_wheel(wheel: Path) -> None:
    """The emulator finds each description in its own package; nothing else of spec/ is shipped."""
    names = [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("qredo_emulator/_spec/")]
    assert names == [f"qredo_emulator/_spec/{package}/openapi.yaml" for package in PACKAGES]


def test_spec_folders_and_packaging_agree() -> None:
    """Each description has its package in the wheel, its entry point, and its generated folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["entry-points"]["qredo.api"] == {package: package for package in PACKAGES}
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert [name for name in wheel["packages"] if name.startswith("generated/")] == [f"generated/{p}" for p in PACKAGES]
    assert len(wheel["force-include"]) == len(PACKAGES)
    assert sorted(path.name for path in (ROOT / "generated").iterdir() if path.is_dir()) == [*PACKAGES]


def test_the_wheel_alone_is_enough(wheel: Path, tmp_path: Path) -> None:
    """Away from the repository, the wheel's own files make a signed call to its own emulator."""
    story = (
        "import qredo_emulator\n"
        "from qredo_emulator import Emulator\n"
        "from qredo_partner_v1_1 import Client\n"
        "from qredo_signing import connect\n"
        "assert 'unpacked' in qredo_emulator.__file__\n"
        "with Emulator() as emulator, connect(Client, emulator.credentials, emulator.environment) as client:\n"
        "    print(client.company.get(client.company.create(name='ACME').company_id).name)\n"
    )
    zipfile.ZipFile(wheel).extractall(tmp_path / "unpacked")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'unpacked')!r})\n{story}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("ACME\n", "")
