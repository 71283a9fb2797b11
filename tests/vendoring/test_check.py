"""`vendor_check.py`, the file that is copied along: what it finds, what it names, how it exits."""

from __future__ import annotations

import hashlib
import json
import os
import py_compile
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from qredo_codegen.vendoring.vendor_check import Difference, verify

from .conftest import Vendored


@pytest.fixture(scope="module")
def folder(vendored: Vendored, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vendored folder to be tampered with; every test puts back what it changed."""
    return vendored.copy(tmp_path_factory.mktemp("tampered")).folder


def run(folder: Path, *arguments: str, checker: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The copied file, run as users run it: isolated, with the standard library alone."""
    command = [sys.executable, "-I", "-S", "-B", str(checker or folder / "vendor_check.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@cache
def files(folder: Path) -> list[str]:
    """Every file of a folder, as it was before anything happened to it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_folder_as_vendored_passes(vendored: Vendored) -> None:
    """A fresh copy is fine, and stays fine when Python and tools leave their caches in it."""
    done = run(vendored.folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "As vendored.\n", "")


@settings(max_examples=60)
@given(st.data())
def test_any_changed_byte_is_found_and_only_its_file_is_named(folder: Path, data: st.DataObject) -> None:
    """Whichever byte of whichever file becomes another one, that file is named and no other."""
    name = data.draw(st.just("VENDORED.json") | st.sampled_from(files(folder)))
    content = (folder / name).read_bytes()
    assume(content)
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(1, 255).map(lambda shift: bytes([(content[place] + shift) % 256])))
    try:
        (folder / name).write_bytes(content[:place] + byte + content[place + 1 :])
        assert verify(folder) == [Difference("changed", name)]  # and so every example before was put back
    finally:
        (folder / name).write_bytes(content)


@settings(max_examples=50)
@given(st.data())
def test_a_file_that_goes_or_grows_is_named(folder: Path, data: st.DataObject) -> None:
    """A file that is gone is missing, one with bytes added or cut off is changed, and no other is named."""
    name = data.draw(st.sampled_from([name for name in files(folder) if name != "VENDORED.json"]))
    content = (folder / name).read_bytes()
    how = data.draw(st.sampled_from(["missing", "longer", "shorter"] if content else ["missing", "longer"]))
    try:
        if how == "missing":
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(content + b"\n" if how == "longer" else content[:-1])
        assert verify(folder) == [Difference("missing" if how == "missing" else "changed", name)]
    finally:
        (folder / name).write_bytes(content)


def test_a_folder_that_lost_its_only_file_is_no_addition(folder: Path) -> None:
    """The missing file is named, and not the folder as well, which is empty without it."""
    path = folder / "spec" / "qredo_v1" / "openapi.yaml"
    content = path.read_bytes()
    assert [*path.parent.iterdir()] == [path]
    path.unlink()
    try:
        assert verify(folder) == [Difference("missing", "spec/qredo_v1/openapi.yaml")]
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize(
    "name", ["new.py", "qredo_v1/models/new.py", ".hidden", "spec/x/openapi.yaml", "new/__init__.py"]
)
def test_an_added_file_is_named(folder: Path, name: str) -> None:
    """A file that was not vendored is named, unless added files are allowed."""
    path, existed = folder / name, (folder / name).parent.exists()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    try:
        done = run(folder)
        assert (done.returncode, done.stdout) == (1, f"added: {name}\n")
        assert run(folder, "--allow-added").returncode == 0
    finally:
        path.unlink() if existed else shutil.rmtree(path.parent)


def test_what_python_and_tools_leave_is_no_addition(folder: Path) -> None:
    """Caches below the folder are not looked at, whatever is in them."""
    for name in ("__pycache__", "qredo_v1/__pycache__", ".mypy_cache", "qredo_v1/.ruff_cache"):
        (folder / name).mkdir()
        (folder / name / "x.pyc").write_bytes(b"x")
    assert verify(folder) == []
    for name in ("__pycache__", "qredo_v1/__pycache__", ".mypy_cache", "qredo_v1/.ruff_cache"):
        shutil.rmtree(folder / name)


def test_several_differences_are_all_named(folder: Path) -> None:
    """Changed, missing and added files are listed in the order of their paths."""
    changed, missing = folder / "qredo_v1" / "errors.py", folder / "LICENSE"
    kept = changed.read_bytes(), missing.read_bytes()
    changed.write_bytes(b"")
    missing.unlink()
    (folder / "zoo.txt").write_bytes(b"")
    try:
        done = run(folder)
        assert done.stdout == "missing: LICENSE\nchanged: qredo_v1/errors.py\nadded: zoo.txt\n"
        assert (done.returncode, done.stderr) == (1, "")
        assert "LICENSE" in run(folder, "--without", "qredo_v1").stdout
        assert "errors.py" not in run(folder, "--without", "qredo_v1").stdout
    finally:
        changed.write_bytes(kept[0])
        missing.write_bytes(kept[1])
        (folder / "zoo.txt").unlink()


def test_a_record_that_was_made_to_fit_fails_against_its_hash(vendored: Vendored, tmp_path: Path) -> None:
    """Who rewrites a file and the record too is found by a checker from elsewhere that knows the record's hash."""
    copy = vendored.copy(tmp_path / "copy").folder
    known = json.loads((copy / "VENDORED.json").read_bytes())["record_sha256"]
    checker = Path(shutil.copy(copy / "vendor_check.py", tmp_path))
    assert run(copy, str(copy), "--record", known, checker=checker).returncode == 0
    text = "# changed\n"
    (copy / "qredo_v1" / "errors.py").write_text(text, encoding="utf-8")
    forge(copy, "qredo_v1/errors.py")
    assert run(copy, str(copy), checker=checker).returncode == 0
    done = run(copy, str(copy), "--record", known, checker=checker)
    assert (done.returncode, done.stdout) == (1, "changed: VENDORED.json\n")


def test_a_cache_is_no_hiding_place_from_a_checker_that_knows_the_hash(vendored: Vendored, tmp_path: Path) -> None:
    """Python runs compiled modules of __pycache__, so with --record they are named as additions."""
    copy = vendored.copy(tmp_path / "copy").folder
    known = json.loads((copy / "VENDORED.json").read_bytes())["record_sha256"]
    cache = copy / "qredo_v1" / "__pycache__"
    cache.mkdir()
    (cache / "errors.cpython-311.pyc").write_bytes(b"x")
    done = run(copy, "--record", known)
    assert (done.returncode, done.stdout) == (1, "added: qredo_v1/__pycache__/errors.cpython-311.pyc\n")
    assert run(copy).returncode == 0


@pytest.mark.parametrize(
    ("module", "is_compiled"), [("__future__", False), ("argparse", False), ("subprocess", False), ("argparse", True)]
)
def test_nothing_of_the_folder_runs_in_the_check(
    module: str, is_compiled: bool, vendored: Vendored, tmp_path: Path
) -> None:
    """A module that was added to the folder does not run in the place of the standard library's, and is named."""
    copy = vendored.copy(tmp_path / "copy").folder
    source = tmp_path / "planted.py"
    source.write_text("print('As vendored.')\nimport os\nos._exit(0)\n")
    added = copy / (f"{module}.pyc" if is_compiled else f"{module}.py")
    if is_compiled:
        py_compile.compile(str(source), str(added), doraise=True)
    else:
        shutil.copy(source, added)
    command = [sys.executable, str(copy / "vendor_check.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, f"added: {added.name}\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="making a link needs a right there")
@pytest.mark.parametrize("name", ["qredo_v1/errors.py", "VENDORED.json", "qredo_v1"])
@pytest.mark.parametrize("is_strict", [True, False])
def test_a_link_is_named(name: str, is_strict: bool, vendored: Vendored, tmp_path: Path) -> None:
    """A file or folder that became a link to the same content is named, since the content can change by itself."""
    copy = vendored.copy(tmp_path / "copy").folder
    known = json.loads((copy / "VENDORED.json").read_bytes())["record_sha256"]
    (copy / name).rename(tmp_path / "elsewhere")
    (copy / name).symlink_to(tmp_path / "elsewhere")
    done = run(copy, *(["--record", known] if is_strict else []))
    assert (done.returncode, done.stdout) == (1, f"link: {name}\n")
    assert run(copy, "--allow-added").returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="other rules for names and pipes there")
def test_whatever_is_added_is_named(vendored: Vendored, tmp_path: Path) -> None:
    """Empty folders, pipes and broken links are named, each in one line, whatever its name is."""
    copy = vendored.copy(tmp_path / "copy").folder
    (copy / "empty" / "inside").mkdir(parents=True)
    os.mkfifo(copy / "pipe")
    (copy / "broken").symlink_to("nowhere")
    (copy / "x\nAs vendored.").touch()
    (copy / "LICENSE").unlink()
    os.mkfifo(copy / "LICENSE")
    done = run(copy)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "changed: LICENSE",
        "link: broken",
        "added: empty/inside/",
        "added: pipe",
        "added: 'x\\nAs vendored.'",
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read everything")
def test_what_cannot_be_read_is_named(vendored: Vendored, tmp_path: Path) -> None:
    """A file and a folder without the right to read them are named; the check does not end with a traceback."""
    copy = vendored.copy(tmp_path / "copy").folder
    (copy / "LICENSE").chmod(0)
    (copy / "hidden").mkdir(mode=0)
    done = run(copy)
    (copy / "hidden").chmod(0o700)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "unreadable: LICENSE\nunreadable: hidden\n"


def forge(folder: Path, name: str) -> None:
    """Write a record that fits a changed file."""
    record = folder / "VENDORED.json"
    content = json.loads(record.read_bytes())
    old = content["record_sha256"]
    text = record.read_text(encoding="utf-8")
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    text = text.replace(f'"{name}": "{content["files"][name]}"', f'"{name}": "{digest}"').replace(old, "")
    seal = hashlib.sha256(text.encode()).hexdigest()
    record.write_text(text.replace('"record_sha256": ""', f'"record_sha256": "{seal}"', 1), encoding="utf-8")


@pytest.mark.parametrize("arguments", [["nowhere"], ["--no-such-option"], [".", "too", "many"]])
def test_a_wrong_call_exits_with_2(folder: Path, arguments: list[str]) -> None:
    """A folder without a record and unknown arguments are errors of usage, told on stderr."""
    done = run(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
