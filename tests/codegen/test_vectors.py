"""`python -m qredo_codegen.vectors`: both files of vectors are what their cases give."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "codegen")}
FILES = ("vectors.json", "hmac-vectors.json")


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the maker on a checkout."""
    command = [sys.executable, "-m", "qredo_codegen.vectors", "--root", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)


@pytest.fixture(name="copy")
def _copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "spec" / "signing", tmp_path / "spec" / "signing")
    return tmp_path


def test_the_files_are_what_their_cases_give() -> None:
    """`--check` takes the published files, and names both with the number of their vectors."""
    result = run(ROOT, "--check")
    assert result.returncode == 0, result.stderr
    counts = {name: json.loads((ROOT / "spec" / "signing" / name).read_bytes())["number_of_vectors"] for name in FILES}
    assert result.stdout.splitlines() == [f"spec/signing/{name}: {count} vectors" for name, count in counts.items()]


@pytest.mark.parametrize("name", FILES)
def test_an_edited_file_is_named_and_made_again(copy: Path, name: str) -> None:
    """`--check` fails for an edit or a missing file, names the file and leaves it; without it the bytes return."""
    file = copy / "spec" / "signing" / name
    published = file.read_bytes()
    file.write_bytes(edited := published.replace(b"valid", b"Valid", 1))
    result = run(copy, "--check")
    assert (result.returncode, file.read_bytes()) == (1, edited)
    assert f"spec/signing/{name} is not what its cases give: run `nox -s vectors -- --write`" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    file.unlink()
    assert run(copy, "--check").returncode == 1
    assert run(copy).returncode == 0
    assert file.read_bytes() == published
