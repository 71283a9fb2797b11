"""Convert the text of an option to the value that the generated client takes, exactly or not at all."""

from __future__ import annotations

import codecs
import enum
import re
import types
import typing
from importlib import import_module
from pathlib import Path
from typing import Any

from .._operations import Parameter
from .._strict_json import load
from ._inputs import read_file, read_stdin

__all__ = ["Shape", "parse_value", "shape_of"]

_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_KINDS: dict[Any, str] = {bool: "bool", int: "int", str: "text"}
_METAVARS = {"text": "TEXT", "int": "INT", "bool": "", "model": "JSON|@FILE", "json": "JSON|@FILE"}


class Shape(typing.NamedTuple):
    """The values that a parameter takes.

    Attributes:
        kind: `text`, `int`, `bool`, `enum`, `model` or `json`.
        type: The class of an enum or a model.
        many: Whether it is a list.
    """

    kind: str
    type: Any
    many: bool = False

    @property
    def known(self) -> list[str]:
        """The values of an enum that the description lists."""
        return [str(each.value) for each in self.type] if self.kind == "enum" else []

    @property
    def metavar(self) -> str:
        """How the value is shown in the help."""
        return "|".join(self.known) if self.kind == "enum" else _METAVARS[self.kind]


def shape_of(annotation: Any) -> Shape:
    """Read the shape from an annotation such as `list[NewWallet] | None | Unset`."""
    is_union = typing.get_origin(annotation) in {types.UnionType, typing.Union}
    choices = typing.get_args(annotation) if is_union else (annotation,)
    first = next(each for each in choices if each is not type(None) and getattr(each, "__name__", "") != "Unset")
    if typing.get_origin(first) is list:
        return shape_of(typing.get_args(first)[0])._replace(many=True)
    if isinstance(first, type) and issubclass(first, enum.Enum):
        return Shape("enum", first)  # open: `FeeType | str`
    if hasattr(first, "from_dict"):
        return Shape("model", first)
    return Shape(_KINDS.get(first, "json"), first)


def parse_value(parameter: Parameter, given: Any) -> Any:
    """Convert the value of an option to the argument for the client.

    Args:
        parameter: What it is for.
        given: A string, a list of strings, or a bool.

    Raises:
        ValueError: The parameter does not take it.
        CliError: The file or stdin that it names cannot be read.
    """
    shape = shape_of(parameter.type)
    if shape.many:
        return [value for text in given for value in _items(shape, text)]
    return _parse(shape, given)


def _json(text: str) -> Any:
    """Parse JSON from the text, from the file that `@FILE` names, or for `-` from stdin."""
    if text == "-":
        data = read_stdin()
    else:
        data = read_file(Path(text[1:])) if text.startswith("@") else text.encode(errors="surrogateescape")
    return load(data.removeprefix(codecs.BOM_UTF8))


def _items(shape: Shape, text: str) -> list[Any]:
    """Return the values that one option adds to a list: one, or for JSON all items of an array."""
    if shape.kind not in {"model", "json"}:
        return [_parse(shape, text)]
    data = _json(text)
    return [_model(shape, each) for each in (data if isinstance(data, list) else [data])]


def _parse(shape: Shape, given: Any) -> Any:
    if shape.kind == "int":
        return _integer(given)
    if shape.kind == "enum":
        return shape.type(_integer(given) if issubclass(shape.type, int) else given)
    if shape.kind in {"model", "json"}:
        return _model(shape, _json(given))
    return given


def _integer(text: str) -> int:
    """Parse an integer: no fraction, no exponent, ASCII digits only. Amounts are never rounded."""
    if not _INTEGER.fullmatch(text):
        raise ValueError(
            f"{text!r:.60} is not a whole number: amounts are in base units of the asset, times in Unix seconds"
        )
    return int(text)


def _model(shape: Shape, data: Any) -> Any:
    if shape.kind == "json":
        return data
    reading = import_module(f"{shape.type.__module__.rpartition('.models')[0]}._mismatch")
    try:
        with reading.strictly():
            return shape.type.from_dict(data)
    except Exception as error:  # the package's own ResponseError, whose text names the field
        if not hasattr(error, "problem"):
            raise
        raise ValueError(str(error)) from None
