"""Nonces in a SQLite file: processes of one machine, killed ones among them."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qredo_signing import ConfigurationError, NonceError, SQLiteNonces
from qredo_signing._nonces import shared_file as _file_system

from ..doubles import Rule
from .nonce_race import PLUGIN, check, draw, race

RULES: list[Rule] = ["clock", "counter"]
NOW = 1_800_000_000.0


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "nonces.db"


@pytest.fixture(name="make")
def _make(path: Path) -> Iterator[Callable[..., SQLiteNonces]]:
    """Make sources of one file, each as another process would."""
    sources: list[SQLiteNonces] = []

    def make(rule: Rule = "clock", **options: Any) -> SQLiteNonces:
        sources.append(SQLiteNonces(path, rule=rule, **options))
        return sources[-1]

    yield make
    for source in sources:
        source.close()


def run(code: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run code with the path in a fresh process."""
    code = f"import os, signal\nfrom qredo_signing import SQLiteNonces, NonceError\npath = {str(path)!r}\n{code}"
    environment = os.environ | {"PYTHONPATH": str(PLUGIN)}
    command = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)


def sizes(path: Path) -> dict[str, bool]:
    """Whether each file of a folder has anything in it."""
    return {file.name: file.stat().st_size > 0 for file in path.parent.iterdir()}


def lose(path: Path) -> None:
    """Remove the file and what SQLite puts beside it."""
    for file in path.parent.iterdir():
        file.unlink()


