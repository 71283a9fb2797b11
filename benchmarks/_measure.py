"""Measures cases side by side: interleaved in random order, CPU time, ratios within one run.

The machines on which this runs are shared and noisy, so a time alone says little. Each round runs every case once, in
an order drawn anew; a ratio is the median of the ratios within the rounds.
"""

from __future__ import annotations

import json
import math
import os
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["GOALS", "Goal", "Result", "exponent", "goal", "measure", "not_measured", "table"]

GOALS = "QREDO_BENCH_GOALS"  # names the file to which `goal` appends


@dataclass(frozen=True)
class Result:
    """CPU times of one case, in microseconds for one repetition.

    Attributes:
        name: The case.
        times: One for each round.
        ratios: Each divided by the baseline's of the same round.
    """

    name: str
    times: Sequence[float]
    ratios: Sequence[float]

    @property
    def time(self) -> float:
        """Median of the times."""
        return statistics.median(self.times)

    @property
    def ratio(self) -> float:
        """Median of the ratios."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The ratios at a tenth and at nine tenths."""
        if len(self.ratios) == 1:
            return self.ratio, self.ratio
        cuts = statistics.quantiles(self.ratios, n=10)
        return cuts[0], cuts[-1]


def measure(
    cases: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    repeat: int = 1,
    before: Callable[[], object] | None = None,
    clock: Callable[[], int] = time.process_time_ns,
) -> list[Result]:
    """Run the cases side by side; the first is the baseline.

    Args:
        cases: What to run, by name.
        rounds: How often each is measured.
        repeat: How often each runs within a round.
        before: Called before a case's repetitions, outside the measured time: what makes ready what they use up.
        clock: Nanoseconds; CPU time of this process unless another is given.
    """
    times: dict[str, list[float]] = {name: [] for name in cases}
    make_ready = before or _nothing
    for case in cases.values():  # warms caches and connections
        make_ready()
        for _ in range(min(repeat, 20)):
            case()
    for _ in range(rounds):
        for name in random.sample(list(cases), len(cases)):
            case = cases[name]
            make_ready()
            start = clock()
            for _ in range(repeat):
                case()
            times[name].append((clock() - start) / 1000 / repeat)
    base = next(iter(times.values()))
    return [
        Result(name, own, [one / other for one, other in zip(own, base, strict=True)]) for name, own in times.items()
    ]


def _nothing() -> None:
    pass


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The exponent of the power law through these values, by least squares: 1 is linear, 0 is constant.

    Not a number where a value is not above 0: what was taken off it, as the start of Python, was measured too high.
    """
    if min(values) <= 0:
        return math.nan
    return statistics.linear_regression([*map(math.log, sizes)], [*map(math.log, values)]).slope


def table(title: str, results: Sequence[Result], unit: str = "us", clock: str = "CPU") -> str:
    """A table in Markdown.

    Args:
        title: Of the column with the cases.
        results: The first is the baseline.
        unit: `us` or `ms`.
        clock: What was measured, for the heading.
    """
    scale = {"us": 1, "ms": 1000}[unit]
    lines = [f"| {title} | median, {unit} of {clock} | least | ratio | 10 % to 90 % |", "|---|---|---|---|---|"]
    for one in results:
        low, high = one.spread
        lines.append(
            f"| {one.name} | {one.time / scale:,.1f} | {min(one.times) / scale:,.1f} | {one.ratio:.2f} "
            f"| {low:.2f} to {high:.2f} |"
        )
    return "\n".join(lines)


@dataclass(frozen=True)
class Goal:
    """What was measured beside what it should be.

    Attributes:
        section: The benchmark's short title: one for each group of goals.
        name: What the figure is, in words that stand alone.
        value: The figure.
        limit: What it should be.
        at_least: Whether more is better.
        unit: Of both; "x" for a ratio of two things measured in one run.
    """

    section: str
    name: str
    value: float
    limit: float
    at_least: bool = False
    unit: str = "x"

    @property
    def is_met(self) -> bool:
        """Whether the figure is as it should be."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def figure(self) -> str:
        """The value and its unit."""
        value = f"{self.value:,.0f}" if abs(self.value) >= 1000 else f"{self.value:.4g}"
        return f"{value} {self.unit}".rstrip()

    @property
    def bound(self) -> str:
        """The limit, and on which side of it to be."""
        return f"{'at least' if self.at_least else 'at most'} {self.limit:,g}"

    def __str__(self) -> str:
        return f"- {self.name}: {self.figure}, goal {self.bound}: {'met' if self.is_met else 'MISSED'}"


def goal(section: str, name: str, value: float, limit: float, *, at_least: bool = False, unit: str = "x") -> Goal:
    """Print a figure beside its goal, and append it to the file that the runner named, one JSON object to a line."""
    made = Goal(section, name, value, limit, at_least, unit)
    print(made)
    _tell_runner(asdict(made))
    return made


def not_measured(section: str, name: str, reason: str) -> None:
    """Say that a figure could not be had here, and why; the same for the runner."""
    print(f"- {name}: not measured: {reason}")
    _tell_runner({"section": section, "name": name, "reason": reason})


def _tell_runner(line: Mapping[str, object]) -> None:
    if path := os.environ.get(GOALS):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
