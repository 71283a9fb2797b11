"""Several processes that draw nonces from one source, some of which are killed on the way.

Each keeps a record of each number with the time before and after the call, by a clock that all processes of a machine
share.
"""

from __future__ import annotations

import importlib
import itertools
import signal
import struct
import sys
import time
from collections.abc import Iterable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from .child_processes import PATIENCE, children

PLUGIN = Path(__file__).parents[3] / "signing_plugin"
_FORMAT = struct.Struct("=qqq")


class Draw(NamedTuple):
    """One number: when it was asked for, when it was there (ns, CLOCK_MONOTONIC), and what it was."""

    began: int
    ended: int
    nonce: int


def make_source(kind: str, place: str, **options: Any) -> Any:
    """Make a source as its users do.

    Args:
        kind: `sqlite`, `redis`, or `module:function` of something that takes a place and has `next()`.
        place: The path of a file, or a Redis's URL.
        options: The source's other arguments.
    """
    import qredo_signing

    if kind == "sqlite":
        return qredo_signing.SQLiteNonces(place, timeout=PATIENCE, **options)
    if kind == "redis":
        import redis

        return qredo_signing.RedisNonces(redis.Redis.from_url(place), **options)
    module, _, name = kind.partition(":")
    return getattr(importlib.import_module(module), name)(place, **options)


def race(
    source: dict[str, Any],
    folder: Path,
    *,
    survivors: int,
    numbers: int,
    victims: int = 0,
    victims_numbers: int = 0,
    imports: Sequence[Path] = (),
) -> list[list[Draw]]:
    """Let processes draw at the same time, and return what each drew.

    Args:
        source: Arguments of `make_source`.
        folder: For the records.
        survivors: How many processes live to the end.
        numbers: How many each of them draws.
        victims: How many processes never stop by themselves, and are killed.
        victims_numbers: How many each of them has drawn, at least, when it is killed.
        imports: More folders that modules are imported from.
    """
    plan = [(numbers, False)] * survivors + [(victims_numbers, True)] * victims
    records = [folder / f"draws-{index}" for index in range(len(plan))]
    tasks = [(source, str(record), *task, imports) for record, task in zip(records, plan, strict=True)]
    with children(_work, tasks) as processes:
        for child in processes:
            child.expect("ready")
        for child in processes:
            child.pipe.send("go")
        for child in processes[survivors:]:
            child.expect("enough")
            child.process.kill()
        codes = [child.end() for child in processes]
    assert codes == [0] * survivors + [-signal.SIGKILL] * victims
    return [read_draws(record) for record in records]


def read_draws(record: Path) -> list[Draw]:
    """Read what a process recorded, but for a record that it was killed in."""
    data = record.read_bytes()
    return [Draw(*values) for values in _FORMAT.iter_unpack(data[: len(data) // _FORMAT.size * _FORMAT.size])]


def check(runs: Iterable[list[Draw]]) -> list[int]:
    """Check that no number was drawn twice, and that a call that began after another had ended drew a greater one.

    Returns:
        All numbers in increasing order.
    """
    draws = list(itertools.chain.from_iterable(runs))
    numbers = sorted(draw.nonce for draw in draws)
    assert all(low < high for low, high in itertools.pairwise(numbers)), "a number was drawn twice"
    ended = sorted(draws, key=lambda draw: draw.ended)
    greatest, position = -1, 0
    for draw in sorted(draws):
        while ended[position].ended < draw.began:
            greatest = max(greatest, ended[position].nonce)
            position += 1
        assert draw.nonce > greatest, f"{draw} came after {greatest}"
    return numbers


def draw(source: Any) -> Draw:
    """Draw one number."""
    began = time.monotonic_ns()
    nonce = source.next()
    return Draw(began, time.monotonic_ns(), nonce)


def _work(
    pipe: Connection, arguments: dict[str, Any], record: str, numbers: int, endless: bool, imports: Sequence[Path]
) -> None:
    sys.path[:0] = map(str, imports)
    source = make_source(**arguments)
    with Path(record).open("wb", buffering=0 if endless else -1) as file:  # what is killed writes out no buffer
        pipe.send("ready")
        pipe.recv()
        for count in itertools.count(1):
            file.write(_FORMAT.pack(*draw(source)))
            if count == numbers and not endless:
                return
            if count == numbers:
                pipe.send("enough")
