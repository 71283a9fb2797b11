"""What a value on the wire becomes in Python: the code that checks, decodes and encodes it, by kind of schema.

The methods give Python expressions for the templates. They are written out per field, rather than interpreted at run
time, because decoding a ledger page is the hottest path of a generated package after the signature itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "ANYTHING",
    "DECIMAL",
    "FILE",
    "NOTHING",
    "PLAIN",
    "ArrayOf",
    "Complex",
    "Decimal",
    "EnumOf",
    "Kind",
    "MapOf",
    "ModelOf",
    "Plain",
    "Single",
    "Where",
    "array_of",
    "enum_of",
    "map_of",
    "model_of",
    "nullable",
    "one_of",
]


class Where(NamedTuple):
    """The place of a value, for error messages: model class and field on the wire."""

    model: str
    field: str

    @property
    def arguments(self) -> str:
        return f"{self.model!r}, {self.field!r}"


@dataclass(frozen=True)
class Kind(ABC):
    """How values of one schema are written, checked, decoded and encoded.

    Attributes:
        annotation: Its type where it is read.
        argument: Its type where a caller gives it.
        json: Its JSON type.
        expected: What an error message calls it.
        codec: Expression: the object of `_codec` that does the same where a kind is inside another.
        classes: Names of the classes of the package that it needs.
    """

    annotation: str
    argument: str
    json: str
    expected: str
    codec: str
    classes: tuple[str, ...]

    @abstractmethod
    def read(self, value: str, where: Where, fallback: str) -> str:
        """Expression: the Python value of any JSON value; `fallback` is an expression for one of another type."""

    @abstractmethod
    def encode(self, value: str, where: Where) -> str:
        """Expression: the JSON value of a Python value."""


class Single(Kind):
    """A kind with one JSON type."""

    @property
    def python(self) -> str:
        """Expression: what `isinstance` takes to recognize its Python values."""
        return self.annotation

    @abstractmethod
    def check(self, value: str) -> str:
        """Expression: whether a decoded JSON value has the right type."""

    @abstractmethod
    def decode(self, value: str, where: Where) -> str:
        """Expression: the Python value of a checked JSON value."""

    def read(self, value: str, where: Where, fallback: str) -> str:
        return f"{self.decode(value, where)} if {self.check(value)} else {fallback}"


class Plain(Single):
    """A boolean, an integer or a string; bytes where they are the whole content of a body or a response."""

    def check(self, value: str) -> str:
        # Not isinstance: a bool is an int in Python, and in JSON it is not a number.
        return f"{value}.__class__ is {self.annotation}"

    def decode(self, value: str, where: Where) -> str:
        return value

    def encode(self, value: str, where: Where) -> str:
        # Most values are exactly of their class. To test that here saves a call for each of them.
        return f"{value} if {self.check(value)} else _wire.plain({where.arguments}, {value}, {self.annotation})"


class Decimal(Single):
    """A number, exact to its last digit."""

    @property
    def python(self) -> str:
        return "(Decimal, int)"

    def check(self, value: str) -> str:
        return f"{value}.__class__ in _numbers.EXACT"

    def decode(self, value: str, where: Where) -> str:
        return f"_numbers.decimal({where.arguments}, {value})"

    def encode(self, value: str, where: Where) -> str:
        return f"_numbers.to_send({where.arguments}, {value})"


@dataclass(frozen=True)
class Complex(Single):
    """What a codec checks, decodes and encodes: a kind inside another, or one that JSON types do not tell apart.

    Attributes:
        constant: The name of the codec in the module.
    """

    constant: str = ""

    def check(self, value: str) -> str:
        return f"{value} is not UNSET and {value} is not None"  # the codec checks the rest

    def decode(self, value: str, where: Where) -> str:
        return f"_codec.decoded({self.constant}, {where.arguments}, {value})"

    def encode(self, value: str, where: Where) -> str:
        return f"_codec.encoded({self.constant}, {where.arguments}, {value})"


@dataclass(frozen=True)
class EnumOf(Single):
    """A named set of values, open to others."""

    base: Plain
    module: str

    @property
    def python(self) -> str:
        return self.base.python  # a plain value is given as well

    def check(self, value: str) -> str:
        return self.base.check(value)

    def decode(self, value: str, where: Where) -> str:
        # A dict of the members. It makes one of a value that it lacks, since a service adds values within a version.
        return f"{self.module.upper()}_MEMBERS[{value}]"

    def encode(self, value: str, where: Where) -> str:
        return f"_wire.plain({where.arguments}, {value}, {self.base.annotation})"


class ModelOf(Single):
    """An object with a class of its own."""

    @property
    def python(self) -> str:
        return f"({self.annotation}, dict)"  # given as a dict too

    def check(self, value: str) -> str:
        return f"{value}.__class__ is dict"

    def decode(self, value: str, where: Where) -> str:
        return f"{self.annotation}.from_dict({value})"

    def encode(self, value: str, where: Where) -> str:
        return f"_wire.to_dict({where.arguments}, {value}, {self.annotation})"


@dataclass(frozen=True)
class _Container(Single):
    item: Single

    @property
    def python(self) -> str:
        return self.annotation.partition("[")[0]

    def check(self, value: str) -> str:
        return f"{value}.__class__ is {self.python}"

    def _inside(self, value: str, where: Where, step: str) -> str:
        """Expression: the Python value of an item."""
        inner = Where(where.model, where.field + step)
        fallback = f"_mismatch.mismatch({inner.arguments}, {self.item.expected!r}, {value})"
        return self.item.read(value, inner, fallback)


class ArrayOf(_Container):
    """An array of one kind."""

    def decode(self, value: str, where: Where) -> str:
        if isinstance(self.item, Plain):
            # JSON gave the values as they are, so the list itself can serve when no item is of another type.
            return f"_wire.items({where.arguments}, {value}, {self.item.annotation}, {self.item.expected!r})"
        return f"[{self._inside('item', where, '[]')} for item in {value}]"

    def encode(self, value: str, where: Where) -> str:
        return f"_wire.array({where.arguments}, {value}, lambda item: {self.item.encode('item', where)})"


class MapOf(_Container):
    """An object with free keys and values of one kind."""

    def decode(self, value: str, where: Where) -> str:
        return f"{{key: {self._inside('entry', where, '.*')} for key, entry in {value}.items()}}"

    def encode(self, value: str, where: Where) -> str:
        return f"_wire.free({where.arguments}, {value}, lambda entry: {self.item.encode('entry', where)})"


@dataclass(frozen=True)
class _OneOf(Kind):
    """One of several kinds that their JSON types tell apart."""

    members: tuple[Single, ...]

    def read(self, value: str, where: Where, fallback: str) -> str:
        for member in reversed(self.members):
            fallback = member.read(value, where, fallback)
        return fallback

    def encode(self, value: str, where: Where) -> str:
        # Without a test for the last one, its encoder refuses a value of no member, and names the field.
        # A boolean comes first, since it is an int in Python.
        *others, last = sorted(self.members, key=lambda member: member.json != "boolean")
        choices = [f"{member.encode(value, where)} if isinstance({value}, {member.python}) else " for member in others]
        return "".join(choices) + last.encode(value, where)


PLAIN = {
    "boolean": Plain("bool", "bool", "boolean", "a boolean", "_codec.BOOL", ()),
    "bytes": Plain("bytes", "bytes", "string", "bytes", "_codec.BINARY", ()),
    "integer": Plain("int", "int", "integer", "an integer", "_codec.INT", ()),
    "string": Plain("str", "str", "string", "a string", "_codec.STR", ()),
}
# Given as Decimal or int, and not as float: amounts are money, and 0.1 as a float is not a tenth.
DECIMAL = Decimal("Decimal", "Decimal | int", "number", "a number", "_codec.DECIMAL", ())
NOTHING = Complex("None", "None", "null", "nothing", "_codec.NOTHING", ())
ANYTHING = Complex("Any", "Any", "any", "anything", "_codec.ANY", ())
FILE = Complex("bytes | File", "bytes | File", "string", "a file", "_codec.FILE", ())


def enum_of(name: str, base: Plain, module: str) -> EnumOf:
    """The kind of a set of values, by its class."""
    codec = f"_codec.Values({name!r}, {base.codec})"
    return EnumOf(name, f"{name} | {base.annotation}", base.json, base.expected, codec, (name,), base, module)


def model_of(name: str) -> ModelOf:
    """The kind of an object, by its class."""
    return ModelOf(name, name, "object", "an object", f"_codec.Model({name!r})", (name,))


def array_of(item: Kind) -> Single:
    """The kind of an array."""
    annotation = f"list[{item.annotation}]"
    given = annotation, annotation, "array", "an array", f"_codec.Array({item.codec})", item.classes
    return ArrayOf(*given, item) if isinstance(item, Plain | EnumOf | ModelOf) else Complex(*given)


def map_of(item: Kind) -> Single:
    """The kind of an object with free keys."""
    annotation = f"dict[str, {item.annotation}]"
    given = annotation, annotation, "object", "an object", f"_codec.Map({item.codec})", item.classes
    return MapOf(*given, item) if isinstance(item, Plain | ModelOf) else Complex(*given)


def nullable(kind: Kind) -> Complex:
    """A kind or null."""
    types = f"{kind.annotation} | None", f"{kind.argument} | None"
    return Complex(*types, kind.json, f"{kind.expected} or null", f"_codec.Nullable({kind.codec})", kind.classes)


def one_of(members: Sequence[Kind]) -> Kind:
    """One of several kinds."""
    annotation, argument, json, expected = (
        separator.join(dict.fromkeys(getattr(member, name) for member in members))
        for name, separator in (("annotation", " | "), ("argument", " | "), ("json", " or "), ("expected", " or "))
    )
    codec = f"_codec.Union({', '.join(member.codec for member in members)})"
    classes = tuple(dict.fromkeys(name for member in members for name in member.classes))
    simple = [one for one in members if isinstance(one, Single) and not isinstance(one, Complex)]
    if len({member.json for member in members}) == len(members) == len(simple):
        return _OneOf(annotation, argument, json, expected, codec, classes, tuple(simple))
    return Complex(annotation, argument, json, expected, codec, classes)
