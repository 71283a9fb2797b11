"""What benchmarks gave, kept from run to run: results.json, and the report that is made from it."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from _measure import Goal

__all__ = ["SCRIPTS", "SECTIONS", "Missing", "Outcome", "goals_of", "machine", "read", "report", "take", "write"]

SCRIPTS = (
    "signing",
    "calls",
    "peers",
    "two_cores",
    "async_calls",
    "start",
    "decode",
    "pages",
    "regenerate",
    "nonces",
    "emulator",
    "scale",
)
"""In the order in which they run, and stand in the report."""
SECTIONS = (
    "Signing",
    "Signed call",
    "Two cores",
    "Async",
    "Import",
    "Decode",
    "Pages",
    "Regenerate",
    "Nonces",
    "Emulator",
    "Scale",
)
_HEAD = """<!-- Written by benchmarks/run.py: run it again instead of editing this. -->
# Benchmarks

Every figure was measured within one run beside what it is compared with, in turn and in random order: CPU time unless
a table says otherwise. Ratios carry over to other machines, times do not. An x is a ratio."""
_LIBRARIES = ("cryptography", "httpx", "attrs", "aiohttp", "msgspec")


@dataclass(frozen=True)
class Missing:
    """A figure that could not be had.

    Attributes:
        section: As a goal's.
        name: As a goal's.
        reason: In a line.
    """

    section: str
    name: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What one script gave when it ran last.

    Attributes:
        output: Its tables, in Markdown.
        goals: In the order in which they were said.
        missing: What it could not measure.
        measured: When, and on what.
    """

    output: str
    goals: Sequence[Goal]
    missing: Sequence[Missing]
    measured: str


def take(lines: Sequence[str], output: str, measured: str) -> Outcome:
    """Make an outcome of what a script said of its goals, a JSON object to a line.

    Raises:
        ValueError: A section is not one of `SECTIONS`.
    """
    said: list[dict[str, Any]] = [json.loads(line) for line in lines]
    if strangers := {one["section"] for one in said} - set(SECTIONS):
        raise ValueError(f"{sorted(strangers)} is not among the sections of the report: {', '.join(SECTIONS)}")
    goals = [Goal(**one) for one in said if "reason" not in one]
    return Outcome(output.strip(), goals, [Missing(**one) for one in said if "reason" in one], measured)


def read(path: Path) -> dict[str, Outcome]:
    """Outcomes by script; none if there is no file yet. What a script that is gone once gave is left out."""
    if not path.exists():
        return {}
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {name: _outcome(one) for name, one in kept.items() if name in SCRIPTS}


def write(path: Path, outcomes: Mapping[str, Outcome]) -> None:
    """Keep outcomes for the next run."""
    kept = {name: asdict(outcomes[name]) for name in SCRIPTS if name in outcomes}
    path.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def goals_of(outcomes: Mapping[str, Outcome]) -> list[Goal]:
    """All goals, section by section."""
    goals = [goal for name in SCRIPTS if name in outcomes for goal in outcomes[name].goals]
    return sorted(goals, key=lambda goal: SECTIONS.index(goal.section))


def report(outcomes: Mapping[str, Outcome]) -> str:
    """The report in Markdown: all goals, then the tables of each script."""
    goals = goals_of(outcomes)
    missing = [one for name in SCRIPTS if name in outcomes for one in outcomes[name].missing]
    parts = [_HEAD, _summary(goals)]
    if missing:
        lines = [f"- {one.section}, {one.name}: {one.reason}" for one in missing]
        parts.append("\n".join(["Not measured:", "", *lines]))
    for name in SCRIPTS:
        if name in outcomes:
            parts.append(f"## {name}.py\n\n{outcomes[name].measured}\n\n{outcomes[name].output}")
    return "\n\n".join(parts) + "\n"


def machine(load: float) -> str:
    """What this machine is, in a line, without its name.

    Args:
        load: Programs that wanted a core in the minute before.
    """
    versions = []
    for library in _LIBRARIES:
        with suppress(PackageNotFoundError):
            versions.append(f"{library} {version(library)}")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{cores} cores, {_cpu_model()}, {platform.system()}; {platform.python_implementation()} "
        f"{platform.python_version()}; {', '.join(versions)}. Load of the machine before the run: {load:.1f}."
    )


def _outcome(kept: Mapping[str, Any]) -> Outcome:
    goals = [Goal(**one) for one in kept["goals"]]
    return Outcome(kept["output"], goals, [Missing(**one) for one in kept["missing"]], kept["measured"])


def _summary(goals: Sequence[Goal]) -> str:
    lines = ["| Section | Figure | Measured | Goal | Verdict |", "|---|---|--:|---|---|"]
    for one in goals:
        verdict = "met" if one.is_met else "**missed**"
        lines.append(f"| {one.section} | {one.name} | {one.figure} | {one.bound} | {verdict} |")
    return "\n".join(lines)


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"(?m)^model name\s*:\s*(.+)$", cpuinfo.read_text()) if cpuinfo.exists() else None
    return found[1].strip() if found else platform.processor() or platform.machine()
