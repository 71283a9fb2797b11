"""What `with_options` and calls of endpoints by hand accept: numbers of seconds, names of headers, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ._types import UNSET

_FRAMING = frozenset({"content-length", "transfer-encoding"})
_NOT_IN_NAMES = frozenset('"(),/:;<=>?@[\\]{} ')
_TOO_LONG = 2**31 / 1000
"""Seconds that no socket can wait."""


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
    if (as_dict := getattr(timeout, "as_dict", None)) is not None:  # as httpx.Timeout has
        for name, seconds in as_dict().items():
            if seconds is not None and not seconds < _TOO_LONG:
                raise ValueError(f"timeout has {name}={seconds}: give seconds, or None for no limit")
    else:
        _check_number("timeout", timeout, float)
        if isinstance(timeout, float | int) and not 0 < timeout < _TOO_LONG:  # aiohttp takes 0 for no limit
            raise ValueError(f"timeout is {timeout}: give seconds above 0, or None for no limit")
    _check_number("max_retries", max_retries, int)
    _check_number("deadline", deadline, float)


def copied(query: Mapping[str, object]) -> Mapping[str, object]:
    """A copy of query parameters and of the lists in them, which the caller may change afterwards."""
    if not query:
        return query
    from copy import deepcopy  # most programs have no use for it

    return deepcopy(dict(query))


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
