"""From spec/ to generated/: complete or not at all, the same bytes everywhere, and every drift named."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qredo_codegen.commands.regenerate import Checkout, drift, update
from qredo_codegen.description.document import load, operations
from qredo_codegen.errors import CodegenError
from qredo_codegen.generate.inputs import hash_tree

from ..unreleased import lock_without_release
from .checkouts import PACKAGE, ROOT, edit, new_checkout, run, run_apart

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout of its own in which the package of our whole description was generated once."""
    checkout = whole_checkout(tmp_path_factory.mktemp("whole"))
    update(checkout, PACKAGE)
    return checkout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which the package of the small description was generated once."""
    checkout = new_checkout(tmp_path_factory.mktemp("made"))
    update(checkout, PACKAGE)
    return checkout


@pytest.fixture
def checkout(made: Checkout, tmp_path: Path) -> Checkout:
    """A copy of that checkout to change."""
    shutil.copytree(made.root, tmp_path / "checkout")
    return Checkout(tmp_path / "checkout")


def whole_checkout(root: Path) -> Checkout:
    """A checkout that holds our description and nothing else."""
    (root / "spec" / PACKAGE).mkdir(parents=True)
    shutil.copy(ROOT / "spec" / PACKAGE / "openapi.yaml", root / "spec" / PACKAGE)
    return Checkout(root)


def test_every_operation_is_generated(whole: Checkout) -> None:
    """All operations have a method each, with the names that users write."""
    document = load(whole.description(PACKAGE))
    described = {operation.node["operationId"] for operation in operations(document)}
    generated = {
        f"{path.stem}_{node.name}"
        for path in (whole.output(PACKAGE) / "api").glob("*.py")
        for resource in ast.parse(path.read_text()).body
        if isinstance(resource, ast.ClassDef) and not resource.name.startswith("Async")
        for node in resource.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith(("_", "iter_"))
    }
    assert generated == described
    assert len(described) == len(list(operations(document))) > 0


def test_two_machines_make_the_same_bytes(whole: Checkout, tmp_path: Path) -> None:
    """Another folder, another working folder, another hash seed and a ruff configuration around it change no byte."""
    elsewhere = tmp_path / "deep" / "er"
    whole_checkout(elsewhere)
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 60\nformat.quote-style = 'single'\n")
    done = run_apart(elsewhere, "regenerate", seed="4711", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    count = len(list(operations(load(whole.description(PACKAGE)))))
    assert f"{count} operations" in done.stdout
    assert "calling every operation" in done.stderr
    assert hash_tree(elsewhere / "generated") == hash_tree(whole.root / "generated")
    assert Checkout(elsewhere).lock(PACKAGE).read_bytes() == whole.lock(PACKAGE).read_bytes()


def test_the_repository_holds_what_is_generated(whole: Checkout) -> None:
    """generated/ and its lock are in the repository as the description gives them."""
    assert hash_tree(whole.output(PACKAGE)) == hash_tree(ROOT / "generated" / PACKAGE)
    assert whole.lock(PACKAGE).read_text() == lock_without_release(ROOT / "spec" / PACKAGE)


def test_the_lock_says_what_it_was_made_from(made: Checkout) -> None:
    """Inputs, tools and every output file stand in the lock, and in the package's own provenance."""
    lock = json.loads(made.lock(PACKAGE).read_text())
    assert lock["outputs"] == hash_tree(made.output(PACKAGE))
    assert lock["tools"] == {"openapi-python-client": "0.29.1", "ruff": "0.17.5"}
    provenance = (made.output(PACKAGE) / "_provenance.py").read_text()
    assert lock["inputs"]["openapi.yaml"] in provenance
    assert lock["inputs"]["templates"] in provenance


def test_a_regeneration_leaves_nothing_else_behind(made: Checkout) -> None:
    """No temporary folder, no cache and no file of an older description remains."""
    (made.output(PACKAGE) / "models" / "left_over.py").write_text("")
    update(made, PACKAGE)
    assert [path.name for path in (made.root / "generated").iterdir()] == [PACKAGE]
    assert list(drift(made, PACKAGE)) == []


def _duplicate_operation_id(document: dict[str, Any]) -> None:
    document["paths"]["/company"]["post"]["operationId"] = "company_search"


def _reference_to_nothing(document: dict[str, Any]) -> None:
    fields = document["components"]["schemas"]["Company"]["properties"]
    fields["city"] = {"$ref": "#/components/schemas/NoSuch"}


def _other_host(document: dict[str, Any]) -> None:
    document["paths"]["/company"]["servers"] = [{"url": "https://other.example.com"}]


