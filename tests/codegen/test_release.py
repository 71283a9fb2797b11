"""Released means locked: what would break a client does not get in, and what gets in stands in the changelog."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from qredo_codegen._atomic_files import replace_all
from qredo_codegen.commands.changelog import ChangelogError, with_entries
from qredo_codegen.commands.regenerate import Checkout, drift, update
from qredo_codegen.commands.release import canonical, release
from qredo_codegen.compare.descriptions import compare
from qredo_codegen.compare.verdict import judge
from qredo_codegen.compare.waivers import WaiverError
from qredo_codegen.description.document import Document, load
from qredo_codegen.errors import GenerationError
from qredo_codegen.generate.inputs import hash_bytes

from .checkouts import PACKAGE, edit, new_checkout, run, state
from .mutations import node, schema


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout whose package is generated and released."""
    checkout = new_checkout(tmp_path_factory.mktemp("made"))
    update(checkout, PACKAGE)
    release(checkout, PACKAGE)
    return checkout


@pytest.fixture
def released(made: Checkout, tmp_path: Path) -> Checkout:
    """A copy of that checkout to change."""
    shutil.copytree(made.root, tmp_path / "checkout")
    return Checkout(tmp_path / "checkout")


def breaking(document: Document) -> None:
    schema(document, "Company")["properties"].pop("city")
    node(document, "company_get")["responses"]["200"]["content"]["application/json"]["example"].pop("city")


def compatible(document: Document) -> None:
    schema(document, "CompanyCreate")["properties"]["vat"] = {"type": "string", "description": "Its VAT number."}


def waive(checkout: Checkout, fingerprint: str) -> None:
    entry = {"fingerprint": fingerprint, "reason": "the service never sent it", "date": "2026-11-21"}
    checkout.waivers(PACKAGE).write_text(yaml.safe_dump([entry]), encoding="utf-8")


def test_a_release_is_a_copy_with_its_hash_in_the_lock(made: Checkout) -> None:
    """released.yaml is the description without its comments; lock.json holds its hash, and nothing drifts."""
    path = made.released(PACKAGE)
    assert load(path) == load(made.description(PACKAGE))
    lock = json.loads(made.lock(PACKAGE).read_bytes())
    assert lock["released"] == {"released.yaml": hash_bytes(path.read_bytes())}
    assert list(lock) == ["inputs", "tools", "released", "outputs"]
    assert list(drift(made, PACKAGE)) == []


def test_a_released_version_regenerates_to_the_same_bytes(released: Checkout) -> None:
    """Without a change, a regeneration after the release changes no file at all."""
    before = state(released)
    assert update(released, PACKAGE).entries == ()
    assert state(released) == before


def test_a_breaking_edit_stops_the_regeneration(released: Checkout) -> None:
    """What breaks is listed with fingerprint, place and reason; every file is as it was, and the way on is told."""
    edit(released, breaking)
    before = state(released)
    done = run(released, "regenerate")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "response field removed: `city`" in done.stderr
    assert "GET /company/{} response 200 body city" in done.stderr
    assert "nox -s new_version -- qredo_partner_v1_2 --from qredo_partner_v1_1" in done.stderr
    assert state(released) == before


def test_a_check_finds_a_break_too(released: Checkout) -> None:
    """CI refuses a breaking description even where the generated package and the lock were made to fit."""
    edit(released, breaking)
    (finding,) = [one for one in drift(released, PACKAGE) if "response field removed" in one]
    assert "new_version" in finding


def test_a_renamed_schema_stops_the_regeneration(released: Checkout) -> None:
    """The wire is the same, but users import the class: Python's view is a part of the gate."""

    def rename(document: Document) -> None:
        text = json.dumps(document).replace('CompanyMatch"', 'CompanyHit"')
        document.clear()
        document.update(json.loads(text))

    edit(released, rename)
    with pytest.raises(GenerationError, match=r"python removed: `models\.CompanyMatch`"):
        update(released, PACKAGE)


def test_a_compatible_edit_goes_in_with_its_entry(released: Checkout) -> None:
    """The package is made anew, and the changelog says what changed, once, however often it is run."""
    edit(released, compatible)
    done = run(released, "regenerate")
    assert done.returncode == 0, done.stderr
    line = f"- `{PACKAGE}`, `company.create`: request field added: `vat` (request body vat)."
    assert line in done.stdout
    changelog = released.changelog.read_text()
    assert changelog.count(line) == 1
    assert changelog.index("### Added\n\n- Something else.") < changelog.index("### Changed") < changelog.index(line)
    assert changelog.index(line) < changelog.index("## [0.1.0]")
    assert "vat" in (released.output(PACKAGE) / "models" / "company_create.py").read_text()
    before = state(released)
    assert update(released, PACKAGE).entries == (line,)
    assert state(released) == before
    assert list(drift(released, PACKAGE)) == []


