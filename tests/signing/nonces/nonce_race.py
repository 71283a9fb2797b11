"""Several processes that draw nonces from one source, some of which are killed on the way.

Run as a program, this module is one such process. It keeps a record of each number with the time before and after the
call, by a clock that all processes of a machine share.
"""

from __future__ import annotations

import importlib
import itertools
import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

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
        return qredo_signing.SQLiteNonces(place, timeout=60, **options)
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
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [PLUGIN, *imports]))}
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, json.dumps([source, str(record), *task])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        for record, task in zip(records, plan, strict=True)
    ]
    try:
        for process in processes:
            _expect(process, b"ready")
        for process in processes:
            assert process.stdin
            process.stdin.write(b"go\n")
            process.stdin.flush()
        for process in processes[survivors:]:
            _expect(process, b"enough")
            process.kill()
        codes = [process.wait() for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert codes == [0] * survivors + [-signal.SIGKILL] * victims
    return [read_draws(record) for record in records]


def _expect(process: subprocess.Popen[bytes], word: bytes) -> None:
    assert process.stdout
    assert process.stdout.readline().strip() == word


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


def _work(arguments: dict[str, Any], record: str, numbers: int, endless: bool) -> None:
    source = make_source(**arguments)
    with Path(record).open("wb", buffering=0 if endless else -1) as file:  # what is killed writes out no buffer
        print("ready", flush=True)
        sys.stdin.readline()
        for count in itertools.count(1):
            file.write(_FORMAT.pack(*draw(source)))
            if count == numbers and not endless:
                return
            if count == numbers:
                print("enough", flush=True)


if __name__ == "__main__":
    _work(*json.loads(sys.argv[1]))
