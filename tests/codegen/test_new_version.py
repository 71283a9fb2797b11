"""A new version beside the others: complete, or not there at all."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
from qredo_codegen.commands.new_version import NewVersionError, new_version
from qredo_codegen.commands.packaging import PackagingError, packaged, with_siblings
from qredo_codegen.commands.regenerate import Checkout, drift, update
from qredo_codegen.commands.release import release
from qredo_codegen.compare.descriptions import compare
from qredo_codegen.description.document import Document, load
from qredo_codegen.errors import GenerationError
from qredo_emulator import Emulator, Settings

from ..emulator.conftest import Caller
from .checkouts import PACKAGE, ROOT, edit, new_checkout, run, state

NEW = "qredo_partner_v9_0"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout whose package is generated, and released."""
    checkout = new_checkout(tmp_path_factory.mktemp("made"))
    update(checkout, PACKAGE)
    release(checkout, PACKAGE)
    (checkout.folder(PACKAGE) / "overlay.yaml").write_text("overlay: 1.0.0\n")
    checkout.waivers(PACKAGE).write_text("[]\n")
    return checkout


@pytest.fixture
def checkout(made: Checkout, tmp_path: Path) -> Checkout:
    """A copy of that checkout to change."""
    shutil.copytree(made.root, tmp_path / "checkout")
    return Checkout(tmp_path / "checkout")


def test_a_new_version_is_complete(checkout: Checkout) -> None:
    """Description, package, packaging, changelog and table of versions are there, and the old version is as it was."""
    before = state(checkout)
    done = run(checkout, "new-version", NEW, "--from", PACKAGE)
    assert done.returncode == 0, done.stderr
    assert f"next: edit spec/{NEW}/openapi.yaml (begin with info), then `nox -s regenerate -- {NEW}`" in done.stdout
    assert checkout.packages == [PACKAGE, NEW]
    assert sorted(path.name for path in checkout.folder(NEW).iterdir()) == [
        "lock.json",
        "names.yaml",
        "openapi.yaml",
        "overlay.yaml",
    ]
    assert compare(load(checkout.description(PACKAGE)), load(checkout.description(NEW))).changes == ()
    assert load(checkout.description(NEW)) == {**load(checkout.description(PACKAGE)), "x-started-from": PACKAGE}
    assert list(drift(checkout, NEW)) == []
    assert f"- `{NEW}`: a new version, begun as a copy of `{PACKAGE}`." in checkout.changelog.read_text()
    readme = (checkout.root / "README.md").read_text()
    assert (
        f"| `{PACKAGE}` | A client |\n| `{NEW}` | Started as a copy of `{PACKAGE}` |\n| `other` | Other |\n" in readme
    )
    assert f'{{ "{NEW}" = "reference/{NEW}/index.md" }}' in (checkout.root / "zensical.toml").read_text()
    changed = {name for name, digest in state(checkout).items() if before.get(name) != digest}
    listing = {"pyproject.toml", "CHANGELOG.md", "README.md", "zensical.toml"}
    assert {name for name in changed if NEW not in name} == listing
    assert not [path for path in checkout.root.iterdir() if path.name.startswith(".")]


def test_the_emulator_serves_the_new_version_with_state(checkout: Checkout) -> None:
    """An operation that is as it was keeps state, under another name as well; one that is edited is refused."""
    new_version(checkout, NEW, PACKAGE)

    def change(document: Document) -> None:
        document["paths"]["/company"]["post"]["responses"]["409"] = {"description": "It is there already."}
        document["paths"]["/company/search"]["get"]["operationId"] = "company_find"

    edit(checkout, change, checkout.description(NEW))
    with Emulator(Settings(spec=checkout.root / "spec")) as emulator, httpx.Client(base_url=emulator.url) as client:
        call = Caller(emulator, client)
        call.base = f"/{NEW}/api/v1/p"
        assert call("GET", "/company/search").json() == {"total_count": 0, "matches": []}
        assert call("POST", "/company", {"name": "A", "city": "B", "country": "FR", "domain": "a.b"}).status_code == 501
        assert [record.inherited_from for record in emulator.control.requests] == ["1.1", None]


def test_a_version_of_a_new_version_names_the_one_it_was_copied_from(checkout: Checkout) -> None:
    """The line that says where a description began is replaced, and not there twice."""
    new_version(checkout, NEW, PACKAGE)
    new_version(checkout, "qredo_partner_v9_1", NEW)
    text = checkout.description("qredo_partner_v9_1").read_text()
    assert [line for line in text.splitlines() if "x-started-from" in line] == [f"x-started-from: {NEW}"]


