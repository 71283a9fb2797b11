"""Sending for a command: what a Ctrl-C means from the request to the answer, and what a client refuses to send."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from ..errors import QredoSigningError
from ._errors import CliError
from ._exits import Exit

__all__ = ["answered", "as_usage_error", "sending"]


def sending(what: str, *, changes: bool) -> AbstractContextManager[None]:
    """Send inside this. An interrupted request that changes something may have taken effect all the same.

    Raises:
        CliError: It was interrupted, and its outcome is not known.
    """
    return _unless_interrupted(
        f"{what} was interrupted on its way: it may have taken effect", changes=changes, code=Exit.UNKNOWN
    )


def answered(what: str, *, changes: bool) -> AbstractContextManager[None]:
    """Print the answer inside this. An interruption does not undo what was asked for, and must not say so.

    Raises:
        CliError: It was interrupted, after a request that changes something was answered.
    """
    return _unless_interrupted(
        f"{what} was answered, and the answer was not shown whole: what was asked for may be done",
        changes=changes,
        code=Exit.RESPONSE,
    )


@contextmanager
def _unless_interrupted(message: str, *, changes: bool, code: Exit) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        if not changes:
            raise
        raise CliError(message, "look before anything else; do not repeat it", code=code) from None


@contextmanager
def as_usage_error() -> Iterator[None]:
    """Call a generated client inside this: what it does not send, such as an empty id in a path, is wrong usage.

    Raises:
        CliError: In place of its ValueError or TypeError.
    """
    try:
        yield
    except (ValueError, TypeError) as error:
        if isinstance(error, QredoSigningError):
            raise
        raise CliError(str(error)) from error
