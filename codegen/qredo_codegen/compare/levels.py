"""What two schemas say themselves, by what clients may send or may receive, and the pairs of schemas inside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import NamedTuple

from .changes import canonical_json
from .context import Context, Pair
from .limits import compare_limits
from .shapes import TEXTS, Shape, Spot, ValueSet, describe, shape, values

__all__ = ["Below", "Level", "Union", "compare_level", "discriminator_changed", "schemas_below"]

# Formats of which each holds all values of those before it; no format at all holds them all.
_RANKS = {"int32": 1, "int64": 2, "float": 1, "double": 2}
_WIDEST = 9
_EXTRA = "additionalProperties"
_NONE, _TYPED, _ANY = range(3)
_OPENED = {
    (_NONE, _TYPED): "extra-fields-allowed",
    (_NONE, _ANY): "extra-fields-allowed",
    (_TYPED, _NONE): "map-removed",
    (_TYPED, _ANY): "map-values-untyped",
    (_ANY, _NONE): "extra-fields-refused",
    (_ANY, _TYPED): "map-values-typed",
}
_MARKS = {
    "deprecated": ("undeprecated", "deprecated"),
    "x-sensitive": ("sensitivity-changed", "sensitivity-changed"),
}
_HANDLED = frozenset(
    {
        *TEXTS,
        *("$ref", "additionalProperties", "const", "default", "deprecated", "discriminator", "enum", "format", "items"),
        *("nullable", "type", "x-enum-varnames", "x-known-values", "x-list", "x-sensitive"),
        *("readOnly", "writeOnly"),
        *("exclusiveMaximum", "exclusiveMinimum", "maximum", "maxItems", "maxLength", "maxProperties"),
        *("minimum", "minItems", "minLength", "minProperties", "multipleOf", "pattern", "uniqueItems"),
    }
)


class Below(NamedTuple):
    """A pair of schemas inside another pair, and where clients meet it."""

    old: Spot
    new: Spot
    context: Context


class Union(NamedTuple):
    """The alternatives of two schemas, to be paired by what they say."""

    places: tuple[Spot, Spot]
    olds: list[Spot]
    news: list[Spot]


@dataclass(frozen=True)
class Level:
    """The pairs of schemas inside a pair.

    Attributes:
        pair: The pair.
        below: What stands in the same place of both: fields, items, values of a map.
        unions: Their alternatives.
        mapped: Alternatives that the same value of a discriminator stands for.
    """

    pair: Pair
    below: list[Below] = field(default_factory=list)
    unions: list[Union] = field(default_factory=list)
    mapped: list[tuple[Spot, Spot]] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple[Spot, Spot]]:
        """Every pair that may decide whether the two schemas are equal."""
        yield from ((old, new) for old, new, _ in self.below)
        yield from self.mapped
        for union in self.unions:
            yield from product(union.olds, union.news)


def schemas_below(old: Spot | None, new: Spot | None, context: Context) -> Iterator[Below]:
    """Yield two schemas as a pair, unless there is none; one that is not there allows anything."""
    if (spot := old or new) is not None:
        blank = Spot(spot.document, spot.pointer, {})
        yield Below(old or blank, new or blank, context)


def compare_level(old: Spot, new: Spot, context: Context) -> Level:
    """Note what two schemas say differently themselves; return the pairs inside them, which are still to compare."""
    pair = Pair(shape(old), shape(new), context)
    level = Level(pair)
    nullable = pair.old.is_nullable, pair.new.is_nullable
    context.changed("nullable-added" if nullable[1] else "nullable-removed", old, new, *nullable)
    _discriminator(pair, level)
    _rest(pair)
    if pair.old.members or pair.new.members:
        members = (one.members or [one.single or one.spot] for one in pair)
        level.unions.append(Union((pair.old.spot, pair.new.spot), *members))
        if not (pair.old.members and pair.new.members):
            return level
    if _type(pair):
        context.found.pairs.update([(old.pointer, new.pointer), (pair.old.place("type"), pair.new.place("type"))])
        _format(pair)
        _value_sets(pair)
        compare_limits(pair)
        _fields(pair, level)
        _extra_fields(pair, level)
        if pair.old.type == "array":
            level.below.extend(schemas_below(pair.old.below("items"), pair.new.below("items"), context.inside("[]")))
    context.texts(*(Spot(one.spot.document, one.spot.pointer, one.keywords) for one in pair))
    return level


def _type(pair: Pair) -> bool:
    """Compare the types; whether it makes sense to look further."""
    before, after = pair.old.type, pair.new.type
    if before == after:
        return True
    if after is None or (before, after) == ("integer", "number"):
        kind = "type-widened"
    elif before is None or (before, after) == ("number", "integer"):
        kind = "type-narrowed"
    else:
        kind = "type-changed"
    pair.add(kind, "type", before=describe(pair.old.spot), after=describe(pair.new.spot))
    return False


def _format(pair: Pair) -> None:
    ours, theirs = pair.keyword("format")
    rank, other = (_RANKS.get(name, 0) if name else _WIDEST for name in (ours, theirs))
    if rank == other or (0 in (rank, other) and _WIDEST not in (rank, other)):
        kind = "format-changed"
    else:
        kind = "format-widened" if other > rank else "format-narrowed"
    pair.changed(kind, "format", ours, theirs)


def _value_sets(pair: Pair) -> None:
    ours, theirs = values(pair.old), values(pair.new)
    places = [
        next((of.places[key] for key in ("enum", "const", "x-known-values") if key in of.places), of.place("type"))
        for of in pair
    ]
    add = partial(pair.context.add, old=places[0], new=places[1])
    if ours is None or theirs is None or ours.closed != theirs.closed:
        _other_set(ours, theirs, add)
    else:
        stem = "enum-value" if ours.closed else "known-value"
        for value in sorted(ours.names.keys() - theirs.names.keys()):
            add(f"{stem}-removed", before=value, subject=value)
        for value in sorted(theirs.names.keys() - ours.names.keys()):
            add(f"{stem}-added", after=value, subject=value)
    if ours and theirs:
        for value in sorted(ours.names.keys() & theirs.names.keys()):
            name, other = ours.names[value], theirs.names[value]
            pair.context.changed("value-renamed", places[0], places[1], name, other, value)


def _other_set(ours: ValueSet | None, theirs: ValueSet | None, add: Callable[..., None]) -> None:
    before, after = ([json.loads(text) for text in sorted(one.names)] if one else None for one in (ours, theirs))
    if theirs and theirs.closed:
        add("enum-closed", before=before, after=after)
    elif ours and ours.closed:
        add("enum-opened", before=before, after=after)
    elif before != after:
        add("value-set-added" if theirs else "value-set-removed", before=before, after=after)


def _fields(pair: Pair, level: Level) -> None:
    hidden = "readOnly" if pair.context.direction == "request" else "writeOnly"
    ours, theirs = (
        {name: spot for name, spot in one.properties.items() if not shape(spot).keywords.get(hidden)} for one in pair
    )
    for name in sorted(ours.keys() | theirs.keys()):
        here = pair.context.field(name)
        required = [name in one.required for one in pair]
        old, new = pair.old.written.get(name, pair.old.spot.pointer), pair.new.written.get(name, pair.new.spot.pointer)
        if name not in theirs:
            here.add("field-removed", old, new, before=_field_text(ours[name], required[0]), subject=name)
        elif name not in ours:
            kind = "field-added-required" if required[1] and here.direction == "request" else "field-added"
            here.add(kind, old, new, after=_field_text(theirs[name], required[1]), subject=name)
        else:
            here.required("field", old, new, required, name)
            level.below.append(Below(ours[name], theirs[name], here))


def _field_text(spot: Spot, required: bool) -> str:
    return describe(spot) + (", required" if required else "")


def _extra_fields(pair: Pair, level: Level) -> None:
    if pair.old.type != "object":
        return
    ours, theirs = map(_openness, pair)
    if ours != theirs:
        before, after = map(_extra_text, pair)
        pair.add(_OPENED[ours, theirs], _EXTRA, before=before, after=after)
    elif ours == _TYPED:
        level.below.extend(schemas_below(pair.old.below(_EXTRA), pair.new.below(_EXTRA), pair.context.inside("{}")))


def _openness(of: Shape) -> int:
    given = of.keywords.get(_EXTRA, True)
    return _TYPED if isinstance(given, dict) and given else _NONE if given is False else _ANY


def _extra_text(of: Shape) -> str | bool:
    return describe(of.below(_EXTRA)) if _openness(of) == _TYPED else _openness(of) == _ANY


def _discriminator(pair: Pair, level: Level) -> None:
    """Compare by which field, and by which of its values, the alternatives are told apart."""
    (name, ours), (other, theirs) = map(_tags, pair)
    if name != other or (ours.keys() != theirs.keys() and len(pair.old.members) == len(pair.new.members)):
        discriminator_changed(pair)
    else:
        level.mapped.extend((ours[value], theirs[value]) for value in sorted(ours.keys() & theirs.keys()))


def discriminator_changed(pair: Pair) -> None:
    """Note that the alternatives are told apart otherwise."""
    before, after = (
        {"propertyName": name, "mapping": sorted(mapping)} if name else None for name, mapping in map(_tags, pair)
    )
    pair.add("discriminator-changed", "discriminator", before=before, after=after)


def _tags(of: Shape) -> tuple[str | None, dict[str, Spot]]:
    """The field that tells the alternatives apart, and the alternative of each of its values."""
    given = of.keywords.get("discriminator")
    if not isinstance(given, dict):
        return None, {}
    mapping = {str(value): _named(of.spot, str(ref)) for value, ref in (given.get("mapping") or {}).items()}
    known = {one.pointer for one in mapping.values()}
    named = [one for one in of.members if one.pointer.startswith("/components/schemas/") and one.pointer not in known]
    return given.get("propertyName"), mapping | {one.pointer.rpartition("/")[2]: one for one in named}


def _named(spot: Spot, ref: str) -> Spot:
    """The schema that a mapping names, by a reference or by its name."""
    ref = ref if ref.startswith("#") else f"#/components/schemas/{ref}"
    return Spot(spot.document, spot.pointer, {"$ref": ref}).target()


def _rest(pair: Pair) -> None:
    """What neither the type nor the structure decides."""
    for key, kinds in _MARKS.items():
        before, after = map(bool, pair.keyword(key))
        pair.changed(kinds[after], key, before, after)
    ours, theirs = pair.keyword("x-list")
    kind = "list-changed" if ours and theirs else "list-added" if theirs else "list-removed"
    pair.changed(kind, "x-list", ours, theirs)
    pair.changed("default-changed", "default", *pair.keyword("default"))
    for key in sorted((pair.old.keywords.keys() | pair.new.keywords.keys()) - _HANDLED):
        ours, theirs = pair.keyword(key)
        if canonical_json(ours) != canonical_json(theirs):
            kind = "extension-changed" if key.startswith("x-") else "keyword-changed"
            pair.add(kind, key, before={key: ours}, after={key: theirs})
