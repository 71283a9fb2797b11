"""What checks, decodes and encodes a value that is inside another one, or that its JSON type alone does not tell apart.

A class is looked up when it is first needed: schemas may refer to each other in circles.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from . import _numbers, _wire
from ._core import parse_json
from ._enums import OpenIntEnum, OpenStrEnum
from ._mismatch import Mismatch, mismatch, raw_of, sending, strictly, type_name
from ._texts import text
from .errors import ResponseError

if TYPE_CHECKING:
    import httpx


class Codec:
    """One kind of value: here, of any that is written as it is."""

    kinds: Any = object
    expected = "anything"

    def fits(self, value: object) -> bool:
        """Whether a JSON value has the right JSON type."""
        return isinstance(value, self.kinds)

    def takes(self, value: object) -> bool:
        """Whether a Python value is of this kind."""
        return self.fits(value)

    def decode(self, value: Any, model: str, field: str) -> Any:
        """The Python value of a JSON value.

        Raises:
            ResponseError: It is of another kind.
        """
        if not self.fits(value):
            raise ResponseError(model, field, f"expected {self.expected}, got {type_name(value)}")
        return value

    def encode(self, value: Any, model: str, field: str) -> Any:
        """The JSON value of a Python value.

        Raises:
            TypeError: It is of another kind.
        """
        if not self.takes(value):
            raise TypeError(f"{model}.{field} takes {self.expected}, not {type(value).__name__}")
        return value


class _Any(Codec):
    def encode(self, value: Any, model: str, field: str) -> Any:
        return _without_models(value)


class _Plain(Codec):
    def __init__(self, kind: type, expected: str) -> None:
        self.kind = kind
        self.expected = expected

    def fits(self, value: object) -> bool:
        return value.__class__ is self.kind

    def takes(self, value: object) -> bool:
        return isinstance(value, self.kind) and (self.kind is bool or not isinstance(value, bool))

    def encode(self, value: Any, model: str, field: str) -> Any:
        return _wire.plain(model, field, value, self.kind)


class _Decimal(Codec):
    expected = "a number"

    def fits(self, value: object) -> bool:
        return value.__class__ in _numbers.EXACT

    def takes(self, value: object) -> bool:
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool)

    def decode(self, value: Any, model: str, field: str) -> Any:
        return _numbers.decimal(model, field, super().decode(value, model, field))

    def encode(self, value: Any, model: str, field: str) -> Any:
        return _numbers.to_send(model, field, value)


class _File(Codec):
    expected = "bytes or a File"

    def fits(self, value: object) -> bool:
        return isinstance(value, bytes | str) or (isinstance(value, tuple) and len(value) == 3)


class Values(_Plain):
    """An open set of values."""

    def __init__(self, name: str, base: _Plain) -> None:
        super().__init__(base.kind, base.expected)
        self.name = name

    def decode(self, value: Any, model: str, field: str) -> Any:
        return _class(self.name)(super().decode(value, model, field))


class Model(Codec):
    """An object with a class of its own."""

    kinds = Mapping
    expected = "an object"

    def __init__(self, name: str) -> None:
        self.name = name

    def takes(self, value: object) -> bool:
        return isinstance(value, (_class(self.name), Mapping))

    def decode(self, value: Any, model: str, field: str) -> Any:
        return _class(self.name).from_dict(super().decode(value, model, field))

    def encode(self, value: Any, model: str, field: str) -> Any:
        return _wire.to_dict(model, field, value, _class(self.name))


class Array(Codec):
    """An array of one kind."""

    kinds = (list, tuple)
    expected = "an array"

    def __init__(self, item: Codec) -> None:
        self.item = item

    def decode(self, value: Any, model: str, field: str) -> Any:
        return [self.item.decode(item, model, f"{field}[]") for item in super().decode(value, model, field)]

    def encode(self, value: Any, model: str, field: str) -> Any:
        return _wire.array(model, field, value, lambda item: self.item.encode(item, model, f"{field}[]"))


class Map(Codec):
    """An object with free keys and values of one kind."""

    kinds = Mapping
    expected = "an object"

    def __init__(self, item: Codec) -> None:
        self.item = item

    def decode(self, value: Any, model: str, field: str) -> Any:
        found = super().decode(value, model, field)
        return {key: self.item.decode(item, model, f"{field}.{key}") for key, item in found.items()}

    def encode(self, value: Any, model: str, field: str) -> Any:
        found = super().encode(value, model, field)
        return {key: self.item.encode(item, model, f"{field}.{key}") for key, item in found.items()}


class Nullable(Codec):
    """One kind, or null."""

    def __init__(self, item: Codec) -> None:
        self.item = item
        self.expected = f"{item.expected} or null"

    def fits(self, value: object) -> bool:
        return value is None or self.item.fits(value)

    def takes(self, value: object) -> bool:
        return value is None or self.item.takes(value)

    def decode(self, value: Any, model: str, field: str) -> Any:
        return None if value is None else self.item.decode(value, model, field)

    def encode(self, value: Any, model: str, field: str) -> Any:
        return None if value is None else self.item.encode(value, model, field)


class Union(Codec):
    """One of several kinds: of those that fit, the one that knows most of the value, and of these the first."""

    def __init__(self, *members: Codec) -> None:
        self.members = members
        self.expected = " or ".join(dict.fromkeys(member.expected for member in members))

    def fits(self, value: object) -> bool:
        return any(member.fits(value) for member in self.members)

    def takes(self, value: object) -> bool:
        return any(member.takes(value) for member in self.members)

    def decode(self, value: Any, model: str, field: str) -> Any:
        return self._choose(value, model, field)[1]

    def _choose(self, value: Any, model: str, field: str) -> tuple[Codec, Any]:
        """The member that a JSON value is of, and its Python value."""
        fitting = [member for member in self.members if member.fits(value)]
        if len(fitting) == 1:
            return fitting[0], fitting[0].decode(value, model, field)
        found = []
        for member in fitting:
            with suppress(ResponseError), strictly():  # a member with a mismatch is not the one
                found.append((member, member.decode(value, model, field)))
        if found:
            return min(found, key=lambda one: _misfit(one[1], value)) if len(found) > 1 else found[0]
        for member in fitting:  # unless there is no other
            with suppress(ResponseError):
                return member, member.decode(value, model, field)
        raise ResponseError(model, field, f"expected {self.expected}, got {type_name(value)}")

    def encode(self, value: Any, model: str, field: str) -> Any:
        members = self.members
        if isinstance(value, dict):
            value = _without_models(value)
            with suppress(ResponseError), sending():
                member, value = self._choose(value, model, field)
                members = (member,)
        problem: TypeError | None = None
        for member in members:
            if member.takes(value):
                try:
                    return member.encode(value, model, field)
                except TypeError as error:
                    problem = problem or error
        raise problem or TypeError(f"{model}.{field} takes {self.expected}, not {type(value).__name__}")


class Tagged(Union):
    """One of several models, by the value of one property; an object with another value stays a dict."""

    def __init__(self, name: str, known: Mapping[str, str], *members: Codec) -> None:
        super().__init__(*members)
        self.name = name
        self.known = known

    def decode(self, value: Any, model: str, field: str) -> Any:
        if not isinstance(value, Mapping):
            return super().decode(value, model, field)
        chosen = self._known_class(value)
        return dict(value) if chosen is None else chosen.from_dict(value)

    def _known_class(self, value: Mapping[str, Any]) -> Any:
        """The class of an object by its property; None for an unknown value."""
        name = self.known.get(text(value.get(self.name, "")))
        return None if name is None else _class(name)

    def encode(self, value: Any, model: str, field: str) -> Any:
        if not isinstance(value, dict):
            return super().encode(value, model, field)
        value = _without_models(value)
        chosen = self._known_class(value)
        return value if chosen is None else _wire.to_dict(model, field, value, chosen)


BOOL: Final = _Plain(bool, "a boolean")
INT: Final = _Plain(int, "an integer")
STR: Final = _Plain(str, "a string")
BINARY: Final = _Plain(bytes, "bytes")
DECIMAL: Final = _Decimal()
ANY: Final = _Any()
FILE: Final = _File()


def decoded(codec: Codec, model: str, field: str, value: Any) -> Any:
    """What a codec makes of a value, or a mismatch of the whole value."""
    try:
        return codec.decode(value, model, field)
    except ResponseError as error:
        if error.model != model:
            raise
        return mismatch(model, field, codec.expected, value)


def encoded(codec: Codec, model: str, field: str, value: Any) -> Any:
    """The JSON value that a codec makes of a value."""
    return raw_of(value) if value.__class__ is Mismatch else codec.encode(value, model, field)


def sent(codec: Codec, method: str, argument: str, value: Any) -> Any:
    """The JSON value of an argument of a call."""
    with sending():
        return encoded(codec, method, argument, value)


class Json:
    """Reads content that is JSON."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def __call__(self, response: httpx.Response) -> Any:
        """The value of the JSON.

        Raises:
            ResponseError: It is not JSON, or not what the description says.
        """
        return self.codec.decode(parse_json(response.content, "The response"), "The response", "(whole)")


def _nothing(response: httpx.Response) -> None:
    """No content."""


def _open_text(response: httpx.Response) -> Any:
    """Text of a media type that the description leaves open: JSON where the response says that it is."""
    is_json = "json" in response.headers.get("content-type", "")
    return (Json(STR) if is_json else TEXT)(response)


TEXT: Final = attrgetter("text")
OPEN_TEXT: Final = _open_text
BYTES: Final = attrgetter("content")
NOTHING: Final = _nothing


def _misfit(found: Any, value: Any) -> tuple[int, int, int]:
    """How many fields of a JSON object a model of it has lost, and how many values of sets and fields are unknown."""
    if not hasattr(found, "to_dict"):
        return 0, 0, 0
    values = [getattr(found, one.name) for one in found.__attrs_attrs__]
    unknown = [one for one in values if isinstance(one, OpenStrEnum | OpenIntEnum) and not one.is_known]
    return len(value) - len(found.to_dict()), len(unknown), len(found.additional_properties)


def _without_models(value: Any) -> Any:
    """A value with the JSON of each model in it."""
    if isinstance(value, dict):
        return {key: _without_models(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_models(item) for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


def _class(name: str) -> Any:
    from . import models

    return getattr(models, name)
