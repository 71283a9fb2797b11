"""How many nonces a second each source gives, and how long one takes: prints a Markdown table.

    python benchmarks/nonces.py [--numbers 100000]

Eight processes (in-process: eight threads) draw from one source as fast as they can. The sources take turns, round by
round, so that a busy minute of the machine hits them all. Every number is checked: none twice, none out of order.
Needs `redis-server` on the PATH and the redis extra; runs for several minutes.
"""

from __future__ import annotations

import argparse
import platform
import sqlite3
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import redis

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "signing_plugin")]

from qredo_signing import InProcessNonces, RedisNonces, SQLiteNonces  # noqa: E402

from tests.signing.nonce_race import Draw, check, draw, race  # noqa: E402
from tests.signing.redis_server import redis_server  # noqa: E402

ROUNDS = 5
WORKERS = 8
Runs: TypeAlias = list[list[Draw]]
Round: TypeAlias = Callable[[int], Runs]


def threads(source: InProcessNonces) -> Round:
    """Draw in threads of this process."""

    def draw_all(numbers: int) -> Runs:
        together = threading.Barrier(WORKERS)

        def run(_: int) -> list[Draw]:
            together.wait()
            return [draw(source) for _ in range(numbers)]

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(run, range(WORKERS)))

    return draw_all


def processes(folder: Path, **source: Any) -> Round:
    """Draw in processes."""
    return lambda numbers: race(source, folder, survivors=WORKERS, numbers=numbers)


def row(name: str, rounds: list[Runs]) -> str:
    """One line of the table; checks all numbers of all rounds."""
    draws = [draw for runs in rounds for run in runs for draw in run]
    check([draws])
    rates = sorted(rate(runs) for runs in rounds)
    waits = statistics.quantiles([(draw.ended - draw.began) / 1e6 for draw in draws], n=100)
    longest = max(draw.ended - draw.began for draw in draws) / 1e6
    return (
        f"| {name} | {len(draws):,} | {statistics.median(rates):,.0f} | {rates[0]:,.0f} to {rates[-1]:,.0f} "
        f"| {waits[49]:.3f} | {waits[98]:.3f} | {longest:,.0f} | 0 | 0 |"
    )


def rate(runs: Runs) -> float:
    """Numbers per second of one round."""
    draws = [draw for run in runs for draw in run]
    return len(draws) / (max(draw.ended for draw in draws) - min(draw.began for draw in draws)) * 1e9


def measure(sources: dict[str, tuple[Round, int]]) -> list[str]:
    """Let the sources take turns, and return the lines of the table."""
    results: dict[str, list[Runs]] = {name: [] for name in sources}
    for number in range(ROUNDS):
        for name, (draw_all, numbers) in sources.items():
            print(f"round {number + 1} of {ROUNDS}: {name}", file=sys.stderr)
            results[name].append(draw_all(max(1, numbers // ROUNDS)))
    return [row(name, rounds) for name, rounds in results.items()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, default=100_000, help="numbers per process (default 100000)")
    numbers = parser.parse_args().numbers
    with tempfile.TemporaryDirectory() as name, redis_server() as server:
        folder = Path(name)
        place = str(server.socket)
        SQLiteNonces(folder / "counter.db", rule="counter").initialise(1)
        RedisNonces(redis.Redis.from_url(server.url), key="counter", rule="counter").initialise(1)
        lines = measure(
            {
                "InProcess, clock (threads)": (threads(InProcessNonces()), numbers),
                "InProcess, counter (threads)": (threads(InProcessNonces(rule="counter", start=1)), numbers),
                "SQLite, clock": (processes(folder, kind="sqlite", place=str(folder / "clock.db")), numbers),
                # Each number waits for the disk: a hundredth will do.
                "SQLite, counter": (
                    processes(folder, kind="sqlite", place=str(folder / "counter.db"), rule="counter"),
                    numbers // 100,
                ),
                "Redis, clock": (processes(folder, kind="redis", place=place), numbers),
                "Redis, counter": (
                    processes(folder, kind="redis", place=place, key="counter", rule="counter"),
                    numbers,
                ),
            }
        )
        version = redis.Redis.from_url(server.url).info("server")["redis_version"]
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, Redis {version} on a unix socket;")
    print(f"{WORKERS} processes or threads, {ROUNDS} rounds in turn.\n")
    print(
        "| Source | Numbers | Per second, median | Slowest to fastest round | p50 ms | p99 ms | Max ms | Twice | Late |"
    )
    print("| --- | --: | --: | --: | --: | --: | --: | --: | --: |")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