def test_an_undone_edit_leaves_no_entry(released: Checkout) -> None:
    """What a later edit takes back is not told: changelog, lock and package are what they were."""
    before = state(released)
    edit(released, compatible)
    assert update(released, PACKAGE).entries
    edit(released, lambda document: schema(document, "CompanyCreate")["properties"].pop("vat"))
    assert update(released, PACKAGE).entries == ()
    assert state(released) == before


def test_a_text_goes_in_without_an_entry(released: Checkout) -> None:
    """Other words are no change that a user has to read about."""
    edit(released, lambda document: schema(document, "Company").update(description="In other words."))
    before = released.changelog.read_bytes()
    assert update(released, PACKAGE).entries == ()
    assert released.changelog.read_bytes() == before


def test_a_waived_break_goes_in_with_its_reason(released: Checkout) -> None:
    """What was accepted goes in, and the changelog calls it breaking and says why it was accepted."""
    edit(released, breaking)
    found = judge(load(released.released(PACKAGE)), load(released.description(PACKAGE)), python=False)
    waive(released, found.breaking[0].fingerprint)
    (line,) = update(released, PACKAGE).entries
    assert line.endswith("**Breaking**: the service never sent it")
    assert line in released.changelog.read_text()


def test_an_unused_waiver_stops_the_regeneration(released: Checkout) -> None:
    """No waiver waits for a break that is to come."""
    waive(released, "0123456789ab")
    before = state(released)
    with pytest.raises(WaiverError, match="0123456789ab"):
        update(released, PACKAGE)
    assert state(released) == before


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def without_hash(checkout: Checkout) -> None:
    lock = json.loads(checkout.lock(PACKAGE).read_bytes())
    del lock["released"]
    checkout.lock(PACKAGE).write_text(json.dumps(lock))


@pytest.mark.parametrize(
    ("tamper", "message"),
    [
        (lambda checkout: append(checkout.released(PACKAGE), "# by hand\n"), "is not what was released"),
        (lambda checkout: edit(checkout, breaking, checkout.released(PACKAGE)), "is not what was released"),
        (lambda checkout: checkout.released(PACKAGE).unlink(), "is missing"),
        (without_hash, "is on no record"),
    ],
    ids=["comment", "edit", "removal", "no hash"],
)
def test_a_released_file_that_was_tampered_with_is_refused(released: Checkout, tamper: Any, message: str) -> None:
    """What was released is on record: an edit, a removal, or a file out of nowhere stops everything."""
    tamper(released)
    before = state(released)
    with pytest.raises(GenerationError, match=message):
        update(released, PACKAGE)
    with pytest.raises(GenerationError, match=message):
        release(released, PACKAGE)
    assert state(released) == before


def test_line_ends_of_a_checkout_are_no_edit(released: Checkout) -> None:
    """A checkout with CRLF holds the same release."""
    path = released.released(PACKAGE)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert update(released, PACKAGE).entries == ()


def test_a_changelog_without_a_place_stops_the_regeneration(released: Checkout) -> None:
    """A change that cannot be told does not go in: package, lock and changelog stay as they were."""
    released.changelog.write_text("# Changelog\n")
    edit(released, compatible)
    before = state(released)
    with pytest.raises(ChangelogError, match="Unreleased"):
        update(released, PACKAGE)
    assert state(released) == before


def test_a_record_that_cannot_be_written_brings_the_old_package_back(released: Checkout) -> None:
    """When the lock cannot be written, the old package is back too."""
    edit(released, compatible)
    before = state(released)
    blocked = released.lock(PACKAGE).with_name(".lock.json.new")
    blocked.mkdir()
    with pytest.raises(OSError, match=r"lock\.json"):
        update(released, PACKAGE)
    blocked.rmdir()
    assert state(released) == before


def test_the_next_release_takes_the_change(released: Checkout) -> None:
    """With another revision, a changed description is released anew, and its waivers are done with."""
    edit(released, breaking)
    found = judge(load(released.released(PACKAGE)), load(released.description(PACKAGE)), python=False)
    waive(released, found.breaking[0].fingerprint)
    update(released, PACKAGE)
    with pytest.raises(GenerationError, match=r"still calls itself 1\.1\.2\+r1"):
        release(released, PACKAGE)
    edit(released, lambda document: document["info"].update({"x-revision": 2}))
    with pytest.raises(GenerationError, match="not generated from its description"):
        release(released, PACKAGE)
    update(released, PACKAGE)
    assert "waivers.yaml was for the release before" in release(released, PACKAGE)
    assert not released.waivers(PACKAGE).exists()
    assert update(released, PACKAGE).entries == ()


