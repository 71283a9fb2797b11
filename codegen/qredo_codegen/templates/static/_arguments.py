"""Messages for arguments that do not fit. All of this runs after Python, or the encoding, has refused them."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar

from ._types import UNSET

C = TypeVar("C", bound=type)

_FRAMING = frozenset({"content-length", "transfer-encoding"})
_NOT_IN_NAMES = frozenset('"(),/:;<=>?@[\\]{} ')
_TOO_LONG = 2**31 / 1000
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


def check_options(
    timeout: object, max_retries: object, deadline: object, headers: Mapping[str, str], query: Mapping[str, object]
) -> None:
    """Raise unless these are options of a call.

    Raises:
        TypeError: One is of another type, such as the text of an environment variable.
        ValueError: One is below zero or NaN, or a header cannot be sent; see `check_headers`.
    """
    for name, mapping in (("headers", headers), ("query", query)):
        if not hasattr(mapping, "items"):
            raise TypeError(f"{name} must be a dict, not {type(mapping).__name__}, such as {name}={{'name': 'value'}}")
        for key, value in mapping.items():
            if not isinstance(key, str) or isinstance(value, bytes):
                wrong = key if not isinstance(key, str) else value
                raise TypeError(f"{name} has {key!r}: names and values are text, not {type(wrong).__name__}")
    check_headers(headers)
    if not hasattr(timeout, "as_dict"):  # as httpx.Timeout has
        _check_number("timeout", timeout, float)
        if isinstance(timeout, float | int) and not 0 < timeout < _TOO_LONG:  # aiohttp takes 0 for no limit
            raise ValueError(f"timeout is {timeout}: give seconds above 0, or None for no limit")
    _check_number("max_retries", max_retries, int)
    _check_number("deadline", deadline, float)


def _check_number(name: str, value: object, kind: type) -> None:
    if value is None or value is UNSET:
        return
    if isinstance(value, str):
        raise TypeError(f"{name} must be a number, not str: convert the text first, {name}={kind.__name__}(...)")
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
        raise TypeError(f"{name} must be {'an int' if kind is int else 'a float'}, not {type(value).__name__}")
    if not value >= 0:
        raise ValueError(f"{name} is {value}: give a number from 0 on")


def check_headers(names: Iterable[str]) -> None:
    """Raise `ValueError` for what is no name of a header, and for one that says where the body ends.

    Two that say so and differ would make two requests of one.
    """
    for name in names:
        if not (name and name.isascii() and name.isprintable() and _NOT_IN_NAMES.isdisjoint(name)):
            raise ValueError(f"the header name {name!r} has other characters than letters, digits and hyphens, or none")
        if name.lower() in _FRAMING:
            raise ValueError(f"the header {name} is made from the body: leave it out")


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
