"""Write to stdout and stderr: results to the one, notes and the log to the other."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from .._diagnostics import LOG
from .._text import printable
from ._errors import CliError
from ._exits import Exit
from ._json import to_json

__all__ = ["discard", "logging_to_stderr", "note", "print_bytes", "print_json", "print_text", "to_stdout"]


def note(text: str, hint: str = "") -> None:
    """Print a line on stderr, and a hint in a second one. A failure to print it changes no exit code."""
    lines = [f"qredo: {printable(text)}", *([f"  {printable(hint)}"] if hint else [])]
    try:
        print("\n".join(lines), file=sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def discard(stream: Any) -> None:
    """Discard what a stream still holds and what is written to it, so that the interpreter can end without an error."""
    with suppress(OSError):  # a stream without a file descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def logging_to_stderr() -> Iterator[None]:
    """Show the library's log on stderr: retries, reconnects, a corrected clock. Never a secret.

    With `QREDO_LOG` it is there already, and with it each call.
    """
    if LOG.level:
        yield
        return
    handler = _Notes(logging.INFO)
    handler.addFilter(lambda record: record.name == LOG.name)  # not `REQUESTS`: what a call gave is the output
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        LOG.setLevel(logging.NOTSET)


class _Notes(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


@contextmanager
def to_stdout() -> Iterator[None]:
    """Run a command inside this: it writes to stdout.

    Raises:
        CliError: It cannot be written. A reader that closed its pipe, as `head` does, gets no message.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)
        raise CliError("", code=Exit.OUTPUT) from None
    except OSError as error:
        if error.filename is not None:  # of another file
            raise
        discard(sys.stdout)
        reason = error.strerror or type(error).__name__
        raise CliError(f"the output cannot be written: {reason}", code=Exit.OUTPUT) from None


def print_text(text: str) -> None:
    """Print lines on stdout."""
    print(text, flush=True)


def print_json(value: Any, *, lines: bool = False) -> None:
    """Print a value as JSON in UTF-8, whatever the terminal's encoding; with `lines` in one line."""
    text = to_json(value, None if lines else 2)
    print_bytes(text.encode("utf-8", "surrogatepass") + b"\n")


def print_bytes(data: bytes) -> None:
    """Print bytes on stdout."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
