"""Keep secrets out of tracebacks and messages: clear local variables of our frames, and shorten what is quoted."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import ParamSpec, TypeVar

from ._diagnostics import is_ours

__all__ = ["brief", "clear_frames", "without_locals"]

_LONGEST = 60  # shorter than an API key, a token or a line of PEM

P = ParamSpec("P")
T = TypeVar("T")


def without_locals(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function that takes a raw secret, so that the secret is in no traceback of an error that it raises.

    Error trackers record the local variables of each frame. Line numbers and messages stay; the variables of this
    package's frames are cleared, and those of other code (such as your own signer) are left as they are.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            clear_frames(error)
            raise

    return call


def brief(text: str) -> str:
    """Quote a short text. Give only the length of a long one, which may be a secret in the wrong place."""
    return repr(text) if len(text) <= _LONGEST else f"a text of {len(text)} characters"


def clear_frames(error: BaseException) -> None:
    """Clear our finished frames in the tracebacks of an error and of every error that it is chained to."""
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
            with suppress(RuntimeError):  # the frame still runs: the decorator's own
                step.tb_frame.clear()
        step = step.tb_next
