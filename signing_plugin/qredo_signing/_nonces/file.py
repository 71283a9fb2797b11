"""Nonces for several processes of one machine, kept in a file of one number: the fastest, where there is flock(2).

The file holds the last two numbers, in two pages, each with a checksum: each call writes over the older one. So
whatever a write leaves behind, the number before it is still there, and the one that was being written was given to
nobody. The lock is the kernel's: it goes when its process does.
"""

from __future__ import annotations

import os
import sys
import time
import weakref
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Concatenate, Final, ParamSpec

from ..errors import ConfigurationError, NonceError
from .shared_file import Identity, check_disk, identify, make_file
from .source import Clock, Nonces, microseconds

__all__ = ["FileNonces"]

_SYSTEMS = ("linux", "darwin", "freebsd", "netbsd", "openbsd")
"""Where flock(2) belongs to the opened file. Elsewhere Python may make it from locks that belong to the process."""

_HEAD: Final = b"qredo-nonces 1 "
_PAGE: Final = 4096  # where the second number stands: a page is what disks write whole, at most
_PAUSE: Final = 0.0005  # seconds between two tries for the lock, which is held for some 10 us

P = ParamSpec("P")


class FileNonces(Nonces):
    """Nonces for the threads, tasks and processes of one machine, kept in a file: max(last + 1, microseconds).

    Like `SQLiteNonces` with the rule `clock`, several times as fast, and for one API key to a file. The file is made
    when it is first needed, readable by its owner only, and must be on a local disk that every process may write to. A
    process that is killed loses no number and blocks nobody. A lost file does no harm; the numbers stay ahead of the
    clock and of what this process used. That is also why nothing waits for the disk, and why there is no counter: one
    that a power cut set back would issue numbers twice.

    Args:
        path: The file.
        clock: Seconds since the epoch.
        timeout: How many seconds to wait for other processes.

    Raises:
        ConfigurationError: This system has no flock(2): use `SQLiteNonces`.
    """

    blocks: ClassVar[bool] = True
    persistent: ClassVar[bool] = True

    def __init__(self, path: str | os.PathLike[str], *, clock: Clock = time.time, timeout: float = 30.0) -> None:
        if not sys.platform.startswith(_SYSTEMS):
            raise ConfigurationError(
                f"FileNonces needs flock(2), which {sys.platform} has not: use SQLiteNonces(path) instead"
            )
        import fcntl  # Windows has none

        self._flock, self._take, self._let_go = fcntl.flock, fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_UN
        self._path: Final = Path(path).absolute()
        self._file_name: Final = str(self._path)
        self._clock = clock
        self._timeout = timeout
        self._descriptor = -1
        self._close: Callable[[], object] = int  # nothing to close yet
        self._process = 0
        self._file: Identity | None = None
        super().__init__("clock")

    def last(self) -> int | None:
        """Return the number that was issued last by any process, or None.

        Raises:
            NonceError: The file cannot be read, or is none of these.
        """
        with self._lock:
            try:
                file = identify(self._file_name)
                if file is None:
                    return None
                if file != self._file:
                    self._disconnect()
                return self._alone(_read_last) or None
            except OSError as error:
                raise self._explanation(error) from error

    def close(self) -> None:
        """Close the file. The next call opens it again."""
        with self._lock:
            self._disconnect()

    def _issue(self, used: int) -> int:
        try:
            while True:
                nonce = self._alone(self._draw, used)
                if identify(self._file_name) == self._file:
                    return nonce
                # The number came from a file that others no longer see: ask the one that stands there now.
                self._disconnect()
                used = max(used, nonce)
        except OSError as error:
            raise self._explanation(error) from error

    def _take_back(self, nonce: int) -> bool:
        return False  # nobody asks a clock

    def _draw(self, file: int, used: int) -> int:
        """Write the next number over the older one, and return it."""
        numbers = _read(file)
        last = max(numbers)
        nonce = max(last + 1, used + 1, microseconds(self._clock))
        _write(file, _PAGE if numbers[0] == last else 0, nonce)
        return nonce

    def _alone(self, work: Callable[Concatenate[int, P], int], *args: P.args, **kwargs: P.kwargs) -> int:
        """Do something with the opened file while no other process, and no other source in this one, can."""
        file = self._opened()
        try:
            self._wait(file)
            return work(file, *args, **kwargs)
        finally:
            # Also when Ctrl-C came as soon as it was locked. It is said, and not left to closing: a program that is
            # being started by another thread may have inherited the file for a moment.
            self._flock(file, self._let_go)

    def _wait(self, file: int) -> None:
        """Lock the file. Tries again and again, as flock itself would wait for ever for a process that is stopped."""
        limit: float | None = None
        while True:
            try:
                return self._flock(file, self._take)
            except BlockingIOError:
                limit = limit or time.monotonic() + self._timeout
                if time.monotonic() >= limit:
                    raise NonceError(
                        f"other processes held {self._path} for more than {self._timeout} s; is one of them stopped?"
                    ) from None
                time.sleep(_PAUSE)

    def _opened(self) -> int:
        """Return the file. What was inherited is opened anew: its lock would be shared with the parent."""
        if self._descriptor >= 0 and self._process == os.getpid():
            return self._descriptor
        self._disconnect()
        if identify(self._file_name) is None:
            make_file(self._path, _fill)
        check_disk(self._path)
        self._descriptor = file = os.open(self._path, os.O_RDWR | os.O_NOCTTY)
        status = os.fstat(file)
        self._file = status.st_dev, status.st_ino
        self._close = weakref.finalize(self, _close, file, self._file)
        self._process = os.getpid()
        return file

    def _disconnect(self) -> None:
        self._descriptor = -1
        self._close()

    def _explanation(self, error: OSError) -> NonceError:
        self._disconnect()
        return NonceError(
            f"no nonces from {self._path}: {error}. Its folder must exist on a local disk and be writable for this "
            f"user, and the file must be one that FileNonces made; one that is damaged may be removed, as the clock is "
            f"ahead of it"
        )

    def _before_fork(self) -> None:
        # A child that lives on would keep the lock of a parent that is killed.
        self._lock.acquire()
        self._disconnect()

    def _after_fork_in_parent(self) -> None:
        self._lock.release()


