"""The frame of the benchmarks: the runner, its report, and its plot. Nothing is measured here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SVG = "{http://www.w3.org/2000/svg}"
SCRIPT = """
from _measure import goal, not_measured
print("| a table |")
goal({section!r}, "a figure", {value}, 1.1)
not_measured("Decode", "a peer", "there is none")
"""


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The modules of benchmarks/, which import one another by their bare names as scripts do."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.setenv("PYTHONPATH", str(BENCHMARKS))  # for scripts that stand elsewhere
    import _measure
    import _plot
    import _report
    import run

    class Modules:
        measure, plot, report, runner = _measure, _plot, _report, run

    yield Modules
    for name in ("_measure", "_peers", "_plot", "_report", "run"):
        sys.modules.pop(name, None)


def write_scripts(folder: Path, **values: float) -> None:
    """Scripts that say a figure each."""
    for name, value in values.items():
        section = "Signing" if name == "signing" else "Emulator"
        (folder / f"{name}.py").write_text(SCRIPT.format(section=section, value=value), encoding="utf-8")


def figures(modules: Any, folder: Path) -> dict[str, list[float]]:
    """What results.json has, by script."""
    kept = modules.report.read(folder / "results.json")
    return {name: [goal.value for goal in one.goals] for name, one in kept.items()}


def test_every_script_is_known_to_the_runner(modules: Any) -> None:
    """What lies in benchmarks/ and is no helper runs with `nox -s bench`, but for one that needs others' files."""
    scripts = {path.stem for path in BENCHMARKS.glob("*.py") if not path.stem.startswith("_")}
    scripts -= {"run", "real_descriptions"}
    assert scripts == set(modules.report.SCRIPTS)


def test_a_partial_run_keeps_what_the_others_gave(modules: Any, tmp_path: Path) -> None:
    """Running one script again replaces its figures in all three files, and no other's."""
    write_scripts(tmp_path, signing=1.05, emulator=0.5)
    assert modules.runner.run_all(["signing", "emulator"], None, tmp_path, tmp_path) == []
    write_scripts(tmp_path, emulator=0.75)
    assert modules.runner.run_all(["emulator"], None, tmp_path, tmp_path) == []
    assert figures(modules, tmp_path) == {"signing": [1.05], "emulator": [0.75]}
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| Signing | a figure | 1.05 x | at most 1.1 | met |" in report
    assert "| Emulator | a figure | 0.75 x |" in report
    assert "- Decode, a peer: there is none" in report
    assert report.index("## signing.py") < report.index("## emulator.py")
    assert "0.75 x" in (tmp_path / "results.svg").read_text(encoding="utf-8")


def test_a_script_that_fails_is_named_after_the_others_ran(modules: Any, tmp_path: Path) -> None:
    """A failure stops no other script, and costs none of the figures of an earlier run."""
    write_scripts(tmp_path, signing=1.05, emulator=0.5)
    modules.runner.run_all(["signing", "emulator"], None, tmp_path, tmp_path)
    (tmp_path / "signing.py").write_text("raise SystemExit('no')", encoding="utf-8")
    write_scripts(tmp_path, emulator=0.75)
    assert modules.runner.run_all(["signing", "emulator"], None, tmp_path, tmp_path) == ["signing"]
    assert figures(modules, tmp_path) == {"signing": [1.05], "emulator": [0.75]}


def test_a_section_that_the_report_lacks_is_an_error(modules: Any, tmp_path: Path) -> None:
    """A misspelled section makes the run fail instead of vanishing from the report."""
    (tmp_path / "signing.py").write_text(SCRIPT.format(section="Sining", value=1), encoding="utf-8")
    assert modules.runner.run_all(["signing"], None, tmp_path, tmp_path) == ["signing"]


@pytest.mark.parametrize(
    ("value", "at_least", "verdict"),
    [(1.1, False, "met"), (1.11, False, "MISSED"), (1.1, True, "met"), (1.09, True, "MISSED")],
)
def test_a_goal_says_whether_it_is_met(modules: Any, value: float, at_least: bool, verdict: str) -> None:
    """A figure at its limit meets the goal, in whichever direction; beyond it misses it, and says so."""
    goal = modules.measure.Goal("Signing", "a figure", value, 1.1, at_least)
    bound = "at least" if at_least else "at most"
    assert str(goal) == f"- a figure: {value:.4g} x, goal {bound} 1.1: {verdict}"