@pytest.mark.parametrize(
    ("processes", "numbers"), [pytest.param(2, 300, id="small"), pytest.param(4, 20_000, marks=pytest.mark.full)]
)
def test_processes_share_a_clock(path: Path, tmp_path: Path, processes: int, numbers: int) -> None:
    """Processes draw numbers and as many are killed meanwhile: all distinct, increasing in issue order."""
    source = {"kind": "sqlite", "place": str(path), "rule": "clock"}
    runs = race(source, tmp_path, survivors=processes, numbers=numbers, victims=processes, victims_numbers=numbers // 4)
    assert len(check(runs)) >= processes * (numbers + numbers // 4)


@pytest.mark.parametrize(
    ("processes", "numbers"), [pytest.param(2, 15, id="small"), pytest.param(4, 60, marks=pytest.mark.full)]
)
def test_processes_share_a_counter(
    path: Path, tmp_path: Path, make: Callable[..., SQLiteNonces], processes: int, numbers: int
) -> None:
    """The same with a counter, which waits for the disk (so: few numbers), and no number is left out.

    A process that is killed can have drawn one number that it did not record.
    """
    make("counter").initialise(1)
    source = {"kind": "sqlite", "place": str(path), "rule": "counter"}
    runs = race(source, tmp_path, survivors=processes, numbers=numbers, victims=processes, victims_numbers=numbers // 2)
    drawn = check(runs)
    assert len(drawn) >= processes * (numbers + numbers // 2)
    assert len(set(range(1, drawn[-1] + 1)) - set(drawn)) <= processes


@pytest.mark.parametrize("rule", RULES)
def test_killed_between_issue_and_use(rule: Rule, path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """The number of a process that is killed before it used it is not issued again."""
    source = make(rule)
    if rule == "counter":
        source.initialise(7)
    done = run(
        f"nonce = SQLiteNonces(path, rule={rule!r}).next()\n"
        f"os.write(1, str(nonce).encode()), os.kill(os.getpid(), signal.SIGKILL)",
        path,
    )
    assert done.returncode == -signal.SIGKILL
    nonce = source.next()
    assert nonce > int(done.stdout)
    assert rule == "clock" or (int(done.stdout), nonce) == (7, 8)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 4e9), st.booleans()), min_size=1, max_size=12))
def test_the_law_of_the_clock(steps: list[tuple[int, float, bool]]) -> None:
    """Whatever the clock says, numbers increase from source to source; also from a lost file, each source's do."""
    clock = [0.0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nonces.db"
        sources = [SQLiteNonces(path, clock=lambda: clock[0]) for _ in range(3)]
        last, last_of = 0, [0, 0, 0]
        for index, clock[0], lost in steps:
            if lost:
                lose(path)
                last = 0
            nonce = sources[index].next()
            assert nonce > max(last, last_of[index])
            assert nonce >= int(clock[0] * 1_000_000)
            last = last_of[index] = nonce
        for source in sources:
            source.close()


def test_threads_share_a_source(make: Callable[..., SQLiteNonces]) -> None:
    """Eight threads draw from one source: distinct numbers, increasing in issue order."""
    source = make()
    with ThreadPoolExecutor(8) as pool:
        runs = pool.map(lambda _: [draw(source) for _ in range(250)], range(8))
        assert len(check(runs)) == 2000


def test_threads_with_a_source_each(make: Callable[..., SQLiteNonces]) -> None:
    """Sources of one process keep each other out as those of several processes do."""
    with ThreadPoolExecutor(8) as pool:
        runs = pool.map(lambda source: [draw(source) for _ in range(250)], [make() for _ in range(8)])
        assert len(check(runs)) == 2000


def test_a_restarted_process_goes_on(make: Callable[..., SQLiteNonces]) -> None:
    """A clock set back does not bring back numbers that another process drew, nor does a restart."""
    first = make(clock=lambda: NOW).next()
    assert first == NOW * 1_000_000
    assert make(clock=lambda: NOW - 3600).next() == first + 1
    assert make(clock=lambda: NOW + 1).next() == (NOW + 1) * 1_000_000


def test_a_lost_file_and_a_clock_set_back(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """A process stays ahead of what it used when the file is lost or replaced, though the clock was set back."""
    clock = [NOW]
    source = make(clock=lambda: clock[0])
    nonces = [source.next()]
    clock[0] -= 3600
    lose(path)
    nonces.append(source.next())
    lose(path)
    assert make(clock=lambda: 0.0).next() == 1
    nonces.append(source.next())
    assert nonces == [nonces[0], nonces[0] + 1, nonces[0] + 2]
    assert make(clock=lambda: 0.0).last() == nonces[-1]


def test_a_file_that_is_replaced(path: Path, tmp_path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """After another file took the place of the store, numbers continue from that one, which may hold greater ones."""
    source = make(clock=lambda: 0.0)
    source.next()
    (tmp_path / "elsewhere").mkdir()
    with_greater = SQLiteNonces(tmp_path / "elsewhere" / "nonces.db", clock=lambda: NOW)
    greater = with_greater.next()
    with_greater.close()
    path.unlink()
    (tmp_path / "nonces.db-journal").unlink(missing_ok=True)
    (tmp_path / "elsewhere" / "nonces.db").replace(path)
    assert source.next() == greater + 1


def test_a_backup_of_a_clock(path: Path, tmp_path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """A restored backup does no harm to a clock: this process is ahead of it, and so is the time."""
    source = make(clock=lambda: 0.0)
    source.next()
    source.close()
    shutil.copy(path, tmp_path / "backup.db")
    assert [source.next(), source.next()] == [2, 3]
    source.close()
    (tmp_path / "backup.db").replace(path)
    assert source.next() == 4
    assert make(clock=lambda: NOW).next() == NOW * 1_000_000


def test_the_file_is_lost_again_and_again(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """When the file is removed under running processes, they go on with one new file, ahead of what they used."""
    sources = [make() for _ in range(3)]
    drawn = []
    for _ in range(5):
        drawn += [source.next() for source in sources + sources]
        path.unlink()
    assert drawn == sorted(set(drawn))


def test_a_file_that_is_lost_during_a_call(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """A number from a file that was lost while it was drawn is not used: the new file may know greater ones."""
    source, other = make(clock=lambda: NOW), make(clock=lambda: NOW + 5)
    drawn: list[int] = []

    def lose_it(statement: str) -> None:
        if not drawn:
            lose(path)
            drawn.append(other.next())

    source.next()
    assert source._connection
    source._connection.set_trace_callback(lose_it)  # called when the statement begins
    assert source.next() == drawn[0] + 1


def test_names_keep_apart(make: Callable[..., SQLiteNonces]) -> None:
    """One file holds the numbers of several API keys, each under its name."""
    one, two = make("counter", name="one"), make("counter", name="two")
    one.initialise(1)
    two.initialise(100)
    assert [one.next(), two.next(), one.next(), two.next()] == [1, 100, 2, 101]


def test_a_counter_counts(make: Callable[..., SQLiteNonces]) -> None:
    """A counter issues its start and then each next number, from whatever process, also after a restart."""
    first, second = make("counter"), make("counter")
    first.initialise(41)
    assert first.last() == 40
    assert [first.next(), second.next(), first.next(), make("counter").next()] == [41, 42, 43, 44]
    assert second.last() == 44


def test_a_counter_is_never_guessed(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """Without file or name a counter refuses, says what to do, and makes no file."""
    source = make("counter")
    with pytest.raises(NonceError, match=r"no counter in .*nonces\.db.* not guessed.*initialise\(that \+ 1\)"):
        source.next()
    with pytest.raises(NonceError, match="nonce 1 was never sent and cannot be given back"):
        source.give_back(1)
    assert not path.exists()
    assert source.last() is None
    make("counter", name="other").initialise(1)
    with pytest.raises(NonceError, match=r"no counter in .* under the name 'default'"):
        source.next()


def test_a_counter_whose_file_is_lost(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """A process that drew from a counter does not go on in a file that was removed."""
    source = make("counter")
    source.initialise(5)
    source.next()
    path.unlink()
    with pytest.raises(NonceError, match="no counter in"):
        source.next()


def test_a_counter_that_was_set_back(path: Path, tmp_path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """A process does not go on with a counter that is behind what it drew (an old backup) until it is repaired."""
    source = make("counter")
    source.initialise(5)
    source.next()
    source.close()
    shutil.copy(path, tmp_path / "backup.db")
    assert [source.next(), source.next()] == [6, 7]
    source.close()
    (tmp_path / "backup.db").replace(path)
    with pytest.raises(NonceError, match=r"issued 5 last, but this process was given 7: .*overwrite=True"):
        source.next()
    source.initialise(8, overwrite=True)
    assert source.next() == 8


def test_a_counter_is_not_overwritten_by_mistake(make: Callable[..., SQLiteNonces]) -> None:
    """A counter is made once; replacing it must be asked for, and also sets it back."""
    source = make("counter")
    source.initialise(5)
    source.next()
    with pytest.raises(NonceError, match=r"issued 5 last; leave initialise\(\) out to go on"):
        make("counter").initialise(1)
    assert source.next() == 6
    source.initialise(2, overwrite=True)
    assert [source.next(), source.next()] == [2, 3]


def test_giving_back(make: Callable[..., SQLiteNonces]) -> None:
    """The number issued last can be given back and is issued again; an earlier one cannot, and that is an error."""
    one, two = make("counter"), make("counter")
    one.initialise(1)
    one.give_back(one.next())
    first, second = one.next(), two.next()
    with pytest.raises(NonceError, match="nonce 1 was never sent and cannot be given back"):
        one.give_back(first)
    two.give_back(second)
    one.give_back(first)
    assert [two.next(), one.next()] == [1, 2]


def test_rules_do_not_mix(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """A clock does not draw from a counter, which its numbers would shut out, nor a counter from a clock."""
    make("counter", name="counter").initialise(1)
    make("clock", name="clock").next()
    for call in (
        make("clock", name="counter").next,
        make("clock", name="counter").last,
        make("counter", name="clock").next,
        lambda: make("counter", name="clock").initialise(1),
        lambda: make("counter", name="clock").initialise(1, overwrite=True),
    ):
        with pytest.raises(NonceError, match="does not hold nonces of rule"):
            call()
    assert make("counter", name="counter").next() == 1


def test_a_clock_needs_no_start(make: Callable[..., SQLiteNonces]) -> None:
    """Initialising a clock is a mistake, and so is a start that is no number."""
    with pytest.raises(ConfigurationError, match="for rule='counter'"):
        make().initialise(1)
    bad: Any = "1"
    with pytest.raises(ConfigurationError, match="start is '1'"):
        make("counter").initialise(bad)


def test_the_file_is_the_owners(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """The file and what SQLite puts beside it can be read and written by their owner only, whatever the umask."""
    before = os.umask(0)
    try:
        make().next()
    finally:
        os.umask(before)
    files = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert files == {"nonces.db": 0o600, "nonces.db-journal": 0o600}


def test_closing(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """A source that is closed, or dropped, leaves no connection and an empty journal; a closed one opens again."""
    source = make(clock=lambda: 0.0)
    source.next()
    source.close()
    assert sizes(path) == {"nonces.db": True, "nonces.db-journal": False}
    assert source.next() == 2
    source.close()
    assert SQLiteNonces(path, clock=lambda: 0.0).next() == 3
    assert sizes(path) == {"nonces.db": True, "nonces.db-journal": False}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("rule", RULES)
def test_a_fork(rule: Rule, path: Path) -> None:
    """A child shares the numbers with its parent and others, also when the parent closes the file or ends.

    A connection that is inherited only believes that it holds locks: with it, child and third process drew the same.
    """
    code = (
        f"source = SQLiteNonces(path, rule={rule!r})\n"
        f"if {rule!r} == 'counter': source.initialise(1)\n"
        "out = [source.next() for _ in range(3)]\n"
        "closed, drawn = os.pipe(), os.pipe()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    out = [source.next() for _ in range(3)]\n"
        "    os.write(drawn[1], b'x'), os.read(closed[0], 1)\n"
        "    os.write(1, f'{out + [source.next() for _ in range(3)]}\\n'.encode())\n"
        "    os._exit(0)\n"
        "os.read(drawn[0], 1)\n"
        "out.append(source.next()), source.close()\n"
        "third = os.fork()\n"
        "if third == 0:\n"
        "    out = [source.next() for _ in range(3)]\n"
        "    source.close(), os.write(1, f'{out}\\n'.encode())\n"
        "    os._exit(0)\n"
        "os.waitpid(third, 0), os.write(closed[1], b'x'), os.waitpid(child, 0)\n"
        "out.append(source.next()), print(out)\n"
    )
    done = run(code, path)
    assert done.stderr == ""
    numbers = [int(text) for line in done.stdout.split("\n") for text in line.strip("[]").split(", ") if text]
    assert len(set(numbers)) == len(numbers) == 14
    assert rule == "clock" or sorted(numbers) == list(range(1, 15))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_that_python_does_not_see(path: Path) -> None:
    """A child forked by C code, whose connection is not safe, gets an error and no number."""
    code = (
        "import ctypes\n"
        "source = SQLiteNonces(path)\n"
        "source.next()\n"
        "child = ctypes.PyDLL(None).fork()\n"
        "if child == 0:\n"
        "    try: source.next()\n"
        "    except NonceError as error: os.write(1, str(error).encode())\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0), source.next()\n"
    )
    done = run(code, path)
    assert done.stderr == ""
    assert "make the SQLiteNonces after the fork" in done.stdout


def test_a_network_file_system(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a network file system, where locks do not hold, nothing is made and the error says so."""
    number = tmp_path.stat().st_dev
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "24 1 0:999 / /other rw - nfs4 server:/other rw\n"
        f"36 24 {os.major(number)}:{os.minor(number)} / /data rw,noatime shared:1 - fuse.sshfs server:/ rw\n"
    )
    monkeypatch.setattr(_file_system, "MOUNTS", mounts)
    with pytest.raises(NonceError, match=r"network file system \(fuse\.sshfs\).*RedisNonces"):
        SQLiteNonces(path).next()
    assert not path.exists()
    mounts.write_text("24 1 0:999 / /other rw - nfs4 server:/other rw\n")
    source = SQLiteNonces(path)
    assert source.next()
    source.close()


def test_without_a_table_of_mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that does not say what a file system is gets the benefit of the doubt."""
    monkeypatch.setattr(_file_system, "MOUNTS", tmp_path / "none")
    assert _file_system.network_file_system(tmp_path) is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX users")
def test_a_folder_that_may_not_be_written() -> None:
    """In a folder that this user may not write to, the error names path and cause."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        code = (
            "source = SQLiteNonces(path)\n"
            "if os.geteuid() == 0: os.setuid(65534)\n"  # root may write anywhere
            "try: source.next()\n"
            "except NonceError as error: print(error, type(error.__cause__).__name__)\n"
        )
        done = run(code, Path(folder) / "nonces.db")
        Path(folder).chmod(0o755)
    assert done.stderr == ""
    assert f"no nonces from {folder}/nonces.db: " in done.stdout
    assert done.stdout.endswith(
        "writable for this user, and the file must be one that SQLiteNonces made PermissionError\n"
    )


@pytest.mark.parametrize("content", [b"not a database" * 100, None], ids=["other", "folder"])
def test_what_is_no_store(content: bytes | None, path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """Something else at the path is left as it is, and the error says what is expected."""
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(NonceError, match=r"no nonces from .* the file must be one that SQLiteNonces made"):
        make().next()
    assert content is None or path.read_bytes() == content


@pytest.mark.parametrize("missing", ["nowhere/nonces.db", "file/nonces.db"])
def test_a_folder_that_is_not_there(missing: str, tmp_path: Path) -> None:
    """A folder that does not exist, or is a file, is not made, and the error says so."""
    (tmp_path / "file").touch()
    with pytest.raises(NonceError, match="Its folder must exist"):
        SQLiteNonces(tmp_path / missing).next()


@pytest.mark.parametrize("wrong", ["nul\0", "x" * 300, "folder", "loop", "n.db/n.db"])
def test_a_path_that_is_none(wrong: str, tmp_path: Path) -> None:
    """Whatever the system, or Python, has against a path: the error is a `NonceError`."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "n.db").touch()
    with pytest.raises(NonceError, match="no nonces from"):
        SQLiteNonces(tmp_path / wrong).next()
    with pytest.raises(NonceError, match="no nonces from"):
        SQLiteNonces(tmp_path / "n.db", name="\ud800").next()


def test_another_holds_the_lock(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """Waiting for a process that does not let go ends after the timeout, with an error; later it goes on."""
    source = make(timeout=0.01)
    source.next()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NonceError, match=r"other processes held .* for more than 0\.01 s"):
        source.next()
    other.execute("ROLLBACK")
    other.close()
    assert source.next()


def test_numbers_that_could_not_be_given_back_at_once(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """A number whose return the file did not take, as when its disk is full, goes back before the next is drawn."""
    source = make(rule="counter", timeout=0.01)
    source.initialise(1)
    numbers = [source.next() for _ in range(3)]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for number in reversed(numbers):
        with pytest.raises(NonceError, match="other processes held"):
            source.give_back(number)
    other.execute("ROLLBACK")
    other.close()
    assert [source.next(), source.next()] == [1, 2]


def test_a_number_is_given_back_once(make: Callable[..., SQLiteNonces]) -> None:
    """A number that was given back, and that another process drew, is not taken from it by giving it back again."""
    source, other = make(rule="counter"), make(rule="counter")
    source.initialise(1)
    source.give_back(number := source.next())
    assert other.next() == number
    with pytest.raises(NonceError, match="cannot be given back"):
        source.give_back(number)
    assert [other.next(), source.next()] == [2, 3]


@pytest.mark.parametrize("is_asked_again", [True, False])
@pytest.mark.parametrize("is_committed", [True, False])
def test_a_return_that_is_in_doubt_is_not_done_twice(
    is_committed: bool, is_asked_again: bool, make: Callable[..., SQLiteNonces], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a return was cut off at its commit, a number that another process drew since is left to that process."""
    source, other = make(rule="counter"), make(rule="counter")
    source.initialise(1)
    number = source.next()
    connection = source._connect()

    class CutOff:
        """The connection of the source, whose commit does not return."""

        in_transaction = False

        def execute(self, statement: str, *values: Any) -> Any:
            """Run a statement, and cut the commit off."""
            if statement == "COMMIT":
                connection.execute("COMMIT" if is_committed else "ROLLBACK")
                raise KeyboardInterrupt
            return connection.execute(statement, *values)

    monkeypatch.setattr(source, "_connection", CutOff())
    with pytest.raises(KeyboardInterrupt):
        source.give_back(number)
    monkeypatch.setattr(source, "_connection", connection)
    assert other.next() == (1 if is_committed else 2)
    if is_asked_again:
        with pytest.raises(NonceError, match="cannot be given back"):
            source.give_back(number)
    assert source.next() == (2 if is_committed else 3)


def test_another_holds_the_lock_while_a_source_opens(path: Path, make: Callable[..., SQLiteNonces]) -> None:
    """Opening waits for the lock as drawing does: until the timeout, and no longer than the lock is held."""
    make().next()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(NonceError, match=r"other processes held .* for more than 0\.01 s"):
        make(timeout=0.01).next()
    with ThreadPoolExecutor(1) as pool:
        drawn = pool.submit(make(timeout=600).next)
        other.execute("ROLLBACK")
        assert drawn.result()
    other.close()


def test_a_relative_path_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is taken from where the source was made, and may have characters that a URI would not."""
    monkeypatch.chdir(tmp_path)
    source = SQLiteNonces("a b?c#d%41.db", clock=lambda: 0.0)
    monkeypatch.chdir("/")
    assert source.next() == 1
    source.close()
    assert sizes(tmp_path / "x") == {"a b?c#d%41.db": True, "a b?c#d%41.db-journal": False}


def test_an_old_sqlite(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python with too old a SQLite is told so when the source is made."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(ConfigurationError, match=r"needs SQLite 3\.35"):
        SQLiteNonces(path)


def test_the_real_clock(make: Callable[..., SQLiteNonces]) -> None:
    """Numbers are microseconds of the clock, so they are ahead of any that were made before now."""
    before = time.time_ns() // 1000 - 1
    assert before <= make().next() <= time.time_ns() // 1000 + 1