def _close(file: int, identity: Identity) -> None:
    """Close a descriptor, unless somebody else has, and perhaps another file of the program goes by its number."""
    with suppress(OSError):
        status = os.fstat(file)
        if (status.st_dev, status.st_ino) == identity:
            os.close(file)


def _encode(nonce: int) -> bytes:
    text = b"%b%020d" % (_HEAD, nonce)
    return b"%b %08x\n" % (text, zlib.crc32(text))


_WIDTH: Final = len(_encode(0))


def _decode(line: bytes) -> int:
    """Return the number in a line, or -1 if it is not as it was written."""
    digits = line[len(_HEAD) : len(_HEAD) + 20]
    return int(digits) if digits.isdigit() and _encode(int(digits)) == line else -1


def _read(file: int) -> tuple[int, int]:
    """Return both numbers; one that is damaged is -1."""
    content = os.pread(file, _PAGE + _WIDTH, 0)
    numbers = _decode(content[:_WIDTH]), _decode(content[_PAGE:])
    if max(numbers) < 0:
        raise OSError("there is no number in it")
    return numbers


def _read_last(file: int) -> int:
    return max(_read(file))


def _write(file: int, place: int, nonce: int) -> None:
    line = _encode(nonce)
    if os.pwrite(file, line, place) != _WIDTH:
        raise OSError(f"{nonce} could not be written whole")


def _fill(draft: Path) -> None:
    """Write the beginning, and see it on disk, so that a power cut leaves no empty file."""
    with draft.open("r+b", buffering=0) as file:
        for place in (0, _PAGE):
            _write(file.fileno(), place, 0)
        os.fsync(file)
