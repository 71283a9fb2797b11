"""Processes that are killed one after another, for a long time, while they draw nonces from one store."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from qredo_signing import RedisNonces, SQLiteNonces

from ..doubles import Rule
from .nonce_race import Draw, check, race
from .redis_server import redis_server

KILLED = 7  # and one lives to the end of its round


@contextmanager
def store(kind: str, rule: Rule, folder: Path) -> Iterator[dict[str, Any]]:
    """A store with a counter that begins with 1, if it is one for counters, as arguments of `race`."""
    if kind != "redis":
        place = str(folder / "nonces")
        if rule == "counter":
            SQLiteNonces(place, rule=rule).initialise(1)
        yield {"kind": kind, "place": place, "rule": rule}
        return
    with redis_server() as server, redis.Redis.from_url(server.url) as client:
        if rule == "counter":
            RedisNonces(client, rule=rule).initialise(1)
        yield {"kind": kind, "place": server.url, "rule": rule}


@pytest.mark.full
@pytest.mark.parametrize(
    ("kind", "rule", "rounds"),
    [
        ("sqlite", "clock", 25),
        ("sqlite", "counter", 25),
        # Here a number is drawn in the server, which is not killed.
        pytest.param("redis", "clock", 8, marks=pytest.mark.needs("redis-server")),
        pytest.param("redis", "counter", 8, marks=pytest.mark.needs("redis-server")),
    ],
)
def test_killed_again_and_again(kind: str, rule: Rule, rounds: int, tmp_path: Path) -> None:
    """Seven of eight processes are killed in each round: nothing is drawn twice or late, and a counter loses nothing.

    A process that is killed can have drawn one number that it did not record.
    """
    runs: list[list[Draw]] = []
    with store(kind, rule, tmp_path) as source:
        for _ in range(rounds):
            numbers = random.randrange(20, 500)
            runs += race(source, tmp_path, survivors=1, numbers=numbers, victims=KILLED, victims_numbers=numbers)
    numbers_drawn = check(runs)
    if rule == "counter":
        assert len(set(range(1, numbers_drawn[-1] + 1)) - set(numbers_drawn)) <= rounds * KILLED
