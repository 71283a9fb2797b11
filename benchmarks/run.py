"""Runs the benchmarks, and writes the report and its plot: `python benchmarks/run.py [SCRIPT ...]`.

Each script runs in a process of its own, one after the other; without names, all do. The figures of those that do not
run stay as they are in docs/benchmarks: results.json, report.md and results.svg. A script that fails makes the run
fail, after the others ran. What they are measured beside is installed when it is wanted, into the folder of `--peers`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from _measure import GOALS
from _peers import PEERS
from _plot import plot
from _report import SCRIPTS, Outcome, goals_of, machine, read, report, take, write

HERE = Path(__file__).parent
RESULTS = HERE.parent / "docs" / "benchmarks"


def run(script: Path, peers: Path | None = None) -> Outcome:
    """Run a script, and return what it gave.

    Args:
        script: Its path.
        peers: Where to install what it is measured beside; see `_peers`.

    Raises:
        subprocess.CalledProcessError: It failed.
        ValueError: It spoke of a section that the report does not know.
    """
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "goals.jsonl"
        said.touch()
        environment = os.environ | {GOALS: str(said)} | ({PEERS: str(peers)} if peers else {})
        done = subprocess.run(
            [sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        lines = said.read_text(encoding="utf-8").splitlines()
    return take(lines, done.stdout, f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine(load)}")


def run_all(names: Sequence[str], peers: Path | None = None, folder: Path = HERE, results: Path = RESULTS) -> list[str]:
    """Run scripts, and write the report anew after each; return the names of those that failed.

    Args:
        names: Without `.py`.
        peers: As of `run`.
        folder: Where the scripts are.
        results: Where the report goes.
    """
    failed = []
    for name in names:
        print(f"== {name}.py", file=sys.stderr, flush=True)
        start = time.perf_counter()
        try:
            outcome = run(folder / f"{name}.py", peers)
        except (subprocess.CalledProcessError, ValueError) as error:
            print(f"{name}.py failed: {error}", file=sys.stderr)
            failed.append(name)
            continue
        print(outcome.output, f"({time.perf_counter() - start:.0f} s)", sep="\n\n", end="\n\n", flush=True)
        keep({**read(results / "results.json"), name: outcome}, results)
    return failed


def keep(outcomes: dict[str, Outcome], results: Path) -> None:
    """Write the figures, the report, and the plot."""
    write(results / "results.json", outcomes)
    (results / "report.md").write_text(report(outcomes), encoding="utf-8")
    (results / "results.svg").write_text(plot(goals_of(outcomes)), encoding="utf-8")


def main() -> None:
    """Run what is named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scripts", nargs="*", metavar="SCRIPT", help=f"of {', '.join(SCRIPTS)}; all by default")
    parser.add_argument(
        "--peers", type=Path, metavar="DIR", help="where others are installed (default .nox/bench-peers)"
    )
    options = parser.parse_args()
    if strangers := set(options.scripts) - set(SCRIPTS):
        parser.error(f"there is no script {', '.join(sorted(strangers))}: give some of {', '.join(SCRIPTS)}")
    chosen = [name for name in SCRIPTS if name in options.scripts or not options.scripts]
    if failed := run_all(chosen, options.peers):
        sys.exit(f"failed: {', '.join(failed)}; their earlier figures, if any, were kept")


if __name__ == "__main__":
    main()
