"""Errors that can be shown: tools that print local variables find no secret in the frames of this package."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import ParamSpec, TypeVar

from ._diagnostics import is_ours

__all__ = ["discreet", "forget"]

P = ParamSpec("P")
T = TypeVar("T")


def discreet(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function that is given secrets: an error that leaves it takes none along in its traceback.

    Error trackers record the local variables of each frame. Lines and messages stay as they are; the variables of our
    own frames are emptied, those of other code (a signer of the user's, say) are left to it.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            forget(error)
            raise

    return call


def forget(error: BaseException) -> None:
    """Empty our frames in the tracebacks of an error and of all that it is chained to, but for those that still run."""
    seen = set[int]()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            _clear(each.__traceback__)
            waiting += [each.__cause__, each.__context__]


def _clear(step: TracebackType | None) -> None:
    while step is not None:
        if is_ours(step.tb_frame.f_globals.get("__name__", "")):
            with suppress(RuntimeError):  # it is still running: the decorator itself
                step.tb_frame.clear()
        step = step.tb_next
