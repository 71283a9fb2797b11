"""The fields that the description gives a response, as `--fields` names them: known before anything is sent."""

from __future__ import annotations

import difflib
import fnmatch
import sys
import types
import typing
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from typing import Any

from .._operations import Operation

__all__ = ["NOTHING_KNOWN", "Tables", "hint_at", "merged", "names_in", "tables_of", "unknown"]

Tables = Mapping[str, Set[str]]
"""The fields of the response itself (`""`), and of the items of its lists, by the name of the list.

What is below an object of any keys is a pattern, such as `clientData.*`.
"""

NOTHING_KNOWN: Tables = types.MappingProxyType({})


def tables_of(operation: Operation) -> Tables:
    """Return the fields that a response may have. If it is a list itself, `""` has those of its items."""
    tables = defaultdict[str, set[str]](set)
    for name, field in _of_response(operation.response_type, operation.package.models):
        tables[name].add(field)
    return tables


def names_in(tables: Tables) -> frozenset[str]:
    """Return all fields of all tables."""
    return frozenset[str]().union(*tables.values())


def merged(one: Tables, other: Tables) -> Tables:
    """Return tables with the fields of both."""
    return {name: {*one.get(name, ()), *other.get(name, ())} for name in (*one, *other)}


def unknown(names: Iterable[str], known: Collection[str]) -> list[str]:
    """Return the names that are neither known nor fit a pattern."""
    patterns = [each for each in known if each.endswith("*")]
    return [
        name for name in names if name not in known and not any(fnmatch.fnmatchcase(name, each) for each in patterns)
    ]


def hint_at(wrong: str, known: Collection[str]) -> str:
    """Name the field that may be meant, and all that there are."""
    near = difflib.get_close_matches(wrong, known, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"{meant}the fields are {', '.join(sorted(known))}" if known else "it has none"


def _of_response(annotation: Any, models: Any) -> Iterator[tuple[str, str]]:
    """The fields of the response, each with the name of its table."""
    for one in _choices(annotation):
        if _is_list(one):
            yield from (("", field) for field in _of_items(one, models))
            continue
        for name, hint in _flat_fields(one, models, "", ()):
            yield "", name
            for each in filter(_is_list, _choices(hint)):
                yield from ((name, field) for field in _of_items(each, models))


def _of_items(annotation: Any, models: Any) -> Iterator[str]:
    for item in _choices(typing.get_args(annotation)[0]):
        yield from (name for name, _ in _flat_fields(item, models, "", ()))


def _flat_fields(annotation: Any, models: Any, prefix: str, inside: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """The paths below a value and their types, as `flat` names them in JSON."""
    if not hasattr(annotation, "from_dict") or annotation in inside:
        if annotation is Any or annotation in inside or typing.get_origin(annotation) is dict:
            yield f"{prefix}*", Any
        return
    module = sys.modules[annotation.__module__]
    hints = typing.get_type_hints(annotation, {**vars(models), **vars(module)})
    more = hints.pop("additional_properties", dict[str, Any])
    names = getattr(annotation, "JSON_FIELDS", ())  # a package of another generator has none
    if not names or typing.get_args(more)[1] is not Any:  # or a map of described values
        yield f"{prefix}*", Any
    for name, hint in zip(names, hints.values(), strict=False):
        yield prefix + name, hint
        for each in _choices(hint):
            yield from _flat_fields(each, models, f"{prefix}{name}.", (*inside, annotation))


def _choices(annotation: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(annotation) in {types.UnionType, typing.Union}
    return typing.get_args(annotation) if is_union else (annotation,)


def _is_list(annotation: Any) -> bool:
    """Whether a type is a list, or an iterator over pages."""
    return typing.get_origin(annotation) in {list, Iterator}