def _mixed_values(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Company"]["properties"]["city"] = {"type": "string", "enum": ["a", 1]}


def _broken_version(document: dict[str, Any]) -> None:
    document["info"]["version"] = None


BAD = [
    (_duplicate_operation_id, "company_search"),
    (_reference_to_nothing, "NoSuch"),
    (_other_host, "/paths/~1company/servers"),
    (_mixed_values, "/components/schemas/Company/properties/city"),
    (_broken_version, "/info/version"),
]


@pytest.mark.parametrize(("harm", "place"), BAD, ids=lambda value: getattr(value, "__name__", value))
def test_a_bad_description_is_refused_whole(checkout: Checkout, harm: Change, place: str) -> None:
    """What would be lost is named with its place, and the old package is untouched."""
    before = hash_tree(checkout.root / "generated"), checkout.lock(PACKAGE).read_bytes()
    edit(checkout, harm)
    with pytest.raises(CodegenError) as caught:
        update(checkout, PACKAGE)
    assert place in str(caught.value)
    assert (hash_tree(checkout.root / "generated"), checkout.lock(PACKAGE).read_bytes()) == before
    assert [path.name for path in (checkout.root / "generated").iterdir()] == [PACKAGE]


def test_the_command_fails_on_a_bad_description(checkout: Checkout) -> None:
    """The command says what is wrong on stderr, without a traceback, and exits with 1."""
    edit(checkout, _mixed_values)
    done = run_apart(checkout.root, "regenerate")
    assert done.returncode == 1
    assert "/components/schemas/Company/properties/city" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_package_is_refused_with_the_known_ones(checkout: Checkout) -> None:
    """A misspelt package name is answered with those that there are."""
    done = run(checkout, "regenerate", "qredo_partner_v9")
    assert done.returncode == 1
    assert f"Described are: {PACKAGE}." in done.stderr


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("openapi.json", "spec/other/openapi.json is not read: rename it to openapi.yaml"),
        ("overlay.yaml", "spec/other has no openapi.yaml"),
    ],
)
@pytest.mark.parametrize("command", ["regenerate", "check"])
def test_a_folder_that_would_be_skipped_is_named(checkout: Checkout, command: str, name: str, message: str) -> None:
    """A package whose description has another name, or none, is no package that is silently left out."""
    (checkout.root / "spec" / "other").mkdir()
    (checkout.root / "spec" / "other" / name).write_text("{}", encoding="utf-8")
    done = run(checkout, command)
    assert done.returncode == 1
    assert message in done.stderr


def test_a_swap_that_fails_brings_the_old_package_back(checkout: Checkout, tmp_path: Path) -> None:
    """When the new folder cannot take its place, the old one is there as before."""
    from qredo_codegen._atomic_files import swap_folder

    output = checkout.output(PACKAGE)
    before = hash_tree(output)
    with pytest.raises(OSError, match="missing"):
        swap_folder(tmp_path / "missing", output, tmp_path / "aside")
    assert hash_tree(output) == before


@pytest.mark.parametrize(
    ("path", "text", "finding"),
    [
        ("models/company.py", "# an edit by hand", "models/company.py differs from what is generated"),
        ("models/own.py", "", "models/own.py is not generated"),
        ("py.typed", None, "py.typed is missing"),
    ],
)
def test_drift_names_the_file(checkout: Checkout, path: str, text: str | None, finding: str) -> None:
    """An edited, an added and a missing file each fail the check by name."""
    file = checkout.output(PACKAGE) / path
    file.unlink() if text is None else file.write_text(text)
    done = run(checkout, "check")
    assert done.returncode == 1
    assert f"generated/{PACKAGE}/{finding}" in done.stderr
    assert f"nox -s regenerate -- {PACKAGE}" in done.stderr


def test_a_changed_description_is_drift(checkout: Checkout) -> None:
    """A description that was changed without a regeneration fails the check: the text and the lock."""

    def reword(document: dict[str, Any]) -> None:
        document["paths"]["/company"]["post"]["summary"] = "Another summary"

    edit(checkout, reword)
    findings = list(drift(checkout, PACKAGE))
    assert f"generated/{PACKAGE}/api/company.py differs from what is generated" in findings
    assert f"spec/{PACKAGE}/lock.json/inputs/openapi.yaml differs from what is generated" in findings


def test_a_checkout_without_drift_passes(whole: Checkout) -> None:
    """Right after a regeneration the check says so and exits with 0."""
    done = run(whole, "check")
    assert (done.returncode, done.stdout) == (0, f"{PACKAGE}: as generated\n")


def test_camel_case_path_parameters_keep_their_place(checkout: Checkout) -> None:
    """A path parameter whose Python name differs from its name on the wire still fills the path."""

    def rename(document: dict[str, Any]) -> None:
        text = (
            json.dumps(document)
            .replace("{company_id}", "{companyID}")
            .replace('"name": "company_id", "in": "path"', '"name": "companyID", "in": "path"')
        )
        document.clear()
        document.update(json.loads(text))

    edit(checkout, rename)
    update(checkout, PACKAGE)
    source = (checkout.output(PACKAGE) / "api" / "company.py").read_text()
    assert '"/company/{companyID}"' in source
    assert 'path={"companyID": company_id}' in source
