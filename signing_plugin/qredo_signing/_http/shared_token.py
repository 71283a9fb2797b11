"""`SharedToken`: the token of one client in the memory of all processes that are forked from it. Loads no HTTP library.

The token is in anonymous memory, which a fork hands on and which has no name by which another process could open it. It
is read and written under a lock that the system releases when its holder ends. So a process that ends while it asks for
a token, or while it writes one, loses nothing: the next one asks.
"""

from __future__ import annotations

import mmap
import os
import random
import struct
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from .._nonces.lock_wait import poll_delay
from .._nonces.serialize import Ticket
from .._signature.workspace_token import LONGEST, WorkspaceToken

if sys.platform != "win32":
    import fcntl

__all__ = ["SharedToken"]

_NUMBER, _RECORD = struct.Struct("=Q"), struct.Struct("=ddI")
_ENDED, _BEGUN, _AT = 0, 8, 16
"""Offsets of the number of the last token that is whole, of the last that was begun, and of the record."""
_TEXT: Final = _AT + _RECORD.size
_POLLS: Final = 5.0
"""How much longer to wait between two tries than for a nonce: a token takes a request, a nonce a write to a file."""


class SharedToken:
    """A token, and the lock that one asks for it under. Both are shared with the processes that are forked later.

    Without the lock (no file can be opened, or the process has closed all of its files) nothing is read or written, so
    that a process goes on with tokens of its own. There is no fork on Windows, and so nothing to lock.
    """

    def __init__(self) -> None:
        """Allocate the memory. A system commits its pages when they are written."""
        self._memory = mmap.mmap(-1, _TEXT + LONGEST)
        self._holder: Ticket | None = None
        self._lock = _ProcessLock()

    @property
    def stamp(self) -> bytes:
        """What is another one when another token is there. Needs no lock."""
        return self._memory[:8]

    def wait(self, ticket: Ticket, patience: float) -> None:
        """Wait until no other process asks, `patience` seconds at most.

        A process that is stopped keeps its lock. After that long, this one gets a token of its own.
        """
        for delay in self._delays(ticket, patience):
            time.sleep(delay)

    async def async_wait(self, ticket: Ticket, patience: float) -> None:
        """Do what `wait` does, in a task."""
        import anyio

        for delay in self._delays(ticket, patience):
            await anyio.sleep(delay)

    def try_lock(self, ticket: Ticket) -> bool:
        """Take the lock for a call whose turn it is in this process; return whether no other process has it."""
        self._holder = ticket
        try:
            self._lock.take()
        except (BlockingIOError, PermissionError):  # POSIX allows both for a lock that is held
            self._holder = None
            return False
        except OSError:
            self._holder = None
        return True

    def unlock(self) -> None:
        """Release the lock if the call that took it has ended. May be called more than once."""
        if self._holder is not None and self._holder.is_done:
            with suppress(OSError):
                self._lock.release()
            self._holder = None

    def get(self) -> WorkspaceToken | None:
        """Return the token, if the lock is held, and if the last process that put one there did not end meanwhile."""
        begun = self._number(_BEGUN)
        if self._holder is None or not begun or begun != self._number(_ENDED):
            return None
        due, end, length = _RECORD.unpack_from(self._memory, _AT)
        return WorkspaceToken(self._memory[_TEXT : _TEXT + length].decode("ascii"), due, end)

    def put(self, token: WorkspaceToken) -> None:
        """Keep a token, if the lock is held."""
        if self._holder is None:
            return
        text = token.text.encode("ascii")
        number = self._number(_BEGUN) + 1
        _NUMBER.pack_into(self._memory, _BEGUN, number)
        _RECORD.pack_into(self._memory, _AT, token.due, token.end, len(text))
        self._memory[_TEXT : _TEXT + len(text)] = text
        _NUMBER.pack_into(self._memory, _ENDED, number)

    def _delays(self, ticket: Ticket, patience: float) -> Iterator[float]:
        """Try to take the lock; yield how long to sleep before the next try."""
        began = time.monotonic()
        while not self.try_lock(ticket) and (waited := time.monotonic() - began) < patience:
            yield _POLLS * poll_delay(waited, patience, random.random())  # noqa: S311 - no secret

    def _number(self, offset: int) -> int:
        number: int = _NUMBER.unpack_from(self._memory, offset)[0]
        return number

    def __repr__(self) -> str:
        return "<SharedToken>"


class _ProcessLock:
    """A lock between processes, on a file without content and name.

    It is a record lock, which belongs to a process. One of `flock` belongs to the open file, which a fork shares.
    """

    def __init__(self) -> None:
        self._file = -1
        if sys.platform == "win32":
            return
        with suppress(OSError):
            self._file = _nameless_file()
            self._identity = _identity(self._file)
            weakref.finalize(self, _close, self._file, self._identity)

    def take(self) -> None:
        """Take it, or raise `OSError` at once."""
        if sys.platform != "win32":
            # A daemon closes all files, and another one may have this number since.
            if self._file < 0 or _identity(self._file) != self._identity:
                raise OSError("the lock is gone")
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Release it."""
        if sys.platform != "win32":
            fcntl.lockf(self._file, fcntl.LOCK_UN)


def _nameless_file() -> int:
    with suppress(AttributeError, OSError):  # Linux has these, which need no disk
        return os.memfd_create("qredo_signing")
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _identity(file: int) -> tuple[int, int]:
    status = os.fstat(file)
    return status.st_dev, status.st_ino


def _close(file: int, identity: tuple[int, int]) -> None:
    with suppress(OSError):
        if _identity(file) == identity:
            os.close(file)
