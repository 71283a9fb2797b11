"""How many nonces a second each source gives, and how long one takes: prints a Markdown table and the goals.

    python benchmarks/nonces.py [--numbers 2500] [--rounds 3]

Eight processes (in-process: eight threads) draw from one source as fast as they can, beside bare ones: the same store
with nothing around it. All take turns, round by round and in an order drawn anew, so that a busy minute of the machine
hits them all. It is the wall clock that counts here, as they wait for each other. Every number is checked: none twice,
none out of order. Without `redis-server` on the PATH, Redis is left out.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shutil
import socket
import sqlite3
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from _measure import goal

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "signing_plugin")]

from qredo_signing import InProcessNonces, RedisNonces, SQLiteNonces  # noqa: E402

from tests.signing.nonces.nonce_race import Draw, check, draw, race  # noqa: E402
from tests.signing.nonces.redis_server import redis_server  # noqa: E402

SECTION = "Nonces"
WORKERS = 8
Runs: TypeAlias = list[list[Draw]]


@dataclass
class Case:
    """A source and what it gave.

    Attributes:
        run: Lets all workers draw so many numbers each.
        numbers: How many each worker draws in a round.
        bare: The case that shows what the store alone takes.
    """

    run: Callable[[int], Runs]
    numbers: int
    bare: str = ""
    rates: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Run one round; its numbers are checked."""
        runs = self.run(self.numbers)
        check(runs)
        draws = [each for run in runs for each in run]
        seconds = (max(each.ended for each in draws) - min(each.began for each in draws)) / 1e9
        self.rates.append(len(draws) / seconds)
        self.waits += [(each.ended - each.began) / 1e6 for each in draws]

    @property
    def rate(self) -> float:
        """Numbers per second, of all workers together; the median of the rounds."""
        return statistics.median(self.rates)


def in_threads(source: InProcessNonces, numbers: int) -> Runs:
    """Draw in threads of this process."""
    together = threading.Barrier(WORKERS)

    def run(_: int) -> list[Draw]:
        together.wait()
        return [draw(source) for _ in range(numbers)]

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, range(WORKERS)))


def in_processes(folder: Path, kind: str, place: str, numbers: int, **options: Any) -> Runs:
    """Draw in processes."""
    source = {"kind": kind, "place": place, **options}
    return race(source, folder, survivors=WORKERS, numbers=numbers, imports=[HERE])


def of_this_machine(folder: Path, numbers: int) -> dict[str, Case]:
    """Sources that need nothing but this machine."""
    path = str(folder / "counter")
    SQLiteNonces(path, rule="counter").initialise(1)
    one = partial(in_processes, folder)
    return {
        "InProcessNonces, 8 threads": Case(partial(in_threads, InProcessNonces()), numbers),
        "SQLiteNonces": Case(partial(one, "sqlite", str(folder / "sqlite")), numbers, "bare SQLite"),
        "bare SQLite": Case(partial(one, "_bare_nonces:bare_sqlite", str(folder / "bare-sqlite")), numbers),
        # Each number waits for the disk: some will do.
        "SQLiteNonces, counter": Case(partial(one, "sqlite", path, rule="counter"), max(1, numbers // 10)),
    }


@contextmanager
def of_redis(folder: Path, numbers: int) -> Iterator[dict[str, Case]]:
    """Sources that need a Redis, which runs as long as this context, on a unix socket and over TCP."""
    import redis

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    tcp = f"redis://127.0.0.1:{port}"
    one = partial(in_processes, folder)
    with redis_server(port) as server, redis.Redis.from_url(server.url) as client:
        RedisNonces(client, key="counter", rule="counter").initialise(1)
        yield {
            "RedisNonces": Case(partial(one, "redis", server.url), numbers, "bare Redis script"),
            "RedisNonces, counter": Case(
                partial(one, "redis", server.url, key="counter", rule="counter"), numbers, "bare Redis INCR"
            ),
            "RedisNonces, TCP": Case(partial(one, "redis", tcp), numbers, "bare Redis script, TCP"),
            "bare Redis script": Case(partial(one, "_bare_nonces:bare_script", server.url), numbers),
            "bare Redis script, TCP": Case(partial(one, "_bare_nonces:bare_script", tcp), numbers),
            "bare Redis INCR": Case(partial(one, "_bare_nonces:bare_increment", server.url), numbers),
        }


def measure(cases: dict[str, Case], rounds: int) -> None:
    """Let the cases take turns."""
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for name in random.sample(list(cases), len(cases)):
            cases[name].measure()


def table(cases: dict[str, Case]) -> str:
    """The table in Markdown."""
    lines = [
        "| Source, 8 processes | numbers/s, median | least to most | of the bare one | p50 ms | p99 ms | longest ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, case in cases.items():
        share = "" if not case.bare else f"{ratio(cases, name):.2f}"
        cuts = statistics.quantiles(case.waits, n=100)
        lines.append(
            f"| {name} | {case.rate:,.0f} | {min(case.rates):,.0f} to {max(case.rates):,.0f} | {share} "
            f"| {cuts[49]:.3f} | {cuts[98]:.2f} | {max(case.waits):,.0f} |"
        )
    return "\n".join(lines)


def ratio(cases: dict[str, Case], name: str) -> float:
    """A case's numbers per second over those of its bare one; the median of the rounds."""
    mine, bare = cases[name], cases[cases[name].bare]
    return statistics.median(one / other for one, other in zip(mine.rates, bare.rates, strict=True))


def report(cases: dict[str, Case]) -> None:
    """Print the table and the goals."""
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores\n")
    print(table(cases))
    print()
    goal(SECTION, "SQLite, 8 processes", cases["SQLiteNonces"].rate, 13000, at_least=True, unit="nonces/s")
    if "RedisNonces" in cases:
        goal(SECTION, "Redis, 8 processes", cases["RedisNonces"].rate, 9000, at_least=True, unit="nonces/s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, default=2500, help="per process and round (default 2500)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each source is measured (default 3)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = of_this_machine(folder, arguments.numbers)
        if shutil.which("redis-server") is None:
            print("Redis is left out: there is no redis-server on the PATH.\n")
            measure(cases, arguments.rounds)
        else:
            with of_redis(folder, arguments.numbers) as more:
                cases |= more
                measure(cases, arguments.rounds)
        report(cases)


if __name__ == "__main__":
    main()
