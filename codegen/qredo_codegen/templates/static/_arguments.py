"""Messages for arguments that do not fit. All of this runs after Python, or the encoding, has refused them."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar

C = TypeVar("C", bound=type)

_IS_COROUTINE = 0x80  # inspect.CO_COROUTINE: inspect takes longer to load than this package


def explained_methods(cls: C) -> C:
    """Decorate a class: its public methods say what to write for a misspelt or positional argument."""
    for name, value in list(vars(cls).items()):
        if isinstance(value, FunctionType) and not name.startswith("_"):
            setattr(
                cls, name, _async_explained(value) if value.__code__.co_flags & _IS_COROUTINE else _explained(value)
            )
    return cls


def explained_constructor(cls: C) -> C:
    """Decorate a class: its constructor says what to write for a misspelt or positional argument."""
    cls.__init__ = _explained(cls.__init__)  # type: ignore[misc]
    return cls


def caller_expression(name: str) -> str:
    """Return the call of a function as its caller wrote it, such as `require(fund.fund_id)`.

    Args:
        name: The function, which calls this one. Returned where there is no source, or the call has several lines.
    """
    frame = sys._getframe(2)
    first, last, start, end = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).encode()
    text = line[start:end].decode("utf-8", "replace").strip() if first == last else ""
    return text if name in text else name


def _explained(function: Any) -> Any:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            _refuse(function, args, kwargs, error)
            raise

    return call


def _async_explained(function: Any) -> Any:
    @wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return await function(*args, **kwargs)
        except TypeError as error:
            _refuse(function, args, kwargs, error)
            raise

    return call


def _refuse(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], error: TypeError) -> None:
    """Raise a better error, if Python refused the arguments before the function began."""
    trace = error.__traceback__
    if trace is None or trace.tb_next is not None:
        return
    code = function.__code__
    by_place = code.co_varnames[1 : code.co_argcount]
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    title = function.__qualname__.removesuffix(".__init__")
    if unknown := [name for name in kwargs if name not in names]:
        raise TypeError(f"{title} takes no argument {unknown[0]!r}. {_suggestion(unknown[0], names)}") from None
    if len(args) - 1 > len(by_place):
        given = len(args) - 1
        text = (
            f"{title} takes {len(by_place)} positional arguments, but {given} {'was' if given == 1 else 'were'} given: "
        )
        named = names[len(by_place)] if len(names) > len(by_place) else None
        text += f"pass the others by name, such as {named}=..." if named else "leave some out"
        raise TypeError(text) from None


def _suggestion(name: str, names: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, names, 1)
    return f"Did you mean {close[0]!r}?" if close else f"It takes {', '.join(names) or 'none'}"
