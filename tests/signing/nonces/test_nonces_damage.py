"""Stores that are damaged, removed, full or read-only while processes draw: no number twice, no foreign error."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from qredo_signing import NonceError, RedisNonces, SQLiteNonces

from ..doubles import Rule
from .child_processes import children
from .nonce_race import make_source
from .redis_server import RedisServer, redis_server
from .test_nonces_redis import connected, losing_answers

redis = pytest.importorskip("redis", reason="needs the extra redis")

RULES: list[Rule] = ["clock", "counter"]
SIZES = [
    pytest.param(3, {"clock": 20, "counter": 6}, id="small"),
    pytest.param(8, {"clock": 150, "counter": 20}, id="large", marks=pytest.mark.full),
]
"""How many processes, and how often each tries, by rule: a counter is written to disk each time."""


def draw(pipe: Connection, source: dict[str, Any], tries: int, prepare: Callable[[], object]) -> None:
    """Draw, and go on after each `NonceError`; wait in the middle; send the numbers and how many errors there were."""
    prepare()
    nonces, errors, made = [], 0, make_source(**source)
    for at in range(tries):
        if at in {0, tries // 2}:
            pipe.send("ready")
            pipe.recv()
        try:
            nonces.append(made.next())
        except NonceError:
            errors += 1
            time.sleep(0.001)
    pipe.send((nonces, errors))


def race(
    source: dict[str, Any],
    damage: Callable[[], object],
    processes: int,
    tries: dict[Rule, int],
    prepare: Callable[[], object] = int,
) -> int:
    """Let the processes draw while the store is damaged again and again; return how many errors there were.

    Every number must be distinct, and no process may end with an error that is not a `NonceError`. In the middle, all
    wait until the store was damaged once, so that each draws before and after.
    """
    with children(draw, [(source, tries[source["rule"]], prepare)] * processes) as drawing:
        for step in (int, damage):
            for child in drawing:
                child.expect("ready")
            step()
            for child in drawing:
                child.pipe.send("go")
        while not all(child.pipe.poll() for child in drawing[: processes // 2]):
            time.sleep(0.03)
            damage()
        ends = [child.receive() for child in drawing]
        assert [child.end() for child in drawing] == [0] * processes
    times = Counter(nonce for nonces, _ in ends for nonce in nonces)
    assert [nonce for nonce, count in times.items() if count > 1] == []
    assert all(nonces == sorted(nonces) for nonces, _ in ends)
    return sum(errors for _, errors in ends)


@pytest.fixture(name="folder")
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def made(path: Path, rule: Rule) -> SQLiteNonces:
    """Make a store of a rule."""
    source = SQLiteNonces(path, rule=rule)
    if rule == "counter":
        source.initialise(1)
    source.next()
    source.close()
    return source


def remove(*names: str) -> Callable[[Path], None]:
    """Remove what stands beside a file."""

    def unlink(path: Path) -> None:
        for name in names:
            Path(f"{path}{name}").unlink(missing_ok=True)

    return unlink


def overwrite(path: Path) -> None:
    """Write nonsense over a part of the file."""
    with suppress(OSError), path.open("r+b") as file:
        file.seek(40)
        file.write(b"damaged!" * 40)


def store(value: str) -> Callable[[Path], None]:
    """Store a value that is no nonce."""

    def write(path: Path) -> None:
        with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=0.1)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = 1")
            connection.execute(f"UPDATE qredo_nonces SET last = {value}")
            connection.commit()

    return write


DAMAGES: dict[str, Callable[[Path], None]] = {
    "journal removed": remove("-journal", "-wal", "-shm"),
    "file removed": remove(""),
    "all removed": remove("", "-journal"),
    "overwritten": overwrite,
    "text": store("'9e'"),
    "huge": store("9007199254740993"),
}


@pytest.mark.parametrize(("processes", "tries"), SIZES)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file(damage: str, rule: Rule, folder: Path, processes: int, tries: dict[Rule, int]) -> None:
    """Whatever happens to the files of a store in use, each number is given once, and every error says what to do."""
    path = folder / "nonces.db"
    made(path, rule)
    race({"kind": "sqlite", "place": str(path), "rule": rule}, lambda: DAMAGES[damage](path), processes, tries)


def limit_file_size() -> None:
    """Let no file of this process grow, as on a full disk."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


@pytest.mark.parametrize(("processes", "tries"), SIZES)
@pytest.mark.parametrize("rule", RULES)
def test_a_full_disk(rule: Rule, folder: Path, processes: int, tries: dict[Rule, int]) -> None:
    """When the file cannot grow any more, there are errors and no number twice; with room it goes on."""
    path = folder / "nonces.db"
    source = made(path, rule)
    store = {"kind": "sqlite", "place": str(path), "rule": rule}
    errors = race(store, lambda: None, processes, tries, limit_file_size)
    assert errors > 0
    assert source.next() > 0
    source.close()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs modes of files")
@pytest.mark.parametrize(("processes", "tries"), SIZES)
@pytest.mark.parametrize("rule", RULES)
def test_a_file_that_may_not_be_written(rule: Rule, folder: Path, processes: int, tries: dict[Rule, int]) -> None:
    """When the files and their folder become read-only, there are errors; afterwards it goes on."""
    path = folder / "nonces.db"
    source = made(path, rule)
    is_root = os.geteuid() == 0  # who may write anywhere, so the processes become another user
    for each in (folder, *folder.iterdir()) if is_root else ():
        shutil.chown(each, 65534)
    modes = [0o500, 0o700]

    def toggle() -> None:
        folder.chmod(modes[0])
        for each in folder.iterdir():
            with suppress(FileNotFoundError):
                each.chmod(modes[0] & 0o600)
        modes.reverse()

    store = {"kind": "sqlite", "place": str(path), "rule": rule}
    assert race(store, toggle, processes, tries, partial(os.setuid, 65534) if is_root else int) > 0
    if modes[0] == 0o700:
        toggle()
    assert source.next() > 0
    source.close()


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[RedisServer]:
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server")
    with redis_server() as server, redis.Redis.from_url(server.url) as client:
        client.config_set("loglevel", "warning")  # its output is not read
        yield server


