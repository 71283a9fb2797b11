"""How the values of parameters are written in a URL and in headers, by the styles of OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ._texts import text, to_json
from ._types import UNSET

_SEPARATORS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}
_PREFIXES = {"label": ".", "matrix": ";"}


def query(given: Mapping[str, object], styles: Mapping[str, str]) -> str:
    """The query of a URL with its question mark; empty where nothing is given."""
    pairs = [
        pair
        for name, value in given.items()
        if value is not UNSET and value is not None
        for pair in _pairs(name, value, styles.get(name, "form*"))
    ]
    return "?" + "&".join(f"{_quote(name)}={value}" for name, value in pairs) if pairs else ""


def segment(name: str, value: Any, style: str) -> str:
    """A value as a part of a path."""
    return _written(name, value, style, _quote)


def header(name: str, value: Any, style: str) -> str:
    """A value of a header.

    Raises:
        ValueError: A header cannot hold it.
    """
    found = _written(name, value, style, str)
    if not found.isascii() or not found.isprintable():
        raise ValueError(f"the header {name} takes printable ASCII alone")
    return found


def _written(name: str, value: Any, style: str, write: Callable[[str], str]) -> str:
    """A value in a path or a header; `write` percent-encodes the texts in it, or leaves them as they are."""
    kind, explode = style.rstrip("*"), style.endswith("*")
    if kind == "json":
        return write(to_json(value))
    prefix = _PREFIXES.get(kind, "")
    separator = prefix if explode and prefix else ","
    if isinstance(value, Mapping):
        between = "=" if explode else ","
        items = [f"{_text(key, write)}{between}{_text(item, write)}" for key, item in _present(value)]
        head = "" if kind != "matrix" or explode else f"{_quote(name)}="
        return prefix + head + separator.join(items)
    if kind == "matrix":
        if explode and _is_many(value):
            return "".join(f";{_quote(name)}={_text(item)}" for item in value if item is not None)
        return f";{_quote(name)}={_joined(value, ',')}"
    return prefix + _joined(value, separator, write)


def _pairs(name: str, value: Any, style: str) -> Iterator[tuple[str, str]]:
    """Names and encoded values of one parameter in the query."""
    kind, explode = style.rstrip("*"), style.endswith("*")
    if kind == "json":
        yield name, _quote(to_json(value))
    elif isinstance(value, Mapping):
        if kind == "deepObject":
            yield from _deep(name, value)
        elif explode:
            yield from ((text(key), _text(item)) for key, item in _present(value))
        else:
            yield name, _joined([one for pair in _present(value) for one in pair], _SEPARATORS.get(kind, ","))
    elif not _is_many(value):
        yield name, _text(value)
    elif explode or kind == "deepObject":
        yield from ((name, _text(item)) for item in value if item is not None)
    else:
        yield name, _joined(value, _SEPARATORS.get(kind, ","))


def _deep(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _deep(f"{name}[{text(key)}]", item)
    elif _is_many(value):
        yield from ((name, _text(item)) for item in value if item is not None)
    elif value is not None:
        yield name, _text(value)


def _present(value: Mapping[Any, object]) -> Iterator[tuple[Any, object]]:
    """The keys and values of an object, without those that are null: no style can write it."""
    return ((key, item) for key, item in value.items() if item is not None)


def _is_many(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _quote(value: str) -> str:
    return quote(value, safe="")


def _joined(value: Any, separator: str, write: Callable[[str], str] = _quote) -> str:
    """A scalar, or the items of a list, but null."""
    return (
        separator.join(_text(one, write) for one in value if one is not None)
        if _is_many(value)
        else _text(value, write)
    )


def _text(value: object, write: Callable[[str], str] = _quote) -> str:
    return write(to_json(value) if isinstance(value, dict | list) else text(value))
