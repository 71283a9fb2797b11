"""Check the arguments of `connect`, and say of a wrong one what was given and what to pass instead."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import httpx

from .._environments.environment import Environment
from .._keys.credentials import BaseCredentials
from .attempt import LONGEST_WAIT

__all__ = ["check_deadline", "check_max_retries", "check_timeout", "class_name", "suggesting", "wrong_class"]

F = TypeVar("F", bound=Callable[..., Any])  # not a ParamSpec, behind which editors with jedi complete nothing

_AN_ENVIRONMENT = "pass one such as Environment.SANDBOX, or Environment.from_environment(); there is no default"
_CREDENTIALS = "load them with .from_directory(path) or .from_environment()"


def wrong_class(name: str, wanted: type, given: object) -> str:
    """Return the message for an argument of another class.

    Args:
        name: The argument.
        wanted: The class that it must have.
        given: The argument's value. It is not quoted: it may be a secret in the wrong place.
    """
    kind, what_to_do = ("an Environment", _AN_ENVIRONMENT) if wanted is Environment else (wanted.__name__, _CREDENTIALS)
    text = f"{name} must be {kind}, got {class_name(given)}"
    if type(given).__name__ == wanted.__name__:
        return (
            f"{text} of {type(given).__module__}, and not of {wanted.__module__}: two copies of this library are in "
            "use, so import everything from the same one"
        )
    if isinstance(given, (Environment, BaseCredentials)):
        return f"{text}: the order is connect(Client, credentials, environment)"
    if kind == "an Environment" and isinstance(given, str) and "://" in given:
        what_to_do = "for a URL, pass Environment.emulator(url), or Environment.custom(url, key_kind=...)"
    return f"{text}: {what_to_do}"


def class_name(given: object) -> str:
    """Return what a value is, for a message."""
    if given is None:
        return "None"
    if isinstance(given, type):
        return f"the class {given.__module__.partition('.')[0]}.{given.__name__}"
    return type(given).__name__


def suggesting(function: F) -> F:
    """Decorate a function: the error for a misspelt argument suggests a name, as Python does from 3.13 on."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        unknown = next((name for name in kwargs if name not in names), None)
        if unknown is None:
            return function(*args, **kwargs)
        del args, kwargs
        import difflib

        close = difflib.get_close_matches(unknown, names, 1)
        hint = f"Did you mean {close[0]!r}?" if close else f"It takes {', '.join(names)}"
        raise TypeError(f"{function.__name__}() takes no argument {unknown!r}. {hint}")

    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return cast("F", call)


def check_timeout(timeout: object) -> None:
    """Raise unless this is a timeout that can work.

    Raises:
        TypeError: It is of another type, such as the text of an environment variable.
        ValueError: It is not above 0, or longer than a socket waits.
    """
    if isinstance(timeout, httpx.Timeout):
        for name, seconds in timeout.as_dict().items():
            if (name, seconds) != ("pool", 0):  # which is no wait for a free connection
                _check_limit(f"timeout.{name}", seconds, "seconds, or None for no limit")
    else:
        _check_limit("timeout", timeout, "seconds, an httpx.Timeout, or None for no limit")


def check_deadline(deadline: object) -> None:
    """Raise unless this is a deadline that can work; the errors of `check_timeout`."""
    _check_seconds("deadline", deadline, "the seconds for a whole call, or None for no limit")


def check_max_retries(max_retries: object) -> None:
    """Raise unless this is a number of retries; the errors of `check_timeout`."""
    if isinstance(max_retries, bool) or not isinstance(max_retries, int):
        raise TypeError(_wrong_type("max_retries", max_retries, "an int, 0 for no retries", "int"))
    if max_retries < 0:
        raise ValueError(f"max_retries is {max_retries}: give 0 for no retries, or a greater number")


def _check_limit(name: str, given: object, wanted: str) -> None:
    _check_seconds(name, given, wanted)
    if isinstance(given, (int, float)) and given >= LONGEST_WAIT:
        raise ValueError(f"{name} is {given}, longer than a socket waits: give None for no limit")


def _check_seconds(name: str, given: object, wanted: str) -> None:
    if given is None:
        return
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise TypeError(_wrong_type(name, given, wanted, "float"))
    if not given > 0:
        raise ValueError(f"{name} is {given}, but must be more than 0: give {wanted}")


def _wrong_type(name: str, given: object, wanted: str, convert: str) -> str:
    text = f"{name} must be {wanted}, not {class_name(given)}"
    if isinstance(given, str):
        text += f": convert the text first, {name.rpartition('.')[2]}={convert}(...)"
    return text
