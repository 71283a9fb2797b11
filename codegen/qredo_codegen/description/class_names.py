"""Names for the classes of a description, their modules, and what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from keyword import iskeyword
from typing import Any

from .names import Names, Wanted, argument_name, class_name, member_name
from .reserved import CLASSES, MODEL
from .schema_class import SchemaClass

__all__ = ["name_classes"]

# What the class of an enum has already. The last is not in every version of Python.
_ENUM = frozenset({"mro", "name", "value", "is_known", *dir(str), *dir(int), "is_integer"})


def name_classes(classes: Mapping[str, SchemaClass], names: Names, taken: Set[str]) -> None:
    """Give each class its name, its module and the names of what is in it.

    Args:
        classes: The classes by the pointer of their schemas.
        names: Gives names.
        taken: Names that other classes of the package have.
    """
    wanted = [Wanted(at, one.wire, class_name(one.wire or one.hint)) for at, one in classes.items()]
    given = names.give("classes", wanted, lambda name: name not in CLASSES | taken and class_name(name) == name)
    modules = names.give(
        "modules",
        [Wanted(name, argument_name(name), argument_name(name)) for name in sorted(given.values())],
        lambda name: True,
    )
    for at, one in classes.items():
        one.name = given[at]
        one.module = modules[one.name]
        one.names = _inner(at, one, names)


def _inner(at: str, one: SchemaClass, names: Names) -> Mapping[Any, str]:
    if one.values is None:
        fields = [Wanted(wire, wire, argument_name(wire)) for wire in one.fields]
        return names.give(
            "fields", fields, lambda name: name not in MODEL and argument_name(name) == name, scope=at + " "
        )
    keys = {f"{value!r}" if not isinstance(value, str) else value: value for value in one.values}
    given = one.varnames or [member_name(value) for value in one.values]
    members = [Wanted(key, name if one.varnames else key, _member(name)) for key, name in zip(keys, given, strict=True)]
    found = names.give("members", members, lambda name: name not in _ENUM, scope=at + " ")
    return {value: found[key] for key, value in keys.items()}


def _member(name: str) -> str:
    is_name = name.isidentifier() and not iskeyword(name) and not name.startswith("_")
    return name if is_name else member_name(name)
