"""Accepted changes: a file in which each has a fingerprint, a reason and a date, and none is left over."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from qredo_codegen.compare.verdict import judge
from qredo_codegen.compare.waivers import Waiver, WaiverError, load_waivers
from qredo_codegen.errors import DocumentError

from .mutations import description, schema

GOOD = {"fingerprint": "0123456789ab", "reason": "nobody reads it", "date": "2026-11-21"}


def text(**changed: str | None) -> str:
    """A file of one waiver."""
    entry = {key: value for key, value in {**GOOD, **changed}.items() if value is not None}
    return "-\n" + "".join(f"  {key}: {value}\n" for key, value in entry.items())


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_a_file_of_waivers_is_read(tmp_path: Path) -> None:
    """Each entry gives fingerprint, reason and date."""
    path = written(tmp_path / "waivers.yaml", text() + text(fingerprint="ba9876543210"))
    expected = Waiver("0123456789ab", "nobody reads it", date(2026, 11, 21))
    assert load_waivers(path) == (expected, Waiver("ba9876543210", expected.reason, expected.date))


def test_a_fingerprint_of_digits_is_text(tmp_path: Path) -> None:
    """No type is guessed: twelve digits, and what looks like a float, are fingerprints."""
    for fingerprint in ("012345678901", "1234567890e5"):
        path = written(tmp_path / "waivers.yaml", text(fingerprint=fingerprint))
        assert load_waivers(path)[0].fingerprint == fingerprint


def test_no_file_and_an_empty_file_waive_nothing(tmp_path: Path) -> None:
    """A package without waivers needs no file."""
    assert load_waivers(tmp_path / "waivers.yaml") == ()
    assert load_waivers(written(tmp_path / "waivers.yaml", "# none\n")) == ()
    assert load_waivers(written(tmp_path / "waivers.yaml", "[]\n")) == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (text(reason=None), "entry 0: gives no reason"),
        (text(reason="''"), "entry 0: gives no reason"),
        (text(reason="[a, b]"), "entry 0: gives no reason"),
        (text(date=None), "entry 0: gives no date"),
        (text(date="last week"), "'last week' is no date"),
        (text(date="20261121"), "'20261121' is no date"),
        (text(date="2026-02-30"), "'2026-02-30' is no date"),
        (text(fingerprint=None), "entry 0: gives no fingerprint"),
        (text(fingerprint="0123456789AB"), "is no fingerprint"),
        (text(fingerprint="0123"), "is no fingerprint"),
        (text(until="2027-01-01"), "unknown key 'until'"),
        (text() + text(), "0123456789ab stands there twice"),
        ("a: b\n", "a list is needed"),
        ("- 0123456789ab\n", "a mapping is needed"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    """Each mistake is named with its entry."""
    with pytest.raises(WaiverError, match=r"waivers\.yaml") as caught:
        load_waivers(written(tmp_path / "waivers.yaml", content))
    assert message in str(caught.value)


def test_what_is_no_yaml_is_refused(tmp_path: Path) -> None:
    """A file that cannot be read as YAML is an error, not a file without waivers."""
    with pytest.raises(DocumentError, match=r"waivers\.yaml"):
        load_waivers(written(tmp_path / "waivers.yaml", "- [\n"))


def waiver(fingerprint: str) -> Waiver:
    return Waiver(fingerprint, "nobody reads it", date(2026, 11, 21))


def test_a_waived_change_no_longer_counts() -> None:
    """What is accepted still stands in the report and no longer stops anything; the rest does."""
    old, new = description(), description()
    schema(new, "Company")["properties"].pop("city")
    schema(new, "Company")["properties"].pop("domain")
    first, second = judge(old, new, python=False).unwaived
    verdict = judge(old, new, [waiver(first.fingerprint)], python=False)
    assert verdict.unwaived == (second,)
    assert len(verdict.breaking) == 2


def test_an_unused_waiver_is_an_error() -> None:
    """A waiver for what is not there is refused with its reason, so that none waits for a later break."""
    with pytest.raises(WaiverError, match="nobody reads it"):
        judge(description(), description(), [waiver("0123456789ab")], python=False)


def test_a_waiver_of_what_breaks_nobody_is_an_error() -> None:
    """A compatible change needs no waiver."""
    old, new = description(), description()
    schema(new, "Company")["properties"]["more"] = {"type": "string"}
    (change,) = judge(old, new, python=False).compatible
    with pytest.raises(WaiverError, match=change.fingerprint):
        judge(old, new, [waiver(change.fingerprint)], python=False)
