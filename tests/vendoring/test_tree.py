"""What a vendored folder holds: copies, a record, a bill of materials, requirements and build files."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import qredo_signing
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from qredo_codegen.__main__ import main
from qredo_codegen.commands.regenerate import Checkout
from qredo_codegen.errors import GenerationError
from qredo_codegen.generate.inputs import hash_bytes, hash_tree
from qredo_codegen.vendoring import Selection, tree
from qredo_codegen.vendoring._record import write_record

from ..versions import PACKAGES
from .conftest import ROOT, Vendored

PANTS_TARGETS = {
    "files",
    "go_mod",
    "go_package",
    "java_sources",
    "python_requirements",
    "python_sources",
    "resources",
    "typescript_sources",
}
BAZEL_RULES = {
    "exports_files",
    "filegroup",
    "go_library",
    "go_test",
    "java_library",
    "java_test",
    "js_library",
    "js_test",
    "load",
    "package",
    "py_library",
    "py_test",
}


def record_of(vendored: Vendored) -> dict[str, object]:
    """The record of a folder, read as any program would."""
    record: dict[str, object] = json.loads((vendored.folder / "VENDORED.json").read_bytes())
    return record


def test_packages_are_copied_byte_for_byte(vendored: Vendored) -> None:
    """What is vendored of a generated package and its description is exactly what the checkout has."""
    for api in PACKAGES:
        assert hash_tree(vendored.folder / api) == hash_tree(ROOT / "generated" / api)
        described = (vendored.folder / "spec" / api / "openapi.yaml").read_bytes()
        assert described == (ROOT / "spec" / api / "openapi.yaml").read_bytes()
    assert (vendored.folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_two_runs_give_the_same_bytes(vendored: Vendored, tmp_path: Path) -> None:
    """The command that the record holds, run by another process into another folder, gives the same files."""
    words = str(record_of(vendored)["command"]).split()
    assert words[:4] == ["nox", "-s", "vendor", "--"]
    arguments = [str(tmp_path) if word == "DIR" else word for word in words[4:]]
    command = [sys.executable, "-m", "qredo_codegen", "vendor", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "codegen"), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    assert hash_tree(vendored.selection.folder(tmp_path)) == hash_tree(vendored.folder)


def test_the_record_says_what_was_made_from_what(vendored: Vendored) -> None:
    """The record names project, versions, tools and the hash of each input, and no folder of this machine."""
    record = record_of(vendored)
    lock = json.loads((ROOT / "spec" / "qredo_partner_v1_1" / "lock.json").read_bytes())
    apis = record["apis"]
    assert isinstance(apis, dict)
    assert apis["qredo_partner_v1_1"] == {
        "version": "1.1.2+r1",
        "description_sha256": hash_bytes((ROOT / "spec" / "qredo_partner_v1_1" / "openapi.yaml").read_bytes()),
        "overlay_sha256": hash_bytes((ROOT / "spec" / "qredo_partner_v1_1" / "overlay.yaml").read_bytes()),
        "templates_sha256": lock["inputs"]["templates"],
        "tools": lock["tools"],
    }
    assert apis["qredo_v1"]["overlay_sha256"] is None
    assert record["files"] == {
        path: digest for path, digest in hash_tree(vendored.folder).items() if path != "VENDORED.json"
    }
    assert str(vendored.project) not in (vendored.folder / "VENDORED.json").read_text(encoding="utf-8")


@pytest.mark.needs("git")
def test_the_commit_is_gits(vendored: Vendored) -> None:
    """The record holds the commit of the checkout; a folder that is no checkout of its own has none."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    expected = done.stdout.strip() if done.returncode == 0 else None
    project = record_of(vendored)["project"]
    assert isinstance(project, dict)
    assert project["commit"] == expected
    assert project["changed_since"] in ((None,) if expected is None else (True, False))


