"""What a value on the wire becomes in Python: the code that checks, decodes and encodes it, by kind of schema.

`decode` and `encode` give Python expressions for the templates. They are written out per field, rather than interpreted
at run time, because decoding a ledger page is the hottest path of a generated package after the signature itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, cast

__all__ = [
    "ArrayOf",
    "Complex",
    "Decimal",
    "EnumOf",
    "Kind",
    "MapOf",
    "ModelOf",
    "OneOf",
    "Plain",
    "Single",
    "Where",
    "decode",
]

_EXPECTED = {"bool": "a boolean", "bytes": "bytes", "int": "an integer", "str": "a string"}
_JSON = {"bool": "boolean", "bytes": "string", "int": "integer", "str": "string"}


@dataclass(frozen=True)
class Where:
    """The place of a value, for error messages: model class and field on the wire."""

    model: str
    field: str

    @property
    def arguments(self) -> str:
        return f"{self.model!r}, {self.field!r}"


class Kind(Protocol):
    """How values of one schema are written, checked, decoded and encoded."""

    @property
    def json(self) -> str:
        """Its JSON type."""
        ...

    @property
    def annotation(self) -> str:
        """Its type where it is read."""
        ...

    @property
    def argument(self) -> str:
        """Its type where a caller gives it."""
        ...

    @property
    def expected(self) -> str:
        """What an error message calls it."""
        ...

    def classes(self) -> Iterator[str]:
        """Names of the classes of the package that it needs."""
        ...

    @property
    def codec(self) -> str:
        """Expression: the object of `_codec` that does the same where a kind is inside another."""
        ...

    def encode(self, value: str, where: Where) -> str:
        """Expression: the JSON value of a Python value."""
        ...


class Single(Kind, Protocol):
    """A kind with one JSON type."""

    def check(self, value: str) -> str:
        """Expression: whether a decoded JSON value has the right type."""
        ...

    def decode(self, value: str, where: Where) -> str:
        """Expression: the Python value of a checked JSON value."""
        ...


def decode(kind: Kind, value: str, where: Where, fallback: str) -> str:
    """Expression: the Python value of any JSON value; `fallback` is an expression for one of another type."""
    members = kind.members if isinstance(kind, OneOf) else (cast("Single", kind),)
    choices = [f"{member.decode(value, where)} if {member.check(value)} else " for member in members]
    return "".join([*choices, fallback])


@dataclass(frozen=True)
class Plain:
    """A boolean, an integer or a string; bytes where they are the whole content of a body or a response."""

    annotation: str

    @property
    def json(self) -> str:
        return _JSON[self.annotation]

    @property
    def argument(self) -> str:
        return self.annotation

    @property
    def expected(self) -> str:
        return _EXPECTED[self.annotation]

    @property
    def codec(self) -> str:
        return f"_codec.{self.annotation.upper()}"

    def classes(self) -> Iterator[str]:
        return iter(())

    def check(self, value: str) -> str:
        # Not isinstance: a bool is an int in Python, and in JSON it is not a number.
        return f"{value}.__class__ is {self.annotation}"

    def decode(self, value: str, where: Where) -> str:
        return value

    def encode(self, value: str, where: Where) -> str:
        # Most values are exactly of their class. To test that here saves a call for each of them.
        return f"{value} if {self.check(value)} else _wire.plain({where.arguments}, {value}, {self.annotation})"


@dataclass(frozen=True)
class Decimal:
    """A number, exact to its last digit."""

    annotation: str = "Decimal"
    argument: str = "Decimal | int"  # and no float: amounts are money, and 0.1 as a float is not a tenth
    json: str = "number"
    expected: str = "a number"
    codec: str = "_codec.DECIMAL"

    def classes(self) -> Iterator[str]:
        return iter(())

    def check(self, value: str) -> str:
        return f"{value}.__class__ in _numbers.EXACT"

    def decode(self, value: str, where: Where) -> str:
        return f"_numbers.decimal({where.arguments}, {value})"

    def encode(self, value: str, where: Where) -> str:
        return f"_numbers.to_send({where.arguments}, {value})"


@dataclass(frozen=True)
class Complex:
    """What a codec checks, decodes and encodes: a kind inside another, or one that JSON types do not tell apart.

    Attributes:
        constant: The name of the codec in the module.
    """

    annotation: str
    argument: str
    json: str
    expected: str
    codec: str
    used: tuple[str, ...]
    constant: str = ""

    def classes(self) -> Iterator[str]:
        return iter(self.used)

    def check(self, value: str) -> str:
        return f"{value} is not UNSET and {value} is not None"  # the codec checks the rest

    def decode(self, value: str, where: Where) -> str:
        return f"_codec.decoded({self.constant}, {where.arguments}, {value})"

    def encode(self, value: str, where: Where) -> str:
        return f"_codec.encoded({self.constant}, {where.arguments}, {value})"


@dataclass(frozen=True)
class EnumOf:
    """A named set of values, open to others."""

    annotation: str
    base: Plain
    module: str

    @property
    def json(self) -> str:
        return self.base.json

    @property
    def argument(self) -> str:
        return f"{self.annotation} | {self.base.annotation}"

    @property
    def expected(self) -> str:
        return self.base.expected

    @property
    def codec(self) -> str:
        return f"_codec.Values({self.annotation!r}, {self.base.codec})"

    def classes(self) -> Iterator[str]:
        yield self.annotation

    def check(self, value: str) -> str:
        return self.base.check(value)

    def decode(self, value: str, where: Where) -> str:
        # A dict of the members. It makes one of a value that it lacks, since a service adds values within a version.
        return f"{self.module.upper()}_MEMBERS[{value}]"

    def encode(self, value: str, where: Where) -> str:
        return f"_wire.plain({where.arguments}, {value}, {self.base.annotation})"


@dataclass(frozen=True)
class ModelOf:
    """An object with a class of its own."""

    annotation: str
    json: str = "object"
    expected: str = "an object"

    @property
    def argument(self) -> str:
        return self.annotation

    @property
    def codec(self) -> str:
        return f"_codec.Model({self.annotation!r})"

    def classes(self) -> Iterator[str]:
        yield self.annotation

    def check(self, value: str) -> str:
        return f"{value}.__class__ is dict"

    def decode(self, value: str, where: Where) -> str:
        return f"{self.annotation}.from_dict({value})"

    def encode(self, value: str, where: Where) -> str:
        return f"_wire.to_dict({where.arguments}, {value}, {self.annotation})"


@dataclass(frozen=True)
class ArrayOf:
    """An array of one kind."""

    item: Single
    json: str = "array"
    expected: str = "an array"

    @property
    def annotation(self) -> str:
        return f"list[{self.item.annotation}]"

    @property
    def argument(self) -> str:
        return self.annotation

    @property
    def codec(self) -> str:
        return f"_codec.Array({self.item.codec})"

    def classes(self) -> Iterator[str]:
        return self.item.classes()

    def check(self, value: str) -> str:
        return f"{value}.__class__ is list"

    def decode(self, value: str, where: Where) -> str:
        if isinstance(self.item, Plain):
            # JSON gave the values as they are, so the list itself can serve when no item is of another type.
            return f"_wire.items({where.arguments}, {value}, {self.item.annotation}, {self.item.expected!r})"
        return f"[{_inside(self.item, 'item', where, '[]')} for item in {value}]"

    def encode(self, value: str, where: Where) -> str:
        return f"_wire.array({where.arguments}, {value}, lambda item: {self.item.encode('item', where)})"


@dataclass(frozen=True)
class MapOf:
    """An object with free keys and values of one kind: plain ones, or objects with a class of their own."""

    item: Plain | ModelOf
    json: str = "object"
    expected: str = "an object"

    @property
    def annotation(self) -> str:
        return f"dict[str, {self.item.annotation}]"

    @property
    def argument(self) -> str:
        return self.annotation

    @property
    def codec(self) -> str:
        return f"_codec.Map({self.item.codec})"

    def classes(self) -> Iterator[str]:
        return self.item.classes()

    def check(self, value: str) -> str:
        return f"{value}.__class__ is dict"

    def decode(self, value: str, where: Where) -> str:
        return f"{{key: {_inside(self.item, 'entry', where, '.*')} for key, entry in {value}.items()}}"

    def encode(self, value: str, where: Where) -> str:
        return f"_wire.free({where.arguments}, {value}, lambda entry: {self.item.encode('entry', where)})"


@dataclass(frozen=True)
class OneOf:
    """One of several kinds that their JSON types tell apart."""

    members: tuple[Single, ...]

    @property
    def json(self) -> str:
        return " or ".join(member.json for member in self.members)

    @property
    def annotation(self) -> str:
        return " | ".join(member.annotation for member in self.members)

    @property
    def argument(self) -> str:
        return " | ".join(member.argument for member in self.members)

    @property
    def expected(self) -> str:
        return " or ".join(member.expected for member in self.members)

    @property
    def codec(self) -> str:
        return f"_codec.Union({', '.join(member.codec for member in self.members)})"

    def classes(self) -> Iterator[str]:
        for member in self.members:
            yield from member.classes()

    def encode(self, value: str, where: Where) -> str:
        # Without a test for the last one, its encoder refuses a value of no member, and names the field.
        *others, last = self.members
        choices = [f"{member.encode(value, where)} if {_is_python(member, value)} else " for member in others]
        return "".join(choices) + last.encode(value, where)


def _inside(kind: Single, value: str, where: Where, step: str) -> str:
    """Expression: the Python value of a value inside another one."""
    inner = Where(where.model, where.field + step)
    return decode(kind, value, inner, f"_mismatch.mismatch({inner.arguments}, {kind.expected!r}, {value})")


def _is_python(kind: Kind, value: str) -> str:
    if isinstance(kind, ModelOf):  # given as a dict too
        return f"isinstance({value}, ({kind.annotation}, dict))"
    return f"isinstance({value}, {_python_class(kind)})"


def _python_class(kind: Kind) -> str:
    return {ArrayOf: "list", MapOf: "dict"}.get(type(kind), kind.annotation)
