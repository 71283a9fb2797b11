"""Enums that keep a value which the description does not list: the service adds values, and none of them is lost."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum
from typing import TypeVar

__all__ = ["Members", "OpenIntEnum", "OpenStrEnum"]

E = TypeVar("E", bound=Enum)
V = TypeVar("V", str, int)


class _Open(Enum):
    @property
    def is_known(self) -> bool:
        """Whether the description lists this value."""
        return self._value_ in type(self)._value2member_map_


class OpenStrEnum(_Open, StrEnum):
    """A set of known texts, open to others: `is_known` tells them apart, equality is that of the text."""

    @classmethod
    def _missing_(cls, value: object) -> OpenStrEnum | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = str(value)
        return member


class OpenIntEnum(_Open, IntEnum):
    """A set of known numbers, open to others: `is_known` tells them apart, equality is that of the number."""

    @classmethod
    def _missing_(cls, value: object) -> OpenIntEnum | None:
        if type(value) is not int:
            return None
        member = int.__new__(cls, value)
        member._name_ = str(value)
        member._value_ = value
        return member


class Members(dict[V, E]):
    """The members of an open enum by their values: far quicker to ask than the enum itself.

    An unknown value gets a member too, which is not kept here: a service cannot make this grow.
    """

    __slots__ = ("_enum",)

    def __init__(self, enum: type[E]) -> None:
        super().__init__({member.value: member for member in enum})
        self._enum = enum

    def __missing__(self, value: V) -> E:
        return self._enum(value)