@pytest.mark.needs("git")
def test_the_commit_is_not_that_of_a_hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a hook of another repository, whose variables git would follow, the commit is still that of the checkout."""
    files = {name: (ROOT / name).read_bytes() for name in ("LICENSE", "pyproject.toml", "constraints.txt")}
    checkout = Checkout(ROOT)
    selection = Selection(("qredo_v1",))
    plain = write_record(checkout, selection, ("x", "1"), files)
    subprocess.run(["git", "init", tmp_path], check=True, capture_output=True)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    assert write_record(checkout, selection, ("x", "1"), files) == plain


def test_the_bill_of_materials_is_valid(vendored: Vendored) -> None:
    """The SBOM keeps CycloneDX's schema, names what is vendored and what it needs, and holds no time."""
    text = (vendored.folder / "sbom.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    versions = {component["name"]: component["version"] for component in bill["components"]}
    assert {*PACKAGES, "qredo_signing"} <= versions.keys()
    pins = dict(re.findall(r"^(\S+)==(\S+)$", (vendored.folder / "constraints.txt").read_text("utf-8"), re.MULTILINE))
    assert {name: version for name, version in versions.items() if name in pins} == pins
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert sorted(needs["qredo_v1"]) == [f"pkg:pypi/{name}@{pins[name]}" for name in ("attrs", "httpx")]
    assert f"pkg:pypi/httpcore@{pins['httpcore']}" in needs[f"pkg:pypi/httpx@{pins['httpx']}"]
    assert "timestamp" not in text


def test_requirements_are_those_of_what_is_vendored(vendored: Vendored) -> None:
    """What the packages import is required, and no more, with the project's bounds; pins are the project's too."""
    lines = (vendored.folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "anyio>=4.5",
        "attrs>=23.2",
        "cryptography>=43",
        "httpcore",  # httpx brings it
        "httpx>=0.28",
    ]
    pins = (vendored.folder / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert set(pins) <= set((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    alone = tree(Checkout(ROOT), Selection.of(Checkout(ROOT), apis=("qredo_v1",)))
    assert alone["requirements.txt"].decode().splitlines()[1:] == ["attrs>=23.2", "httpx>=0.28"]


def test_nothing_names_a_host_of_a_registry(vendored: Vendored) -> None:
    """No line of the requirements says where to install from."""
    for name in ("requirements.txt", "constraints.txt"):
        text = (vendored.folder / name).read_text(encoding="utf-8")
        assert not re.search(r"://|--index|--extra|@", text)


def calls(text: str) -> list[ast.Call]:
    """The calls of a build file, which is read as Python."""
    statements = ast.parse(text).body
    assert all(isinstance(one, ast.Expr) and isinstance(one.value, ast.Call) for one in statements)
    return [one.value for one in statements if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call)]


def attributes(call: ast.Call) -> dict[str, object]:
    """The attributes of a rule that are literals; labels that are put together are left out."""
    found = {}
    for keyword in call.keywords:
        try:
            found[str(keyword.arg)] = ast.literal_eval(keyword.value)
        except ValueError:
            continue
    return found


def rules(path: Path) -> list[tuple[str, dict[str, object]]]:
    """Name and attributes of each rule of a build file."""
    return [
        (call.func.id if isinstance(call.func, ast.Name) else "", attributes(call))
        for call in calls(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("name", "known"), [("BUILD", PANTS_TARGETS), ("BUILD.bazel", BAZEL_RULES)])
def test_build_files_are_calls_of_known_rules(vendored: Vendored, name: str, known: set[str]) -> None:
    """Every build file parses, calls rules that exist, and names files that are there, each target once."""
    paths = sorted(vendored.folder.rglob(name))
    assert len(paths) == 4
    for path in paths:
        targets = [(rule, given) for rule, given in rules(path)]
        assert {rule for rule, _ in targets} <= known
        names = [given["name"] for _, given in targets if "name" in given]
        assert len(names) == len(set(map(str, names)))
        for _, given in targets:
            files = [value for key in ("srcs", "sources", "data") for value in given.get(key, [])]  # type: ignore[attr-defined]
            assert [
                file for file in files if not str(file).startswith(("//", ":")) and not (path.parent / file).is_file()
            ] == []


@pytest.mark.parametrize(
    ("name", "rule", "sources"), [("BUILD", "python_sources", "sources"), ("BUILD.bazel", "py_library", "srcs")]
)
def test_sources_are_exact(vendored: Vendored, name: str, rule: str, sources: str) -> None:
    """The sources of each package's target are its modules, all of them and by name."""
    targets = {given["name"]: given for called, given in rules(vendored.folder / name) if called == rule}
    for package in vendored.selection.packages:
        modules = {path.relative_to(vendored.folder).as_posix() for path in (vendored.folder / package).rglob("*.py")}
        assert set(targets[package][sources]) == modules  # type: ignore[call-overload]


def test_targets_name_their_libraries(vendored: Vendored) -> None:
    """A package's target depends on the libraries that it imports, by the labels that were asked for."""
    built = {str(given["name"]): given for _, given in rules(vendored.folder / "BUILD.bazel") if "name" in given}
    assert built["qredo_v1"]["deps"] == ["@pip//attrs", "@pip//httpx"]
    assert built["qredo_signing"]["deps"] == ["@pip//anyio", "@pip//cryptography", "@pip//httpcore", "@pip//httpx"]
    assert built["qredo_v1"]["imports"] == ["../../.."]
    checkout = Checkout(ROOT)
    asked = Selection.of(
        checkout,
        apis=("qredo_v1",),
        builds=("bazel", "pants"),
        bazel_requirement="//3rdparty:{name}",
        pants_requirement="//3rdparty#{name}",
    )
    files = tree(checkout, asked)
    assert '"//3rdparty:httpx"' in files["BUILD.bazel"].decode()
    assert '"//3rdparty#httpx"' in files["BUILD"].decode()
    assert "python_requirements" not in files["BUILD"].decode()


def test_the_readme_imports_what_is_there(vendored: Vendored) -> None:
    """The page of the folder shows imports that work under its prefix."""
    text = (vendored.folder / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert "from third_party.finance.qredo.qredo_partner_v1_0 import Client" in block
    subprocess.run([sys.executable, "-B", "-c", block], cwd=vendored.project, env={"PYTHONPATH": "."}, check=True)


def test_other_languages_get_all_they_need(vendored: Vendored) -> None:
    """Rule, vectors, schema, keys and signers go along; without Python packages, all descriptions do."""
    source = hash_tree(ROOT / "spec" / "signing")
    reference = {path: digest for path, digest in source.items() if path.startswith("reference/")}
    assert hash_tree(vendored.folder / "spec" / "signing") == {k: v for k, v in source.items() if k not in reference}
    signers = hash_tree(vendored.folder / "signers")
    assert len(signers) > 10
    assert {f"reference/{path}": digest for path, digest in signers.items()}.items() <= reference.items()
    files = tree(Checkout(ROOT), Selection.of(Checkout(ROOT), apis=(), neutral=True))
    assert {path.split("/")[1] for path in files if path.endswith("openapi.yaml")} == set(Checkout(ROOT).packages)
    assert [path for path in files if path.endswith((".py", "BUILD", "BUILD.bazel", "requirements.txt"))] == [
        "vendor_check.py"
    ]
    for api in Checkout(ROOT).packages:
        assert yaml.safe_load(files[f"spec/{api}/openapi.yaml"])["openapi"].startswith("3.0")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("from qredo_signing import sign", "imports qredo_signing"),
        ("import qredo_partner_v1_1.models", "imports qredo_partner_v1_1"),
        ("from importlib import import_module\nimport_module('qredo_v1')", "imports qredo_v1"),
        ("HOMES = {'sign': 'qredo_signing._signature.rsa_rule'}", "names the module qredo_signing._signature.rsa_rule"),
    ],
)
def test_an_absolute_import_of_our_own_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """A module that would import this project from where it is installed is named, and nothing is vendored."""
    checkout = bare_checkout(tmp_path / "checkout")
    (checkout.root / "signing_plugin" / "qredo_signing" / "_new.py").write_text(f'"""New."""\n{text}\n', "utf-8")
    with pytest.raises(GenerationError, match=re.escape(problem)) as caught:
        tree(checkout, Selection.of(checkout, apis=(), plugin=()))
    assert "_new.py:" in str(caught.value)


def bare_checkout(root: Path) -> Checkout:
    """A checkout whose plugin is one module."""
    plugin = root / "signing_plugin" / "qredo_signing"
    plugin.mkdir(parents=True)
    (plugin / "_version.py").write_text('__version__ = "9.9"\n', "utf-8")
    for name in ("LICENSE", "constraints.txt", "pyproject.toml"):
        (root / name).write_bytes((ROOT / name).read_bytes())
    return Checkout(root)


def test_a_part_that_is_needed_and_left_out_is_named(tmp_path: Path) -> None:
    """A part of the plugin that imports another part is not vendored without it."""
    checkout = bare_checkout(tmp_path)
    plugin = tmp_path / "signing_plugin" / "qredo_signing"
    for part, text in (("cli", "from .. import feeds\n"), ("feeds", "")):
        (plugin / part).mkdir()
        (plugin / part / "__init__.py").write_text(text, "utf-8")
    with pytest.raises(GenerationError, match=r"qredo_signing\.feeds"):
        tree(checkout, Selection.of(checkout, apis=(), plugin=("cli",)))
    assert "qredo_signing/cli/__init__.py" in tree(checkout, Selection.of(checkout, apis=(), plugin=("cli", "feeds")))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--to", "x"], "Nothing is to be vendored"),
        (["--to", "x", "--api", "qredo_v9"], "no spec/qredo_v9/openapi.yaml"),
        (["--to", "x", "--api", "qredo_v1", "--prefix", "third-party.qredo"], "no dotted Python name"),
        (["--to", "x", "--api", "qredo_v1", "--prefix", "käse.qredo"], "no dotted Python name"),
        (["--to", "x", "--api", "qredo_v1", "--prefix", "typing.qredo"], "starts with the name of another package"),
        (["--to", "x", "--api", "qredo_v1", "--prefix", "qredo_signing"], "starts with the name of another package"),
        (["--to", "x", "--api", "qredo_v1", "--with-build", "buck"], "not buck"),
        (["--to", "x", "--api", "qredo_v1", "--with-plugin", "gui"], "not gui"),
        (["--to", "x/y", "--api", "qredo_v1"], "Make it first (mkdir -p"),
        (["--to", "x", "--api", "qredo_v1", "--prefix", "a.b"], "Make it first (mkdir -p x), or correct --to"),
        (["--to", ".", "--api", "qredo_v1", "--prefix", "a", "--with-build", "pyproject"], "leave out --prefix"),
        (["--to", ".", "--language-neutral", "--with-build", "pyproject"], "needs packages"),
        (["--to", "x", "--api", "qredo_v1", "--bazel-requirement", "@pip//httpx"], "must be a label"),
        (["--api", "qredo_v1"], "exactly one of --to, --check, --update"),
        (["--to", "x", "--update", "y"], "exactly one of --to, --check, --update"),
        (["--check", "."], "has no VENDORED.json"),
        (["--check", ".", "--api", "qredo_v1"], "--check does not take --api"),
        (["--to", "x", "--api", "qredo_v1", "--accept-breaking"], "--to does not take --accept-breaking"),
        (["--update", "x", "--against", "."], "--update does not take --against"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    problem: str,
) -> None:
    """A wrong call says what is wrong with it, and writes nothing."""
    monkeypatch.chdir(tmp_path)
    assert main(["vendor", *arguments, "--root", str(ROOT)]) == 1
    assert problem in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("said", "made"), [("y", True), ("yes", True), ("", False), ("n", False)])
def test_on_a_terminal_a_folder_is_made_if_the_user_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: str, made: bool
) -> None:
    """The question names the folder that does not exist; anything but yes vendors nothing."""
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or said)  # type: ignore[func-returns-value]
    target = tmp_path / "new"
    status = main(["vendor", "--to", str(target), "--api", "qredo_v1", "--prefix", "a", "--root", str(ROOT)])
    assert asked == [f"There is no folder {target}. Make it? [y/N] "]
    assert (status, target.exists()) == (0 if made else 1, made)


