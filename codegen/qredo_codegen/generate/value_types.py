"""What a value on the wire becomes in Python: the code that checks, decodes and encodes it, by kind of schema.

`decode` and `encode` give Python expressions for the templates. They are written out per field, rather than interpreted
at run time, because decoding a ledger page is the hottest path of a generated package after the signature itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, cast

__all__ = ["ArrayOf", "EnumOf", "Kind", "MapOf", "ModelOf", "OneOf", "Plain", "Single", "Where", "decode"]

_EXPECTED = {"bool": "a boolean", "int": "an integer", "str": "a string"}
_JSON = {"bool": "boolean", "int": "integer", "str": "string"}


@dataclass(frozen=True)
class Where:
    """The place of a value, for error messages: model class and field on the wire."""

    model: str
    field: str

    @property
    def arguments(self) -> str:
        return f'"{self.model}", "{self.field}"'


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
    """A boolean, an integer or a string."""

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

    def classes(self) -> Iterator[str]:
        return iter(())

    def check(self, value: str) -> str:
        return f"{value}.__class__ is {self.annotation}"

    def decode(self, value: str, where: Where) -> str:
        return value

    def encode(self, value: str, where: Where) -> str:
        if self.annotation != "int":
            return value
        return f"{value} if {value}.__class__ is int else _wire.not_integer({where.arguments}, {value})"


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

    def classes(self) -> Iterator[str]:
        yield self.annotation

    def check(self, value: str) -> str:
        return self.base.check(value)

    def decode(self, value: str, where: Where) -> str:
        return f"{self.module.upper()}[{value}]"

    def encode(self, value: str, where: Where) -> str:
        return f"{self.base.annotation}({value})"


@dataclass(frozen=True)
class ModelOf:
    """An object with a class of its own."""

    annotation: str
    json: str = "object"

    @property
    def argument(self) -> str:
        return self.annotation

    @property
    def expected(self) -> str:
        return "an object"

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

    @property
    def annotation(self) -> str:
        return f"list[{self.item.annotation}]"

    @property
    def argument(self) -> str:
        return self.annotation

    @property
    def expected(self) -> str:
        return "an array"

    def classes(self) -> Iterator[str]:
        return self.item.classes()

    def check(self, value: str) -> str:
        return f"{value}.__class__ is list"

    def decode(self, value: str, where: Where) -> str:
        items = value
        if not isinstance(self.item, ModelOf):
            items = f"_wire.items({where.arguments}, {value}, {_checked(self.item)})"
        return items if isinstance(self.item, Plain) else f"[{self.item.decode('item', where)} for item in {items}]"

    def encode(self, value: str, where: Where) -> str:
        encoded = self.item.encode("item", where)
        items = f"({value} if {value}.__class__ is list else _wire.listed({where.arguments}, {value}))"
        return items if encoded == "item" else f"[{encoded} for item in {items}]"


@dataclass(frozen=True)
class MapOf:
    """An object with free keys and values of one kind: plain ones, or objects with a class of their own."""

    item: Plain | ModelOf
    json: str = "object"

    @property
    def annotation(self) -> str:
        return f"dict[str, {self.item.annotation}]"

    @property
    def argument(self) -> str:
        return self.annotation

    @property
    def expected(self) -> str:
        return "an object"

    def classes(self) -> Iterator[str]:
        return self.item.classes()

    def check(self, value: str) -> str:
        return f"{value}.__class__ is dict"

    def decode(self, value: str, where: Where) -> str:
        if isinstance(self.item, ModelOf):
            return f"{{key: {self.item.decode('entry', where)} for key, entry in {value}.items()}}"
        return f"_wire.values({where.arguments}, {value}, {_checked(self.item)})"

    def encode(self, value: str, where: Where) -> str:
        encoded = self.item.encode("entry", where)
        return value if encoded == "entry" else f"{{key: {encoded} for key, entry in {value}.items()}}"


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

    def classes(self) -> Iterator[str]:
        for member in self.members:
            yield from member.classes()

    def encode(self, value: str, where: Where) -> str:
        *others, last = self.members
        choices = [f"{member.encode(value, where)} if {_is_python(member, value)} else " for member in others]
        return "".join(choices) + last.encode(value, where)


def _checked(kind: Single) -> str:
    base = kind.base if isinstance(kind, EnumOf) else kind
    return f'{_python_class(base)}, "{kind.expected}"'


def _is_python(kind: Kind, value: str) -> str:
    if isinstance(kind, ModelOf):  # given as a dict too
        return f"isinstance({value}, ({kind.annotation}, dict))"
    return f"isinstance({value}, {_python_class(kind)})"


def _python_class(kind: Kind) -> str:
    return {ArrayOf: "list", MapOf: "dict"}.get(type(kind), kind.annotation)
