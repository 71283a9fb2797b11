"""Keep secrets out of tracebacks and messages: clear local variables of our frames, and shorten what is quoted."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar, cast

from ._diagnostics import is_ours

__all__ = ["NotPickled", "brief", "chain", "clear_frames", "may_be_secret", "without_locals"]

_LONGEST = 60  # shorter than an API key, a token or a line of PEM

F = TypeVar("F", bound=Callable[..., Any])  # not a ParamSpec, behind which editors with jedi complete nothing


class NotPickled:
    """Base of what holds a secret: it cannot be pickled, and a copy is the same object, so it is in memory once."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __getstate__(self) -> NoReturn:
        name = type(self).__name__
        raise TypeError(f"{name} is not pickled: a secret must not leave the process; make it where it is used")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        self.__getstate__()


def without_locals(function: F) -> F:
    """Decorate a function that takes a raw secret, so that the secret is in no traceback of an error that it raises.

    Error trackers record the local variables of each frame. Line numbers and messages stay; the variables of this
    package's frames are cleared, and those of other code (such as your own signer) are left as they are.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            clear_frames(error)
            raise

    return cast("F", call)


def may_be_secret(text: str) -> bool:
    """Whether a text that was given is long enough to be a secret in the wrong place."""
    return len(text) > _LONGEST


def brief(text: str) -> str:
    """Quote a short text. Give only the length of a long one, which may be a secret."""
    return f"a text of {len(text)} characters" if may_be_secret(text) else repr(text)


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and every error that it is chained to or groups."""
    seen = set[int]()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__]
            if isinstance(each, BaseExceptionGroup):
                waiting += each.exceptions


def clear_frames(error: BaseException, packages: tuple[str, ...] = ()) -> None:
    """Clear finished frames of this package in the tracebacks of an error and of every error that it is chained to.

    Args:
        error: The error.
        packages: Whose frames to clear as well.
    """
    for each in chain(error):
        _clear(each.__traceback__, packages)


def _clear(step: TracebackType | None, packages: tuple[str, ...]) -> None:
    while step is not None:
        module = step.tb_frame.f_globals.get("__name__", "")
        if is_ours(module) or module.partition(".")[0] in packages:
            with suppress(RuntimeError):  # the frame still runs: the decorator's own
                step.tb_frame.clear()
        step = step.tb_next