def test_a_pyproject_makes_a_project_of_the_folder() -> None:
    """It names the vendored packages, what they need, the command of the plugin, and the API for that command."""
    checkout = Checkout(ROOT)
    selection = Selection.of(checkout, apis=("qredo_v1",), plugin=("cli", "feeds"), builds=("pyproject",))
    files = tree(checkout, selection)
    project = tomllib.loads(files["pyproject.toml"].decode())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["qredo_v1", "qredo_signing"]
    assert set(project["project"]["dependencies"]) <= set(files["requirements.txt"].decode().splitlines())
    assert "httpx>=0.28" in project["project"]["dependencies"]
    assert project["project"]["scripts"] == {"qredo": "qredo_signing.cli:main"}
    assert project["project"]["entry-points"] == {"qredo.api": {"qredo_v1": "qredo_v1"}}


def test_the_page_of_the_folder_says_where_it_is_from(vendored: Vendored) -> None:
    """README.md names the project with its version, and the file that has the commit."""
    text = (vendored.folder / "README.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Copied from {project['name']} {qredo_signing.__version__}." in text
    assert "`VENDORED.json` has the commit" in text


def test_a_generated_package_that_was_edited_is_refused(tmp_path: Path) -> None:
    """What is not as its lock says cannot be vendored, since its origin could not be stated."""
    root = tmp_path / "checkout"
    for name in ("generated/qredo_v1", "spec/qredo_v1"):
        for path in (ROOT / name).rglob("*.*"):
            if path.is_file() and path.suffix != ".pyc":
                target = root / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
    (root / "LICENSE").write_bytes((ROOT / "LICENSE").read_bytes())
    (root / "generated" / "qredo_v1" / "errors.py").write_text("# edited\n", "utf-8")
    (root / "generated" / "qredo_v1" / "extra.py").write_text("", "utf-8")
    checkout = Checkout(root)
    with pytest.raises(GenerationError, match="nox -s regenerate -- qredo_v1") as caught:
        tree(checkout, Selection.of(checkout, apis=("qredo_v1",)))
    assert caught.value.problems == ("generated/qredo_v1/errors.py", "generated/qredo_v1/extra.py")
