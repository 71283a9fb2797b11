"""Convert the text of an option to the value that the generated client takes, exactly or not at all."""

from __future__ import annotations

import codecs
import enum
import mimetypes
import re
import types
import typing
from contextlib import suppress
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from .._operations import Parameter
from .._strict_json import load
from ._inputs import read_file, read_stdin

__all__ = ["Shape", "body_of", "is_json", "parse_value", "shape_of"]

_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_KINDS: dict[Any, str] = {bool: "bool", int: "int", str: "text", Decimal: "decimal", bytes: "file"}
_METAVARS = {
    "text": "TEXT",
    "int": "INT",
    "decimal": "NUMBER",
    "bool": "",
    "file": "@FILE",
    "model": "JSON",
    "json": "JSON",
}


class Shape(typing.NamedTuple):
    """The values that a parameter takes.

    Attributes:
        kind: `text`, `int`, `decimal`, `bool`, `enum`, `file`, `model`, `json`, or `union` of the first four.
        type: The class of an enum, a model or a file; the shapes of a union.
        many: Whether it is a list.
        nullable: Whether a model may be null.
    """

    kind: str
    type: Any
    many: bool = False
    nullable: bool = False

    @property
    def known(self) -> list[str]:
        """The values of an enum that the description lists."""
        return [str(each.value) for each in self.type] if self.kind == "enum" else []

    @property
    def metavar(self) -> str:
        """How the value is shown in the help."""
        if self.kind == "union":
            return "|".join(each.metavar for each in self.type if each.metavar)
        return "|".join(self.known) if self.kind == "enum" else _METAVARS[self.kind]


def shape_of(annotation: Any) -> Shape:
    """Read the shape from an annotation such as `list[NewWallet] | None | Unset`."""
    is_union = typing.get_origin(annotation) in {types.UnionType, typing.Union}
    choices = typing.get_args(annotation) if is_union else (annotation,)
    kinds = [each for each in choices if each is not type(None) and getattr(each, "__name__", "") != "Unset"]
    first = kinds[0]
    if sum(hasattr(each, "from_dict") for each in kinds) > 1:
        return Shape("json", None)  # a union of models: the client finds out which of them it is
    if typing.get_origin(first) is list:
        item = shape_of(typing.get_args(first)[0])
        return Shape("json", None, many=True) if item.many else item._replace(many=True)
    scalars = [Shape(_KINDS[each], each) for each in kinds if each in _KINDS and each is not bytes]
    if len(scalars) > 1:
        return Shape("union", scalars)
    if isinstance(first, type) and issubclass(first, enum.Enum):
        return Shape("enum", first)  # open: `FeeType | str`
    if hasattr(first, "from_dict"):
        return Shape("model", first, nullable=type(None) in choices)
    kind = _KINDS.get(first, "json")
    return Shape(kind, choices[1] if kind == "file" and len(choices) > 1 else first)  # `bytes | File`


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


def body_of(parameter: Parameter, media: str, given: str) -> Any:
    """Convert the value of `--body`: JSON by the media type, else text or bytes by its own type.

    Raises:
        ValueError: It is not JSON, not the text or not the model that the operation takes.
        CliError: The file or stdin that it names cannot be read.
    """
    shape = shape_of(parameter.type)
    if shape.kind == "model" and not shape.many:
        return _model(shape, _json(given))
    if is_json(media):
        return _json(given)
    data = _data(given)
    return data.decode() if shape.kind == "text" else data


def is_json(media: str) -> bool:
    """Whether a body of this media type is written as JSON on the command line: all that has fields is."""
    return media.startswith(("application/json", "application/x-www-form", "multipart/")) or "+json" in media


def _data(text: str) -> bytes:
    """The bytes of the text, of the file that `@FILE` names, or for `-` of stdin."""
    if text == "-":
        return read_stdin()
    return read_file(Path(text[1:])) if text.startswith("@") else text.encode(errors="surrogateescape")


def _json(text: str) -> Any:
    """Parse JSON; numbers with a fraction are exact."""
    return load(_data(text).removeprefix(codecs.BOM_UTF8), parse_float=Decimal)


def _items(shape: Shape, text: str) -> list[Any]:
    """Return the values that one option adds to a list: one, or for JSON all items of an array."""
    if shape.kind not in {"model", "json"}:
        return [_parse(shape, text)]
    data = _json(text)
    return [_model(shape, each) for each in (data if isinstance(data, list) else [data])]


def _parse(shape: Shape, given: Any) -> Any:
    if shape.kind == "union":
        return _first(shape.type, given)
    if shape.kind == "bool":
        return given if isinstance(given, bool) else _boolean(given)
    if shape.kind == "int":
        return _integer(given)
    if shape.kind == "decimal":
        return _decimal(given)
    if shape.kind == "file":
        return _file(shape, given)
    if shape.kind == "enum":
        return shape.type(_integer(given) if issubclass(shape.type, int) else given)
    if shape.kind in {"model", "json"}:
        return _model(shape, _json(given))
    return given


def _first(shapes: list[Shape], text: str) -> Any:
    """Parse a value of a union: by the first of its shapes, as described, that takes it and loses nothing of it."""
    for each in shapes:
        with suppress(ValueError):
            value = _parse(each, text)
            if each.kind == "bool" or str(value) == text:  # `007` may be text, and is no `7`
                return value
    return _parse(shapes[0], text)


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r:.60} is neither true nor false")
    return text == "true"


def _integer(text: str) -> int:
    """Parse an integer: no fraction, no exponent, ASCII digits only. Amounts are never rounded."""
    if not _INTEGER.fullmatch(text):
        raise ValueError(
            f"{text!r:.60} is not a whole number: amounts are in base units of the asset, times in Unix seconds"
        )
    return int(text)


def _decimal(text: str) -> Decimal:
    """Parse a number: digits and one point, so that it means the same to everyone who reads it."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text!r:.60} is not a number in digits, such as 1250 or 0.25")
    return Decimal(text)


def _file(shape: Shape, text: str) -> Any:
    """Read the file that `@FILE` names, or for `-` stdin. Its name and a guess of its media type go along."""
    if text != "-" and not text.startswith("@"):
        raise ValueError(f"{text!r:.60} is not a file: write @ before its path, as in @{text:.60}")
    name = "file" if text == "-" else Path(text[1:]).name
    media = mimetypes.guess_type(name)[0] or "application/octet-stream"
    content = _data(text)
    return content if shape.type is bytes else shape.type(content, name, media)


def _model(shape: Shape, data: Any) -> Any:
    if shape.kind == "json" or (data is None and shape.nullable):
        return data
    reading = import_module(f"{shape.type.__module__.rpartition('.models')[0]}._mismatch")
    try:
        with reading.strictly(), reading.sending():
            return shape.type.from_dict(data)
    except Exception as error:  # the package's own ResponseError, whose text names the field
        if not hasattr(error, "problem"):
            raise
        raise ValueError(str(error)) from None
