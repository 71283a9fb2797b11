"""How far a vendored folder is behind, and bringing it up to date: `vendor --check` and `vendor --update`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from qredo_codegen.__main__ import main
from qredo_codegen.commands.regenerate import Checkout, update
from qredo_codegen.errors import GenerationError
from qredo_codegen.generate.inputs import hash_tree
from qredo_codegen.vendoring import put
from qredo_codegen.vendoring.vendor_check import verify

from ..unreleased import forget_release
from .conftest import ROOT, Vendored

API = "qredo_v1"
Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with one small API and nothing else."""
    root = tmp_path_factory.mktemp("before")
    for name in (f"generated/{API}", f"spec/{API}"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", ".ruff_cache"))
    forget_release(root / "spec" / API)
    version = "signing_plugin/qredo_signing/_version.py"
    (root / version).parent.mkdir(parents=True)
    for name in ("LICENSE", "constraints.txt", "pyproject.toml", version):
        shutil.copy(ROOT / name, root / name)
    return Checkout(root)


def changed(before: Checkout, root: Path, old: str, new: str) -> Checkout:
    """The same checkout after its description was edited and its package made anew."""
    shutil.copytree(before.root, root, dirs_exist_ok=True)
    checkout = Checkout(root)
    text = checkout.description(API).read_text(encoding="utf-8")
    assert old in text
    checkout.description(API).write_text(text.replace(old, new), encoding="utf-8")
    update(checkout, API)
    return checkout


@pytest.fixture(scope="module")
def after(before: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The checkout later: an answer has one more field, and nothing breaks."""
    old = "        defaultFiat:\n"
    new = f"        nickname:\n          type: string\n          description: What its owner calls it.\n{old}"
    return changed(before, tmp_path_factory.mktemp("after"), old, new)


@pytest.fixture(scope="module")
def broken(before: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The checkout later: an operation has another name."""
    return changed(before, tmp_path_factory.mktemp("broken"), "operationId: balance_get", "operationId: balance_find")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command for a checkout; gives the exit status and all that it printed."""

    def vendor(checkout: Checkout, *arguments: str | Path) -> tuple[int, str]:
        # Comparing the names in Python too generates packages, which takes seconds: a test of its own has that.
        status = main(["vendor", *map(str, arguments), "--no-python", "--root", str(checkout.root)])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return vendor


@pytest.fixture
def folder(before: Checkout, tmp_path: Path, run: Run) -> Path:
    """A folder that was vendored from the first checkout."""
    project = tmp_path / "project"
    project.mkdir()
    status, _ = run(before, "--to", project, "--api", API, "--prefix", "vendor.qredo", "--with-build", "pants")
    assert status == 0
    return project / "vendor" / "qredo"


def test_a_fresh_copy_is_up_to_date(before: Checkout, folder: Path, run: Run) -> None:
    """Nothing is behind right after vendoring, and the checkout can be named with --against."""
    assert run(before, "--check", folder) == (0, run(before, "--check", folder, "--against", before.root)[1])
    assert "Up to date." in run(before, "--check", folder)[1]


def test_a_copy_that_is_behind_is_told_by_operation(after: Checkout, folder: Path, run: Run) -> None:
    """The report names the operations that changed and the files that an update writes, and the exit status is 1."""
    status, text = run(after, "--check", folder)
    assert status == 1
    assert f"{API}: 0 breaking (0 not waived), 1 compatible" in text
    assert "`account.get`" in text
    assert "nickname" in text
    assert f"  {API}/models/account_info.py" in text
    assert "balance.get" not in text


def test_an_update_gives_what_vendoring_anew_gives(after: Checkout, folder: Path, tmp_path: Path, run: Run) -> None:
    """After an update the folder is, byte for byte, a fresh copy of the new state, and checks as such."""
    status, text = run(after, "--update", folder)
    assert (status, verify(folder)) == (0, []), text
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    run(after, "--to", fresh, "--api", API, "--prefix", "vendor.qredo", "--with-build", "pants")
    assert hash_tree(folder) == hash_tree(fresh / "vendor" / "qredo")
    assert run(after, "--check", folder)[0] == 0
    assert sorted(path.name for path in folder.parent.iterdir()) == ["qredo"]


def test_an_update_can_add_to_what_is_vendored(before: Checkout, folder: Path, tmp_path: Path, run: Run) -> None:
    """What is asked for with an update comes on top of what is there; the prefix stays."""
    assert run(before, "--update", folder, "--with-build", "bazel")[0] == 0
    assert (folder / "BUILD").is_file()
    assert (folder / "BUILD.bazel").is_file()
    status, text = run(before, "--update", folder, "--prefix", "elsewhere")
    assert status == 1
    assert "'vendor.qredo' and stays" in text


def test_packages_can_be_added_to_what_was_for_other_languages(vendored: Vendored, tmp_path: Path, run: Run) -> None:
    """A folder for other languages has all descriptions; with packages in it, it has those of the packages."""
    project = Checkout(ROOT)
    folder = tmp_path / "neutral"
    assert run(project, "--to", folder, "--language-neutral")[0] == 0
    assert run(project, "--update", folder, "--api", API)[0] == 0
    assert [path.name for path in sorted((folder / "spec").iterdir())] == [API, "signing"]
    assert (folder / "signers" / "go" / "qredosign.go").is_file()
    assert hash_tree(folder / API) == hash_tree(vendored.folder / API)


def test_a_breaking_update_has_to_be_accepted(broken: Checkout, folder: Path, run: Run) -> None:
    """An update that breaks callers names what breaks and changes nothing, until it is accepted."""
    earlier = hash_tree(folder)
    status, text = run(broken, "--update", folder)
    assert status == 1
    assert "operation renamed" in text
    assert "balance.find" in text
    assert "--accept-breaking" in text
    assert hash_tree(folder) == earlier
    assert run(broken, "--update", folder, "--accept-breaking")[0] == 0
    assert verify(folder) == []
    assert run(broken, "--check", folder)[0] == 0


@pytest.mark.full
def test_names_in_python_are_compared_too(broken: Checkout, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report of a check says which names of the generated package change, unless it is told not to look."""
    assert main(["vendor", "--check", str(folder), "--against", str(broken.root)]) == 1
    assert "`Client.balance.get`" in capsys.readouterr().out


def test_edits_by_hand_are_listed_and_kept(after: Checkout, folder: Path, run: Run) -> None:
    """An update of an edited folder names every edit and changes nothing, until losing them is asked for."""
    (folder / API / "errors.py").write_text("# mine\n", encoding="utf-8")
    (folder / API / "mine.py").write_text("", encoding="utf-8")
    (folder / "README.md").unlink()
    earlier = hash_tree(folder)
    status, text = run(after, "--update", folder)
    assert status == 1
    edits = ["missing: README.md", f"changed: {API}/errors.py", f"added: {API}/mine.py"]
    assert [line.strip() for line in text.splitlines() if line.startswith("  ")] == edits
    assert hash_tree(folder) == earlier
    assert all(edit in run(after, "--check", folder)[1] for edit in edits)
    assert run(after, "--update", folder, "--overwrite-edits")[0] == 0
    assert verify(folder) == []


@pytest.mark.parametrize("name", ["VENDORED.json", f"spec/{API}/openapi.yaml"])
def test_without_record_or_description_nothing_is_done(after: Checkout, folder: Path, run: Run, name: str) -> None:
    """Where the record or the vendored description was edited, nothing can be compared, so nothing is changed."""
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    earlier = hash_tree(folder)
    for arguments in (["--check", folder], ["--update", folder, "--overwrite-edits", "--accept-breaking"]):
        status, text = run(after, *arguments)
        assert status == 1
        assert name in text
        assert "as it was" in text or "as they were" in text
    assert hash_tree(folder) == earlier


def test_an_api_that_is_gone_is_told(after: Checkout, folder: Path, tmp_path: Path, run: Run) -> None:
    """A vendored API that the checkout does not describe any more is named, and no update is made."""
    empty = Checkout(tmp_path / "empty")
    (empty.root / "spec").mkdir(parents=True)
    status, text = run(empty, "--check", folder)
    assert status == 1
    assert f"not described in this checkout any more:\n  {API}" in text
    assert run(empty, "--update", folder)[0] == 1
    assert verify(folder) == []


def test_a_folder_that_is_in_use_is_refused(before: Checkout, folder: Path, tmp_path: Path, run: Run) -> None:
    """A folder that holds anything else is not vendored into; one that is vendored already is to be updated."""
    status, text = run(before, "--to", folder, "--api", API)
    assert status == 1
    assert f"--update {folder}" in text
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "ours.txt").write_text("ours", encoding="utf-8")
    status, text = run(before, "--to", tmp_path / "full", "--api", API)
    assert status == 1
    assert "is not empty" in text
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["ours.txt"]
    (tmp_path / "empty").mkdir()
    assert run(before, "--to", tmp_path / "empty", "--api", API)[0] == 0


@pytest.mark.parametrize("unwritable", ["x" * 300, "fine.txt/below"])
def test_what_cannot_be_written_whole_is_not_written(unwritable: str, folder: Path, tmp_path: Path) -> None:
    """When a file cannot be written, an old folder is as it was, and for a new one nothing is left behind."""
    earlier = hash_tree(folder)
    files = {"fine.txt": b"", unwritable: b""}
    with pytest.raises(GenerationError, match=r"cannot be written, and is as it was: .*(name|directory|exists)"):
        put(files, folder)
    assert hash_tree(folder) == earlier
    assert sorted(path.name for path in folder.parent.iterdir()) == ["qredo"]
    with pytest.raises(GenerationError):
        put(files, tmp_path / "new" / "deep" / "folder")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("prefix", ["third_party.qredo", "third_party.vendor.qredo"])
def test_a_folder_that_cannot_be_made_is_named(prefix: str, before: Checkout, tmp_path: Path, run: Run) -> None:
    """A file in the place of a folder above the copy is an error that names the copy, and no traceback."""
    (tmp_path / "third_party").touch()
    status, text = run(before, "--to", tmp_path, "--api", API, "--prefix", prefix)
    assert (status, "qredo cannot be written, and is as it was" in text) == (1, True)


@pytest.mark.needs("git")
def test_git_takes_all_of_it_whatever_it_ignores_elsewhere(vendored: Vendored, tmp_path: Path) -> None:
    """A commit of the repository holds the whole copy with its bytes, whatever that repository ignores or converts."""
    project = vendored.copy(tmp_path / "project").project
    (project / ".gitignore").write_text("*.pem\nkeys/\nspec\nBUILD\nlib/\n__pycache__/\n", encoding="utf-8")
    (project / ".gitattributes").write_text("* text eol=crlf\n", encoding="utf-8")
    cache = vendored.selection.folder(project) / "qredo_signing" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "x.pyc").touch()

    def git(*arguments: str | Path) -> None:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "core.autocrlf=true", *arguments]
        subprocess.run(command, cwd=project, check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "vendored")
    git("clone", project, tmp_path / "clone")
    assert verify(vendored.selection.folder(tmp_path / "clone")) == []
    assert not list((tmp_path / "clone").rglob("__pycache__"))
