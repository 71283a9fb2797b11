"""Nonces for several processes of one machine, kept in a SQLite file."""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ..errors import ConfigurationError, NonceError
from .lock_wait import LockWait
from .shared_file import Identity, check_disk, identify, make_file
from .source import MAX_NONCE, Clock, Rule, StoredNonces, microseconds

__all__ = ["SQLiteNonces"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS qredo_nonces (
    name TEXT PRIMARY KEY,
    rule TEXT NOT NULL CHECK (rule IN ('clock', 'counter')),
    last INTEGER NOT NULL CHECK (typeof(last) = 'integer')
) WITHOUT ROWID
"""
_IS_SOUND = f"typeof(last) = 'integer' AND last >= -1 AND last < {MAX_NONCE}"
_CLOCK = f"""
INSERT INTO qredo_nonces (name, rule, last) VALUES (:name, 'clock', :least)
ON CONFLICT (name) DO UPDATE SET last = max(last + 1, excluded.last) WHERE rule = 'clock' AND {_IS_SOUND}
RETURNING last
"""  # noqa: S608 - of constants
_COUNTER = f"""
UPDATE qredo_nonces SET last = last + 1
WHERE name = :name AND rule = 'counter' AND last >= :used AND {_IS_SOUND} RETURNING last
"""  # noqa: S608
_TAKE_BACK = """
UPDATE qredo_nonces SET last = last - 1 WHERE name = :name AND rule = 'counter' AND last = :nonce RETURNING last
"""
_CREATE = """
INSERT INTO qredo_nonces (name, rule, last) VALUES (:name, 'counter', :last)
ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE rule = 'counter' AND :overwrite
RETURNING last
"""
_READ = "SELECT rule, last FROM qredo_nonces WHERE name = :name"

_USUAL_ADVICE = (
    "Its folder must exist on a local disk and be writable for this user, and the file must be one that "
    "SQLiteNonces made"
)
_REPAIR = (
    "It is damaged. Stop what sends with this API key and remove it: a clock goes on by itself, "
    "and a counter is made again by initialise(the nonce that the service accepted last, + 1)"
)
_ADVICE = {
    sqlite3.SQLITE_FULL: "Free space on its disk",
    sqlite3.SQLITE_READONLY: "The file and its folder must be writable for this user",
    sqlite3.SQLITE_CORRUPT: _REPAIR,
}
"""What to do, by SQLite's code."""


class SQLiteNonces(StoredNonces):
    """Nonces for the threads, tasks and processes of one machine, kept in a file.

    The file is made when it is first needed, readable by its owner only; `-journal` may lie beside it. It must be
    on a local disk, in a folder that every process may write to. A process that is killed loses no number and does
    not block the others. With rule `clock` a lost file does no harm: the numbers stay ahead of the clock and of what
    this process used. A counter is made by `initialise(start)`, is on disk before `next()` returns, and is never
    guessed.

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
        self._file_name: Final = str(self._path)
        self._name = name
        self._clock = clock
        self._timeout = timeout
        self._wait: Final = LockWait(timeout, _is_busy)
        self._connection: sqlite3.Connection | None = None
        self._close: Callable[[], object] = int  # nothing to close yet
        self._process = 0
        self._file: Identity | None = None
        self._is_committing = False
        """Whether the latest statement may have been committed, although it did not return."""
        self._in_doubt: set[int] = set()
        """Numbers whose taking back may have been committed, although it did not return."""
        super().__init__(rule, f"{self._path} under the name {name!r}")

    def close(self) -> None:
        """Close the file. The next call opens it again."""
        with self._lock:
            self._disconnect()

    def _issue(self, used: int) -> int:
        with self._explained():
            statement = _CLOCK if self.rule == "clock" else _COUNTER
            while True:
                least = max(used + 1, microseconds(self._clock))
                try:
                    row = self._run(statement, name=self._name, used=used, least=least)
                except sqlite3.Error:
                    if self._connection is None or identify(self._file_name) == self._file:
                        raise
                    self._disconnect()  # SQLite noticed that others no longer see the file
                    continue
                if row is None:
                    last = self._read()
                    raise self._missing() if last is None else self._set_back(last, used)
                nonce = int(row[0])
                if identify(self._file_name) == self._file:
                    return nonce
                # The number came from a file that others no longer see: ask the one that stands there now.
                self._disconnect()
                used = max(used, nonce)

    def _take_back(self, nonce: int) -> bool:
        try:
            with self._explained():
                return self._run(_TAKE_BACK, name=self._name, nonce=nonce) is not None
        finally:
            if self._is_committing:
                self._in_doubt.add(nonce)

    def _is_taken_back(self, nonce: int) -> bool:
        if nonce not in self._in_doubt:
            return self._take_back(nonce)
        # It may be another process's number by now, so it is not taken back twice.
        is_taken_back = super()._is_taken_back(nonce)
        self._in_doubt.remove(nonce)
        return is_taken_back

    def _create(self, last: int, *, overwrite: bool) -> bool:
        with self._explained():
            if identify(self._file_name) is None:
                self._make_file()
            row = self._run(_CREATE, name=self._name, last=last, overwrite=overwrite)
            if row is None:
                self._read()  # says so if the rule is another
            return row is not None

    def _read(self) -> int | None:
        with self._explained():
            if identify(self._file_name) is None:
                return None
            row = self._run(_READ, name=self._name)
            if row is not None and row[0] != self.rule:
                raise self._other_rule()
            if row is not None and not (type(row[1]) is int and -1 <= row[1] < MAX_NONCE):
                raise self._damaged()
            return None if row is None else int(row[1])

    def _run(self, statement: str, **values: object) -> tuple[Any, ...] | None:
        """Run one statement in a transaction of its own, and return its row."""
        self._is_committing = False
        connection = self._connect()
        try:
            # Wait for the lock of the whole file at once, so that nothing else in the transaction has to wait.
            self._wait.until_free(lambda: connection.execute("BEGIN EXCLUSIVE"))
            taken_at = time.monotonic()
            rows: list[tuple[Any, ...]] = connection.execute(statement, values).fetchall()
            self._is_committing = True
            connection.execute("COMMIT")
            self._is_committing = False
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._wait.released(taken_at)
        return rows[0] if rows else None

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None:
            if self._process != os.getpid():
                raise NonceError(
                    f"{self._place} was opened before this process was forked by something that Python did not see; "
                    f"make the SQLiteNonces after the fork"
                )
            if identify(self._file_name) == self._file:
                return self._connection
        self._disconnect()
        if identify(self._file_name) is None:
            if self.rule == "counter":
                raise self._missing()
            self._make_file()
        check_disk(self._path)
        self._file = identify(self._file_name)
        connection = self._open(self._path)
        self._connection, self._process = connection, os.getpid()
        self._close = weakref.finalize(self, connection.close)
        return connection

    def _make_file(self) -> None:
        # Not opened in place: closing a file of its own would drop the locks that this process's other connections
        # have on it, and many openers at once would meet when they make the table.
        make_file(self._path, self._fill)

    def _fill(self, draft: Path) -> None:
        try:
            self._open(draft).close()
        finally:
            Path(f"{draft}-journal").unlink(missing_ok=True)

    def _open(self, path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            timeout=0,  # `LockWait` waits: SQLite would sleep for up to 0.1 s at a time, and come last
            isolation_level=None,  # each statement is a transaction
            check_same_thread=False,  # the lock sees to that
        )
        try:
            self._wait.until_free(lambda: self._prepare(connection))
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # Not a write-ahead log: it keeps the newest numbers and the locks in files beside this one, and a process
        # that goes on with removed ones shares neither with a process that comes later.
        journal = "truncate" if self.rule == "clock" else "delete"  # the first is faster, the second safer
        if connection.execute(f"PRAGMA journal_mode = {journal}").fetchall() != [(journal,)]:
            raise sqlite3.OperationalError("it is in use with another kind of journal")
        # A clock is ahead anyhow after a power cut; a counter must have reached the disk.
        connection.execute(f"PRAGMA synchronous = {'OFF' if self.rule == 'clock' else 'EXTRA'}")
        connection.execute(_SCHEMA)

    def _disconnect(self) -> None:
        self._connection = None
        self._close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Close the file when SQLite or the system raises an error, and make it a `NonceError` that says what to do."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:  # a ValueError for a NUL in the path
            self._disconnect()
            if _is_busy(error):
                text = (
                    f"other processes held {self._path} for more than {self._wait.limit:.3g} s; is one of them stopped?"
                )
            else:
                advice = _ADVICE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, _USUAL_ADVICE)
                text = f"no nonces from {self._path}: {error}. {advice}"
            raise NonceError(text) from error

    def _before_fork(self) -> None:
        # SQLite's record of its locks would be inherited but not the locks, and a child would issue numbers twice.
        self._lock.acquire()
        self._disconnect()

    def _after_fork_in_parent(self) -> None:
        self._lock.release()


def _is_busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
