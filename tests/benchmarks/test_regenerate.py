"""The measurements of the generator run, on small descriptions; what they measure here means nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def regenerate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The script, whose neighbors have bare names."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    import regenerate

    yield regenerate
    for name in ("_fresh", "_measure", "regenerate"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("package", ["qredo_partner_v1_1", "qredo_v2"])
def test_a_replicated_description_has_everything_as_often_as_asked(regenerate: Any, package: str) -> None:
    """Three times the description are three times its paths and schemas, and each reference leads somewhere."""
    from qredo_codegen.description.document import load, operations, resolve
    from qredo_codegen.description.places import references

    document = load(BENCHMARKS.parent / "spec" / package / "openapi.yaml")
    whole = regenerate.replicated(document, 3)
    assert len(list(operations(whole))) == 3 * len(list(operations(document)))
    assert len(whole["components"]["schemas"]) == 3 * len(document["components"]["schemas"])
    for _, ref in references(whole):
        resolve(whole, ref)


@pytest.mark.full
def test_a_large_description_is_generated_and_imported_beside_the_bare_generators(
    regenerate: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CPU time and memory of both generators, and what importing a package and one operation of each costs."""
    source = BENCHMARKS.parent / "spec" / regenerate.PACKAGE / "openapi.yaml"
    regenerate.large(source, tmp_path, rounds=1, count=1)
    shown = capsys.readouterr().out
    wanted = ["| bare generator |", "| ours |", "to the bare generator in one process", *regenerate.IMPORTS]
    assert [one for one in wanted if one not in shown] == []
    assert "import of package" in shown
    assert "import of one operation" in shown


@pytest.mark.full
def test_growth_is_measured_over_four_sizes(
    regenerate: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exponents of time and of memory come from descriptions of four sizes."""
    regenerate.grow(BENCHMARKS.parent / "spec" / "qredo_v2" / "openapi.yaml", tmp_path, rounds=1)
    shown = capsys.readouterr().out
    assert [line.split(" | ")[0] for line in shown.splitlines() if line[2:3].isdigit()] == ["| 1", "| 2", "| 4", "| 8"]
    assert "exponent of time" in shown
    assert "exponent of peak memory" in shown