def test_what_was_never_released_may_change(tmp_path: Path) -> None:
    """Before the first release a description may change in any way, and nothing is said of it."""
    checkout = new_checkout(tmp_path)
    edit(checkout, breaking)
    assert update(checkout, PACKAGE).entries == ()
    assert "released" not in json.loads(checkout.lock(PACKAGE).read_bytes())


def test_a_package_alone_is_compared_with_its_release(released: Checkout) -> None:
    """`compare PACKAGE` looks at what changed since the release, with the waivers of the package, and exits with 1."""
    assert run(released, "compare", PACKAGE).returncode == 0
    edit(released, breaking)
    done = run(released, "compare", PACKAGE, "--format", "json", "--no-python")
    assert done.returncode == 1
    (change,) = json.loads(done.stdout)["changes"]
    waive(released, change["fingerprint"])
    done = run(released, "compare", PACKAGE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "breaking, waived" in done.stdout
    assert "the service never sent it" in done.stdout


def test_two_files_are_compared(released: Checkout) -> None:
    """`compare OLD NEW` takes files as well as packages; the report can go to a file."""
    old = str(released.released(PACKAGE))
    edit(released, compatible)
    done = run(released, "compare", old, PACKAGE, "--no-python", "--out", "report.md")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "request field added: `vat`" in (released.root / "report.md").read_text()
    done = run(released, "compare", old, "no_such_package")
    assert done.returncode == 1
    assert f"Described are: {PACKAGE}." in done.stderr


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=20)
LOOKS_LIKE = st.sampled_from(["1e3", "-2E+5", "1.5e7", "0o17", "010", "12:30", "NO", "on", "null", "~", "2020-01-01", "<<", "=", "", " x", "a: b", "# c", "|\n"])  # fmt: skip  # noqa: E501
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT | LOOKS_LIKE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | LOOKS_LIKE, inner, max_size=4),
    max_leaves=12,
)


@given(document=st.dictionaries(TEXT | LOOKS_LIKE, JSON, max_size=4))
def test_the_canonical_copy_reads_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, document: Document) -> None:
    """Whatever a description holds, its copy holds the same, texts that look like numbers or dates too."""
    path = tmp_path_factory.mktemp("canonical") / "released.yaml"
    path.write_text(canonical(document, PACKAGE), encoding="utf-8", newline="\n")
    assert load(path) == document


def test_the_canonical_copy_of_our_description_is_equal(tmp_path: Path) -> None:
    """Our own description, with all its texts, is the same after a release."""
    source = Path(__file__).parents[2] / "spec" / PACKAGE / "openapi.yaml"
    path = tmp_path / "released.yaml"
    path.write_text(canonical(load(source), PACKAGE), encoding="utf-8")
    assert compare(load(source), load(path)).changes == ()
    assert load(path) == load(source)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("## [Unreleased]\n", "## [Unreleased]\n\n### Changed\n\n- new\n"),
        ("## [Unreleased]\n\n### Fixed\n\n- f\n", "## [Unreleased]\n\n### Changed\n\n- new\n\n### Fixed\n\n- f\n"),
        ("## [Unreleased]\n\n### Changed\n\n- a\n  b\n", "## [Unreleased]\n\n### Changed\n\n- a\n  b\n- new\n"),
        ("## [Unreleased]\n\n## [1.0.0]\n\n- x\n", "## [Unreleased]\n\n### Changed\n\n- new\n\n## [1.0.0]\n\n- x\n"),
        ("## [Unreleased]\n\nSome words.\n", "## [Unreleased]\n\nSome words.\n\n### Changed\n\n- new\n"),
        (
            "## [Unreleased]\n\n### Added\n\n- a\n\n[Unreleased]: https://x.example\n",
            "## [Unreleased]\n\n### Added\n\n- a\n\n### Changed\n\n- new\n\n[Unreleased]: https://x.example\n",
        ),
    ],
)
def test_entries_find_their_place(before: str, after: str) -> None:
    """Entries go below `### Changed` of what is not released, which is made at its usual place if need be."""
    assert with_entries(before, ["- new"]) == after
    assert with_entries(after, ["- new"]) == after


def test_files_are_replaced_together(tmp_path: Path) -> None:
    """When one file cannot be written, those before it are as they were, and new ones are gone."""
    first, second, blocked = (tmp_path / name for name in ("first", "second", "blocked"))
    first.write_text("old")
    (tmp_path / ".blocked.new").mkdir()
    with pytest.raises(OSError, match="blocked"):
        replace_all({first: "new", second: "new", blocked: "new"})
    assert first.read_text() == "old"
    assert not second.exists()