def sample(modules: Any) -> Sequence[Any]:
    """Goals of both directions, met and missed."""
    make = modules.measure.Goal
    return [
        make("Signing", "a <step> & more", 1.06, 1.1),
        make("Signing", "another", 49.0, 20, False, "us"),
        make("Emulator", "requests", 2000, 1000, True, "/s"),
        make("Emulator", "starts", 1, 2, True),
    ]


def test_the_plot_says_each_goal_in_words_and_in_bars(modules: Any) -> None:
    """The SVG parses, has title and description, and draws each figure by how much of its limit it takes."""
    svg = ElementTree.fromstring(modules.plot.plot(sample(modules)))
    texts = [one.text or "" for one in svg.iter(f"{SVG}text")]
    assert svg.findtext(f"{SVG}title")
    assert "Signing, a <step> & more: 1.06 x, goal at most 1.1: met" in (svg.findtext(f"{SVG}desc") or "")
    assert "49 us (at most 20): missed" in texts
    assert "2,000 /s (at least 1,000): met" in texts
    bars = [one for one in svg.iter(f"{SVG}rect") if one.get("class") in {"met", "missed"}]
    full = float(bars[1].attrib["width"])  # takes more than twice its limit: as wide as the plot
    parts = [float(one.attrib["width"]) / full for one in bars]
    assert [one.get("class") for one in bars] == ["met", "missed", "met", "missed"]
    assert parts == pytest.approx([1.06 / 1.1 / 2, 1, 0.25, 1], abs=0.001)


def test_the_plot_is_readable_on_light_and_dark_grounds(modules: Any) -> None:
    """It brings its own ground, whose colours follow the reader's scheme, and no word stands upright or outside."""
    svg = ElementTree.fromstring(modules.plot.plot(sample(modules)))
    assert "prefers-color-scheme: dark" in (svg.findtext(f"{SVG}style") or "")
    assert svg.find(f"{SVG}rect[@class='ground']") is not None
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    for word in svg.iter(f"{SVG}text"):
        assert "transform" not in word.attrib
        assert 0 < float(word.attrib["x"]) < width
        assert 0 < float(word.attrib["y"]) < height


def test_the_plot_is_the_same_for_the_same_goals(modules: Any) -> None:
    """Another process, with another hash seed, draws the same bytes."""
    code = "import json, sys; from _measure import Goal; from _plot import plot; "
    code += "sys.stdout.write(plot([Goal('Signing', 'a figure', 1.06, 1.1), Goal('Pages', 'b', 2, 1)]))"
    drawn = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONPATH": str(BENCHMARKS), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(drawn) == 1
    assert drawn.pop().startswith("<svg")


def test_a_machine_is_told_without_its_name(modules: Any) -> None:
    """The report says on what it was measured, and neither the machine's name nor a folder of it."""
    said = modules.report.machine(0.5)
    assert "cores" in said
    assert os.uname().nodename not in said
    assert str(Path.home()) not in said


def test_a_peer_that_cannot_be_installed_is_told_with_the_reason(
    modules: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without an installer there is a reason to report, and no figure."""
    import _peers

    monkeypatch.setenv(_peers.PEERS, str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    for install, installer in ((partial(_peers.interpreter, "msgspec"), "uv"), (_peers.prism, "npm")):
        with pytest.raises(_peers.MissingPeerError, match=f"^{installer} is not installed$"):
            install()


@pytest.mark.parametrize("pins", sorted(BENCHMARKS.glob("peers/*.txt")), ids=lambda path: path.stem)
def test_peers_are_pinned_exactly(pins: Path) -> None:
    """Each line is a package with one version, and names no place to get it from."""
    for line in pins.read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"@?[A-Za-z0-9._/-]+(==|@)[0-9][0-9A-Za-z.]*", line)
