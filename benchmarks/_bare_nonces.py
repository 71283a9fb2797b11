"""What nonces cost at least: the same stores with nothing around them. Not to be used: read what each leaves out."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Bare", "bare_increment", "bare_script", "bare_sqlite"]

_SQL = "INSERT INTO bare VALUES (1, ?) ON CONFLICT DO UPDATE SET last = max(last + 1, excluded.last) RETURNING last"
_SCRIPT = """
local time = redis.call('TIME')
local nonce = math.max(tonumber(redis.call('GET', KEYS[1]) or 0) + 1, time[1] * 1000000 + time[2])
redis.call('SET', KEYS[1], string.format('%.0f', nonce))
return nonce
"""


@dataclass
class Bare:
    """A source that is one function."""

    next: Callable[[], int]


def bare_sqlite(path: str) -> Bare:
    """One statement in WAL mode, synchronous NORMAL: does not see a replaced file, and breaks after a fork."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE IF NOT EXISTS bare (one INTEGER PRIMARY KEY, last INTEGER NOT NULL)")
    return Bare(lambda: int(connection.execute(_SQL, [time.time_ns() // 1000]).fetchall()[0][0]))


def bare_increment(url: str) -> Bare:
    """INCR: a counter that starts at 1 again when Redis lost its data, and skips a number when a response is lost."""
    import redis

    client = redis.Redis.from_url(url)
    return Bare(lambda: int(client.incr("bare:increment")))


def bare_script(url: str) -> Bare:
    """A script by its hash: not ahead of what a process used when Redis lost its data and its clock was set back."""
    import redis

    script = redis.Redis.from_url(url).register_script(_SCRIPT)
    return Bare(lambda: int(script(keys=["bare:script"])))
