"""Nonces for several processes of one machine, kept in a SQLite file."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from ._file_system import network_file_system
from ._nonces_base import Clock, Rule, StoredNonces, microseconds
from .errors import ConfigurationError, NonceError

__all__ = ["SQLiteNonces"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS qredo_nonces (
    name TEXT PRIMARY KEY,
    rule TEXT NOT NULL CHECK (rule IN ('clock', 'counter')),
    last INTEGER NOT NULL CHECK (typeof(last) = 'integer')
) WITHOUT ROWID
"""
_CLOCK = """
INSERT INTO qredo_nonces (name, rule, last) VALUES (:name, 'clock', :least)
ON CONFLICT (name) DO UPDATE SET last = max(last + 1, excluded.last) WHERE rule = 'clock'
RETURNING last
"""
_COUNTER = """
UPDATE qredo_nonces SET last = last + 1 WHERE name = :name AND rule = 'counter' AND last >= :used RETURNING last
"""
_TAKE_BACK = """
UPDATE qredo_nonces SET last = last - 1 WHERE name = :name AND rule = 'counter' AND last = :nonce RETURNING last
"""
_CREATE = """
INSERT INTO qredo_nonces (name, rule, last) VALUES (:name, 'counter', :last)
ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE rule = 'counter' AND :overwrite
RETURNING last
"""
_READ = "SELECT rule, last FROM qredo_nonces WHERE name = :name"


class SQLiteNonces(StoredNonces):
    """Nonces for the threads, tasks and processes of one machine, kept in a file.

    The file is made when it is first needed, readable by its owner only; beside it lie `-wal` and `-shm`. It must be
    on a local disk, in a folder that every process may write to. A process that is killed loses no number and blocks
    nobody. With rule `clock` a lost file does no harm; the numbers stay ahead of the clock and of what this process
    used. A counter is made by `initialise(start)`, is on disk before `next()` returns, and is never guessed.

    Args:
        path: The file.
        rule: `clock`: max(last + 1, microseconds of the clock). `counter`: exactly last + 1.
        name: Which numbers in the file: one name for each API key.
        clock: Seconds since the epoch.
        timeout: How many seconds to wait for other processes.

    Raises:
        ConfigurationError: The rule is unknown, or Python's SQLite is older than 3.35.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        rule: Rule = "clock",
        name: str = "default",
        clock: Clock = time.time,
        timeout: float = 30.0,
    ) -> None:
        if sqlite3.sqlite_version_info < (3, 35):
            raise ConfigurationError(f"SQLiteNonces needs SQLite 3.35, but this Python has {sqlite3.sqlite_version}")
        self._path: Final = Path(path).absolute()
        self._name = name
        self._clock = clock
        self._timeout = timeout
        self._connection: sqlite3.Connection | None = None
        self._close: Callable[[], object] = int  # nothing to close yet
        self._process = 0
        self._file: tuple[int, int] | None = None
        super().__init__(rule, f"{self._path} under the name {name!r}")

    def close(self) -> None:
        """Close the file. The next call opens it again."""
        with self._lock:
            self._disconnect()

    def _issue(self, used: int) -> int:
        while True:
            values = {"name": self._name, "used": used, "least": max(used + 1, microseconds(self._clock))}
            row = self._run(_CLOCK if self.rule == "clock" else _COUNTER, values)
            if row is None:
                raise self._refusal(used)
            nonce = int(row[0])
            if self._identify() == self._file:
                return nonce
            # The number came from a file that others no longer see: ask the one that stands there now.
            self._disconnect()
            used = max(used, nonce)

    def _take_back(self, nonce: int) -> bool:
        return self._run(_TAKE_BACK, {"name": self._name, "nonce": nonce}) is not None

    def _create(self, last: int, *, overwrite: bool) -> bool:
        if self._identify() is None:
            with self._explained():
                self._make_file()
        row = self._run(_CREATE, {"name": self._name, "last": last, "overwrite": overwrite})
        if row is None:
            self._read()  # says so if the rule is another
        return row is not None

    def _read(self) -> int | None:
        if self._identify() is None:
            return None
        row = self._run(_READ, {"name": self._name})
        if row is not None and row[0] != self.rule:
            raise self._other_rule()
        return None if row is None else int(row[1])

    def _refusal(self, used: int) -> NonceError:
        last = self._read()
        return self._missing() if last is None else self._set_back(last, used)

    def _run(self, statement: str, values: dict[str, object]) -> tuple[Any, ...] | None:
        """Run one statement, which is one transaction, and return its row."""
        with self._explained():
            # All rows are fetched: the transaction ends with the last one.
            rows: list[tuple[Any, ...]] = self._connect().execute(statement, values).fetchall()
            return rows[0] if rows else None

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None and self._process != os.getpid():
            raise NonceError(
                f"{self._place} was opened before this process was forked by something that Python did not see; "
                f"make the SQLiteNonces after the fork"
            )
        if self._connection is not None and self._identify() == self._file:
            return self._connection
        self._disconnect()
        if self._identify() is None:
            if self.rule == "counter":
                raise self._missing()
            self._make_file()
        self._check_disk()
        self._file = self._identify()
        connection = self._open(self._path)
        self._connection, self._process = connection, os.getpid()
        self._close = weakref.finalize(self, connection.close)
        return connection

    def _make_file(self) -> None:
        """Make the file complete under another name and put it in place unless another process was faster.

        It is not opened in place: closing a file of its own would drop the locks that this process's other
        connections have on it, and many openers at once would meet in the switch to WAL.
        """
        self._check_disk()
        draft = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}.new")
        try:
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            self._open(draft).close()
            with suppress(FileExistsError):
                self._path.hardlink_to(draft)
        finally:
            draft.unlink(missing_ok=True)

    def _open(self, path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            timeout=self._timeout,
            isolation_level=None,  # each statement is a transaction
            check_same_thread=False,  # the lock sees to that
        )
        try:
            if connection.execute("PRAGMA journal_mode = WAL").fetchall() != [("wal",)]:
                raise sqlite3.OperationalError("no write-ahead log on this file system")
            # A clock is ahead anyhow after a power cut; a counter must have reached the disk.
            connection.execute(f"PRAGMA synchronous = {'NORMAL' if self.rule == 'clock' else 'FULL'}")
            connection.execute(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_disk(self) -> None:
        kind = network_file_system(self._path.parent)
        if kind is not None:
            raise NonceError(
                f"{self._path} is on a network file system ({kind}), where SQLite's locks do not hold: give a path on "
                f"a local disk, or use RedisNonces for several machines"
            )

    def _identify(self) -> tuple[int, int] | None:
        """Return which file stands at the path, if any."""
        with self._explained(), suppress(FileNotFoundError):
            status = self._path.stat()
            return status.st_dev, status.st_ino
        return None

    def _disconnect(self) -> None:
        self._connection = None
        self._close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            self._disconnect()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                text = f"other processes held {self._path} for more than {self._timeout} s; is one of them stopped?"
            else:
                text = (
                    f"no nonces from {self._path}: {error}. Its folder must exist on a local disk and be writable for "
                    f"this user, and the file must be one that SQLiteNonces made"
                )
            raise NonceError(text) from error

    def _before_fork(self) -> None:
        # SQLite's record of its locks would be inherited but not the locks, and a child would issue numbers twice.
        self._lock.acquire()
        self._disconnect()

    def _after_fork_in_parent(self) -> None:
        self._lock.release()