def test_a_vendors_description_is_described_again(checkout: Checkout) -> None:
    """The next step for a copy that `describe` wrote is `describe` with the new file, which would undo an edit."""
    description = checkout.description(PACKAGE)
    description.write_text("x-form: vendor\n" + description.read_text())
    assert new_version(checkout, NEW, PACKAGE)[-1] == (
        f"next: `nox -s describe -- FILE {NEW}` with the vendor's new file, then `nox -s regenerate -- {NEW}`"
    )


def test_packaging_takes_the_new_version(checkout: Checkout) -> None:
    """pyproject.toml has it as a package, as a description for the emulator and as an entry point; comments stay."""
    new_version(checkout, NEW, PACKAGE)
    text = (checkout.root / "pyproject.toml").read_text()
    assert text.startswith("# A comment that stays.\n")
    project = tomllib.loads(text)
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == [f"generated/{PACKAGE}", f"generated/{NEW}", "signing_plugin/qredo_signing"]
    assert list(wheel["force-include"]) == [f"spec/{PACKAGE}/openapi.yaml", f"spec/{NEW}/openapi.yaml"]
    assert project["project"]["entry-points"]["qredo.api"] == {PACKAGE: PACKAGE, NEW: NEW}


def test_the_projects_own_packaging_can_take_a_version() -> None:
    """pyproject.toml of this repository has a line for each thing, and gets one more of each, at its place."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    after = packaged(text, NEW, PACKAGE)
    added = [line.strip() for line in after.splitlines() if line not in text.splitlines()]
    assert added == [
        f'{NEW} = "{NEW}"',
        f'"generated/{NEW}",',
        f'"spec/{NEW}/openapi.yaml" = "qredo_emulator/_spec/{NEW}/openapi.yaml"',
    ]
    assert set(text.splitlines()) <= set(after.splitlines())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "qredo_partner",
        "Qredo_v1",
        "qredo-partner-v1",
        "qredo_v1/../x",
        "qredo_v",
        "_v1",
        "v1",
        "qredo__v1",
        "qredo_v1_",
    ],
)
def test_a_name_that_is_no_version_is_refused(checkout: Checkout, name: str) -> None:
    """A name is lower-case words and a number; anything else is refused before anything is read or written."""
    before = state(checkout)
    with pytest.raises(NewVersionError, match="is no name for a version"):
        new_version(checkout, name, PACKAGE)
    assert state(checkout) == before


@pytest.mark.parametrize("taken", [f"spec/{NEW}", f"generated/{NEW}"])
def test_a_name_that_is_taken_is_refused(checkout: Checkout, taken: str) -> None:
    """Nothing that is there is written over."""
    (checkout.root / taken).mkdir()
    with pytest.raises(NewVersionError, match=f"{taken} already exists"):
        new_version(checkout, NEW, PACKAGE)


def test_an_unknown_source_is_refused(checkout: Checkout) -> None:
    """There is nothing to copy from a package that is not described."""
    with pytest.raises(GenerationError, match=f"Described are: {PACKAGE}"):
        new_version(checkout, NEW, "qredo_partner_v9")


def break_packaging(checkout: Checkout) -> None:
    path = checkout.root / "pyproject.toml"
    path.write_text(path.read_text().replace(f'{PACKAGE} = "{PACKAGE}"', f'other = "{PACKAGE}"'))


def break_description(checkout: Checkout) -> None:
    path = checkout.description(PACKAGE)
    path.write_text(path.read_text().replace("operationId: company_get", "operationId: company_update"))


def break_writing(checkout: Checkout) -> None:
    (checkout.root / ".CHANGELOG.md.new").mkdir()


@pytest.mark.parametrize("harm", [break_packaging, break_description, break_writing])
def test_what_fails_leaves_nothing_behind(checkout: Checkout, harm: Any) -> None:
    """When packaging, generating or writing fails, no file of the new version is there."""
    harm(checkout)
    before = state(checkout)
    with pytest.raises((PackagingError, GenerationError, OSError)):
        new_version(checkout, NEW, PACKAGE)
    assert state(checkout) == before
    assert checkout.packages == [PACKAGE]
    assert not checkout.output(NEW).exists()


def test_lines_are_put_where_they_belong() -> None:
    """A line is added beside its kind, in the order of the alphabet, and other lines are left alone."""
    before = ["x = [", '  "a/pkg_v1_0",', '  "a/pkg_v1_1",', '  "a/zoo_v1",', '  "b/other",', "]", "pkg_v1_1_more = 1"]
    after = [*before[:3], '  "a/pkg_v1_2",', *before[3:]]
    assert with_siblings("\n".join(before), "pkg_v1_1", "pkg_v1_2") == "\n".join(after)
