"""What Ctrl-C means between request and response, and which errors of a client are wrong usage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from ..errors import QredoSigningError
from ._errors import CliError
from ._exits import Exit

__all__ = ["answered", "as_usage_error", "sending"]


def sending(what: str, *, changes: bool) -> AbstractContextManager[None]:
    """Send inside this. An interrupted request that changes something may have taken effect.

    Raises:
        CliError: It was interrupted, and its outcome is unknown.
    """
    return _unless_interrupted(
        f"{what} was interrupted after it was sent: it may have taken effect", changes=changes, code=Exit.UNKNOWN
    )


def answered(what: str, *, changes: bool) -> AbstractContextManager[None]:
    """Print the response inside this. An interruption does not undo the request, and must not claim so.

    Raises:
        CliError: It was interrupted after the response to a request that changes something.
    """
    return _unless_interrupted(
        f"{what} got a response that was not shown completely: the request may have succeeded",
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
        raise CliError(message, "check before you retry", code=code) from None


@contextmanager
def as_usage_error() -> Iterator[None]:
    """Call a generated client inside this. Arguments that it does not send, such as an empty id, are wrong usage.

    Raises:
        CliError: Instead of its ValueError or TypeError.
    """
    try:
        yield
    except (ValueError, TypeError) as error:
        if isinstance(error, QredoSigningError):
            raise
        raise CliError(str(error)) from error