NO_NONCES = [
    "9" * 30,
    "1e400",
    "9007199254740993",
    "9007199254740992",
    "-7",
    "0x10",
    "nan",
    "inf",
    "",
    " 5",
    "5.5",
    "ü",
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("value", NO_NONCES)
def test_a_value_that_is_no_nonce(value: str, rule: Rule, server: RedisServer) -> None:
    """What is no number that can be counted exactly is an error each time, and a repaired store goes on."""
    with redis.Redis.from_url(server.url) as client:
        client.flushall()
        source = RedisNonces(client, rule=rule)
        if rule == "counter":
            source.initialise(5)
        first = source.next()
        if rule == "clock":
            client.set("qredo:nonce", value)
        else:
            client.hset("qredo:nonce", "last", value)
        for used in (source, RedisNonces(client, rule=rule)):
            for _ in range(2):
                with pytest.raises(
                    NonceError, match=r"is damaged: it is not .*No number is guessed.*(delete it|initialise)"
                ):
                    used.next()
        client.delete("qredo:nonce")
        if rule == "counter":
            source.initialise(first + 1)
        assert source.next() > first


REDIS_DAMAGES: dict[str, tuple[Callable[[Any], object], Callable[[Any], object]]] = {
    "huge": (lambda c: c.set("qredo:nonce", "9" * 30), lambda c: c.delete("qredo:nonce")),
    "deleted": (lambda c: c.delete("qredo:nonce"), lambda c: None),
    "full": (lambda c: c.config_set("maxmemory", "1"), lambda c: c.config_set("maxmemory", "0")),
    "replica": (lambda c: c.replicaof("127.0.0.1", "1"), lambda c: c.replicaof("no", "one")),
    "no permission": (
        lambda c: c.execute_command("ACL", "SETUSER", "weak", "-get", "-set", "-hget", "-hset"),
        lambda c: c.execute_command("ACL", "SETUSER", "weak", "+@all"),
    ),
}


@pytest.mark.parametrize(("processes", "tries"), SIZES)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("damage", REDIS_DAMAGES)
def test_a_damaged_redis(damage: str, rule: Rule, server: RedisServer, processes: int, tries: dict[Rule, int]) -> None:
    """The same with a Redis: damaged, emptied, full, a replica, or one whose user may no longer use the key."""
    with redis.Redis.from_url(server.url) as client:
        client.flushall()
        client.execute_command("ACL", "SETUSER", "weak", "on", ">word", "~*", "+@all")
        if rule == "counter":
            RedisNonces(client, rule="counter").initialise(1)
        steps = list(REDIS_DAMAGES[damage])

        def toggle() -> None:
            steps[0](client)
            steps.reverse()

        place = server.url.replace("unix://", "unix://weak:word@")
        errors = race({"kind": "redis", "place": place, "rule": rule}, toggle, processes, tries)
        REDIS_DAMAGES[damage][1](client)
    assert errors > 0 or (damage, rule) == ("deleted", "clock")


def test_an_error_of_redis_says_what_to_do(server: RedisServer) -> None:
    """A full, read-only or closed Redis is told apart."""
    with redis.Redis.from_url(server.url) as client:
        client.flushall()
        for name, why in {
            "full": "no memory left",
            "replica": "is a replica",
            "no permission": "allow it eval",
        }.items():
            client.execute_command("ACL", "SETUSER", "weak", "on", ">word", "~*", "+@all")
            begin, end = REDIS_DAMAGES[name]
            begin(client)
            place = server.url.replace("unix://", "unix://weak:word@")
            with redis.Redis.from_url(place) as weak, pytest.raises(NonceError, match=why):
                RedisNonces(weak).next()
            end(client)


@pytest.mark.parametrize("is_done", [True, False])
def test_a_lost_response_to_giving_back(is_done: bool, server: RedisServer) -> None:
    """After the response to `give_back` was lost, done or not, the number is given again and the source goes on."""
    with redis.Redis.from_url(server.url) as client:
        client.flushall()
        RedisNonces(client, rule="counter").initialise(1)
        with losing_answers(server, {2}) as path, connected(path, repeats=0) as losing:
            source = RedisNonces(losing, rule="counter")
            assert source.next() == 1
            if not is_done:
                client.replicaof("127.0.0.1", "1")
            with pytest.raises(NonceError):
                source.give_back(1)
            client.replicaof("no", "one")
            assert [source.next(), source.next()] == [1, 2]


def test_another_draws_after_a_lost_response(server: RedisServer) -> None:
    """If another process was given the number meanwhile, this one does not take it back from there."""
    with redis.Redis.from_url(server.url) as client:
        client.flushall()
        other = RedisNonces(client, rule="counter")
        other.initialise(1)
        with losing_answers(server, {2}) as path, connected(path, repeats=0) as losing:
            source = RedisNonces(losing, rule="counter")
            assert source.next() == 1
            with pytest.raises(NonceError):
                source.give_back(1)
            assert [other.next(), source.next(), other.next()] == [1, 2, 3]
