"""Values of parameters, from the texts that OpenAPI's styles make of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, unquote_plus

from qredo_emulator._json import exact, load_exact

from .parameters import Parameter
from .schemas import is_list, items_of, kinds_of, parts_of, property_of

__all__ = ["Pairs", "convert", "fields", "read_parameter", "split_query"]

Pairs = list[tuple[str, str]]
"""Names, decoded, and texts as they were sent."""

_INTEGER = re.compile(r"-?[0-9]{1,64}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_SEPARATORS = {"spaceDelimited": r"%20|\+", "pipeDelimited": r"%7[Cc]|\|"}
_PREFIXES = {"label": ".", "matrix": ";"}
_DEEPEST = 50


def split_query(query: str) -> Pairs:
    """The pairs of a query or a form."""
    parts = (part.partition("=") for part in query.split("&") if part)
    return [(unquote_plus(name), value) for name, _, value in parts]


def read_parameter(parameter: Parameter, sent: Pairs) -> Any:
    """The value of a parameter. A text that fits no type of the schema stays as it is, and fails validation.

    Args:
        parameter: The parameter.
        sent: What belongs to it, at least one pair.

    Raises:
        ValueError: It is there twice, or has not the form of its style.
    """
    decode = {"query": unquote_plus, "path": unquote}.get(parameter.where, str)
    if parameter.style == "deepObject":
        return _deep(parameter.schema, parameter.name, [(name, decode(text)) for name, text in sent])
    if parameter.is_spread:
        return fields(parameter.schema, [(name, decode(text)) for name, text in sent])
    if parameter.is_repeated:
        return [convert(decode(text), items_of(parameter.schema)) for _, text in sent]
    if len(sent) > 1:
        raise ValueError(f"is there {len(sent)} times")
    text = sent[0][1]
    if parameter.style == "json":
        return load_exact(decode(text).encode("utf-8", "surrogatepass"))
    if not parameter.is_many and not parameter.is_object:
        return convert(decode(_without_prefix(parameter, text)), parameter.schema)
    pieces = _pieces(parameter, text)
    if parameter.is_many:
        return [convert(decode(piece), items_of(parameter.schema)) for piece in pieces]
    pairs = _pairs_of(parameter, pieces)
    return fields(parameter.schema, [(decode(name), decode(value)) for name, value in pairs])


def _without_prefix(parameter: Parameter, text: str) -> str:
    prefix = _PREFIXES.get(parameter.style, "")
    if not text.startswith(prefix):
        raise ValueError(f"{text!r} does not start with {prefix!r}, which the style {parameter.style} asks for")
    text = text[len(prefix) :]
    if parameter.style != "matrix" or (parameter.is_object and parameter.explode):
        return text
    name, equals, value = text.partition("=")
    if not equals or unquote(name) != parameter.name:
        raise ValueError(f"{text!r} does not start with {parameter.name + '='!r}, which the style matrix asks for")
    return value


def _pieces(parameter: Parameter, text: str) -> list[str]:
    """The items of a list, or keys and values of an object, still encoded."""
    text = _without_prefix(parameter, text)
    separator = _SEPARATORS.get(parameter.style, ",")
    if parameter.explode and parameter.style in _PREFIXES:
        separator = re.escape(_PREFIXES[parameter.style])
    pieces = re.split(separator, text) if text else []
    if parameter.style == "matrix" and parameter.explode and parameter.is_many:
        return [piece.partition("=")[2] if index else piece for index, piece in enumerate(pieces)]
    return _rejoined(parameter, pieces) if parameter.where == "header" else pieces


def _rejoined(parameter: Parameter, pieces: list[str]) -> list[str]:
    """The pieces of a header, where the commas of a JSON value are not encoded: those of one value in one piece."""
    found: list[str] = []
    for piece in pieces:
        if found and _is_cut(parameter, found):
            found[-1] += f",{piece}"
        else:
            found.append(piece)
    return found


def _is_cut(parameter: Parameter, pieces: list[str]) -> bool:
    """Whether the last piece is the beginning of a JSON value that goes on after a comma."""
    text = pieces[-1]
    if parameter.is_many:
        schema = items_of(parameter.schema)
    elif parameter.explode:
        name, _, text = text.partition("=")
        schema = property_of(parameter.schema, name)
    elif len(pieces) % 2:
        return False  # it is a key
    else:
        schema = property_of(parameter.schema, pieces[-2])
    if text[:1] not in ("{", "[") or not kinds_of(schema) & {"object", "array"}:
        return False
    try:
        load_exact(text.encode())
    except ValueError:
        return True
    return False


def _pairs_of(parameter: Parameter, pieces: list[str]) -> Iterator[tuple[str, str]]:
    if parameter.explode:
        for piece in pieces:
            name, _, text = piece.partition("=")
            yield name, text
        return
    if len(pieces) % 2:
        raise ValueError("has a key without a value")
    yield from zip(pieces[::2], pieces[1::2], strict=True)


def fields(schema: Any, given: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object from the texts of its fields; a list has one text for each item. Bytes stay bytes.

    Raises:
        ValueError: A field that is no list is there twice.
    """
    values: dict[str, Any] = {}
    for name, text in given:
        found = property_of(schema, name)
        is_many = is_list(found)
        value = convert(text, items_of(found) if is_many else found) if isinstance(text, str) else text
        if is_many:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise ValueError(f"has {name!r} twice")
        else:
            values[name] = value
    return values


def _deep(schema: Any, name: str, given: list[tuple[str, str]]) -> Any:
    """An object from names such as `q[low]`, and `q[range][low]` for an object in it."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for path, text in given:
        key, bracket, rest = path[len(name) + 1 :].partition("]")
        if not bracket or path.count("[") > _DEEPEST:
            raise ValueError(f"{path!r} does not end with a bracket")
        groups.setdefault(key, []).append((f"{key}{rest}", text))
    return {
        key: _deep(property_of(schema, key), key, pairs)
        if any(path != key for path, _ in pairs)
        else fields(schema, pairs)[key]
        for key, pairs in groups.items()
    }


def convert(text: str, schema: Any) -> Any:
    """The value that a text stands for; a text that fits no type of the schema stays as it is."""
    kinds = kinds_of(schema)
    if "string" in kinds and not _values(schema).isdisjoint({text}):
        return text
    if "integer" in kinds and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in kinds and _NUMBER.fullmatch(text):
        return exact(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if kinds & {"object", "array"} and text[:1] in ("{", "["):
        return load_exact(text.encode("utf-8", "surrogatepass"))
    return None if "null" in kinds and "string" not in kinds and text in ("", "null") else text


def _values(schema: Any) -> set[Any]:
    values = [value for part in parts_of(schema) for value in part.get("enum", [part.get("const")])]
    return {value for value in values if isinstance(value, str)}
