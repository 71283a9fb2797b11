"""Two schemas by what clients may send, or may receive: fields, types, values, limits and alternatives."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .changes import canonical_json
from .context import Context
from .limits import compare_limits
from .shapes import TEXTS, Shape, Spot, ValueSet, describe, shape, values

__all__ = ["compare_schemas"]

# Formats of which each holds all values of those before it; no format at all holds them all.
_RANKS = {"int32": 1, "int64": 2, "float": 1, "double": 2}
_WIDEST = 9
_EXTRA = "additionalProperties"
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


def compare_schemas(old: Spot | None, new: Spot | None, context: Context) -> None:
    """Note every difference between two schemas, references followed.

    Args:
        old: The schema of before; None is a schema that allows anything.
        new: The schema of now.
        context: Where clients meet it.
    """
    if old is None or new is None:
        if (spot := old or new) is not None:
            blank = Spot(spot.document, spot.pointer, {})
            compare_schemas(old or blank, new or blank, context)
        return
    inner = context.entering(old, new)
    pair = (old.pointer, new.pointer, context.direction)
    if inner is None or pair in context.equal:
        return
    noted = context.found.noted
    _compare(old, new, inner)
    if context.found.noted == noted and not context.visited:  # inside another pair, a look may have ended early
        context.equal.add(pair)


def _compare(old: Spot, new: Spot, inner: Context) -> None:
    before, after = shape(old), shape(new)
    _nullable(before, after, inner)
    _discriminator(old, new, before, after, inner)
    if before.members or after.members:
        _members(before.members or [old], after.members or [new], (old.pointer, new.pointer), inner)
        _rest(before, after, inner)
        if not (before.members and after.members):
            return
    if _type(old, new, before, after, inner):
        inner.pairs.add((old.pointer, new.pointer))
        _format(before, after, inner)
        _value_sets(before, after, inner)
        compare_limits(before, after, inner)
        _fields(before, after, inner)
        _extra_fields(old, new, before, after, inner)
        _items(old, new, before, after, inner)
    if not before.members:
        _rest(before, after, inner)
    _words(old, new, before, after, inner)


def _nullable(before: Shape, after: Shape, context: Context) -> None:
    flags = before.is_nullable, after.is_nullable
    if flags[0] != flags[1]:
        kind = "nullable-added" if flags[1] else "nullable-removed"
        context.add(kind, before.pointer, after.pointer, before=flags[0], after=flags[1], directed=True)


def _type(old: Spot, new: Spot, before: Shape, after: Shape, context: Context) -> bool:
    """Compare the types; whether it makes sense to look further."""
    if before.type == after.type:
        return True
    if after.type is None or (before.type, after.type) == ("integer", "number"):
        kind = "type-widened"
    elif before.type is None or (before.type, after.type) == ("number", "integer"):
        kind = "type-narrowed"
    else:
        kind = "type-changed"
    places = before.place("type"), after.place("type")
    context.add(kind, *places, before=describe(old), after=describe(new), directed=True)
    return False


def _format(before: Shape, after: Shape, context: Context) -> None:
    ours, theirs = before.keywords.get("format"), after.keywords.get("format")
    if ours == theirs:
        return
    rank, other = (_RANKS.get(name, 0) if name else _WIDEST for name in (ours, theirs))
    if rank == other or (0 in (rank, other) and _WIDEST not in (rank, other)):
        kind = "format-changed"
    else:
        kind = "format-widened" if other > rank else "format-narrowed"
    context.add(kind, before.place("format"), after.place("format"), before=ours, after=theirs, directed=True)


def _value_sets(before: Shape, after: Shape, context: Context) -> None:
    ours, theirs = values(before), values(after)
    places = _set_place(before), _set_place(after)
    if ours is None or theirs is None or ours.closed != theirs.closed:
        _other_set(ours, theirs, places, context)
    else:
        stem = "enum-value" if ours.closed else "known-value"
        for value in sorted(ours.names.keys() - theirs.names.keys()):
            context.add(f"{stem}-removed", *places, before=value, subject=value, directed=ours.closed)
        for value in sorted(theirs.names.keys() - ours.names.keys()):
            context.add(f"{stem}-added", *places, after=value, subject=value, directed=ours.closed)
    if ours and theirs:
        for value in sorted(ours.names.keys() & theirs.names.keys()):
            names = ours.names[value], theirs.names[value]
            if names[0] != names[1]:
                context.add("value-renamed", *places, before=names[0], after=names[1], subject=value)


def _other_set(ours: ValueSet | None, theirs: ValueSet | None, places: tuple[str, str], context: Context) -> None:
    before, after = ([json.loads(text) for text in sorted(one.names)] if one else None for one in (ours, theirs))
    if theirs and theirs.closed:
        context.add("enum-closed", *places, before=before, after=after, directed=True)
    elif ours and ours.closed:
        context.add("enum-opened", *places, before=before, after=after, directed=True)
    elif before != after:
        context.add("value-set-added" if theirs else "value-set-removed", *places, before=before, after=after)


def _set_place(of: Shape) -> str:
    return next((of.places[key] for key in ("enum", "const", "x-known-values") if key in of.places), of.place("type"))


def _fields(before: Shape, after: Shape, context: Context) -> None:
    hidden = "readOnly" if context.direction == "request" else "writeOnly"
    ours, theirs = (
        {name: spot for name, spot in one.properties.items() if not shape(spot).keywords.get(hidden)}
        for one in (before, after)
    )
    for name in sorted(ours.keys() | theirs.keys()):
        here = context.field(name)
        if name not in theirs:
            text = _field_text(ours[name], name in before.required)
            here.add("field-removed", before.written[name], after.pointer, before=text, subject=name, directed=True)
        elif name not in ours:
            required = name in after.required
            kind = "field-added-required" if required and context.direction == "request" else "field-added"
            text = _field_text(theirs[name], required)
            here.add(kind, before.pointer, after.written[name], after=text, subject=name, directed=True)
        else:
            _required(name, before, after, here)
            compare_schemas(ours[name], theirs[name], here)


def _required(name: str, before: Shape, after: Shape, context: Context) -> None:
    ours, theirs = (name in one.required for one in (before, after))
    if ours != theirs:
        kind = "field-became-required" if theirs else "field-became-optional"
        words = [("optional", "required")[flag] for flag in (ours, theirs)]
        places = before.written[name], after.written[name]
        context.add(kind, *places, before=words[0], after=words[1], subject=name, directed=True)


def _field_text(spot: Spot, required: bool) -> str:
    return describe(spot) + (", required" if required else "")


def _extra_fields(old: Spot, new: Spot, before: Shape, after: Shape, context: Context) -> None:
    if before.type != "object":
        return
    ours, theirs = (one.keywords.get("additionalProperties", True) for one in (before, after))
    places = before.place("additionalProperties"), after.place("additionalProperties")
    kind = _extra_fields_kind(_openness(ours), _openness(theirs))
    if kind is not None:
        words = [describe(before.below(_EXTRA, old)) if _openness(ours) == 1 else bool(_openness(ours))]
        words += [describe(after.below(_EXTRA, new)) if _openness(theirs) == 1 else bool(_openness(theirs))]
        context.add(kind, *places, before=words[0], after=words[1], directed=True)
    elif _openness(ours) == 1:
        compare_schemas(before.below(_EXTRA, old), after.below(_EXTRA, new), context.inside("{}"))


def _openness(given: Any) -> int:
    """0 for no further fields, 1 for those of one schema, 2 for any."""
    return 1 if isinstance(given, dict) and given else 2 if given is not False else 0


def _extra_fields_kind(before: int, after: int) -> str | None:
    if before == after:
        return None
    if before == 0:
        return "extra-fields-allowed"
    if after == 0:
        return "map-removed" if before == 1 else "extra-fields-refused"
    return "map-values-untyped" if before == 1 else "map-values-typed"


def _items(old: Spot, new: Spot, before: Shape, after: Shape, context: Context) -> None:
    if before.type == "array":
        ours = before.below("items", old) if "items" in before.keywords else None
        theirs = after.below("items", new) if "items" in after.keywords else None
        compare_schemas(ours, theirs, context.inside("[]"))


def _members(olds: list[Spot], news: list[Spot], places: tuple[str, str], context: Context) -> None:
    """Pair the alternatives: equal ones first, then those of one type; what is left was added or removed."""
    equal, olds, news = _pair(olds, news, lambda old, new: not _differ(old, new, context))
    alike, olds, news = _pair(olds, news, lambda old, new: describe(old) == describe(new))
    for old, new in [*equal, *alike]:
        compare_schemas(old, new, context.inside(f"<{describe(old)}>"))
    for old in olds:
        context.add("union-member-removed", *places, before=describe(old), directed=True)
    for new in news:
        context.add("union-member-added", *places, after=describe(new), directed=True)


def _discriminator(old: Spot, new: Spot, before: Shape, after: Shape, context: Context) -> None:
    """Compare by which field, and by which of its values, the alternatives are told apart."""
    ours, theirs = _tags(old, before), _tags(new, after)
    shared = ours[1].keys() & theirs[1].keys()
    is_same = ours[0] == theirs[0] and (ours[1].keys() == theirs[1].keys() or len(before.members) != len(after.members))
    if not is_same or any(_differ(ours[1][value], theirs[1][value], context) for value in sorted(shared)):
        places = before.place("discriminator"), after.place("discriminator")
        words = [
            {"propertyName": name, "mapping": sorted(mapping)} if name else None for name, mapping in (ours, theirs)
        ]
        context.add("discriminator-changed", *places, before=words[0], after=words[1], directed=True)


def _tags(spot: Spot, of: Shape) -> tuple[str | None, dict[str, Spot]]:
    """The field that tells the alternatives apart, and the alternative of each of its values."""
    given = of.keywords.get("discriminator")
    if not isinstance(given, dict):
        return None, {}
    mapping = {str(value): _named(spot, str(ref)) for value, ref in (given.get("mapping") or {}).items()}
    known = {one.pointer for one in mapping.values() if one is not None}
    found = {value: one for value, one in mapping.items() if one is not None}
    named = [one for one in of.members if one.pointer.startswith("/components/schemas/") and one.pointer not in known]
    implicit = {one.pointer.rpartition("/")[2]: one for one in named}
    return given.get("propertyName"), found | implicit


def _named(spot: Spot, ref: str) -> Spot | None:
    """The schema that a mapping names, by a reference or by its name."""
    ref = ref if ref.startswith("#") else f"#/components/schemas/{ref}"
    return Spot(spot.document, spot.pointer, {"x": {"$ref": ref}}).child("x")


def _pair(
    olds: list[Spot], news: list[Spot], fits: Callable[[Spot, Spot], bool]
) -> tuple[list[tuple[Spot, Spot]], list[Spot], list[Spot]]:
    """Pairs that fit, and what is left of both."""
    pairs: list[tuple[Spot, Spot]] = []
    left: list[Spot] = []
    right = list(news)
    for old in olds:
        index = next((index for index, new in enumerate(right) if fits(old, new)), None)
        if index is None:
            left.append(old)
        else:
            pairs.append((old, right.pop(index)))
    return pairs, left, right


def _differ(old: Spot, new: Spot, context: Context) -> bool:
    trial = context.trial()
    compare_schemas(old, new, trial)
    return bool(trial.found)


def _rest(before: Shape, after: Shape, context: Context) -> None:
    """What neither the type nor the structure decides."""
    for key, kind in (("deprecated", "deprecated"), ("x-sensitive", "sensitivity-changed")):
        flags = bool(before.keywords.get(key)), bool(after.keywords.get(key))
        if flags[0] != flags[1]:
            name = "undeprecated" if flags[0] and kind == "deprecated" else kind
            context.add(name, before.place(key), after.place(key), before=flags[0], after=flags[1])
    marks = before.keywords.get("x-list"), after.keywords.get("x-list")
    if marks[0] != marks[1]:
        kind = "list-changed" if all(marks) else "list-added" if marks[1] else "list-removed"
        context.add(kind, before.place("x-list"), after.place("x-list"), before=marks[0], after=marks[1])
    ours, theirs = (one.keywords.get("default") for one in (before, after))
    if ours != theirs:
        places = before.place("default"), after.place("default")
        context.add("default-changed", *places, before=ours, after=theirs, directed=True)
    for key in sorted((before.keywords.keys() | after.keywords.keys()) - _HANDLED):
        ours, theirs = before.keywords.get(key), after.keywords.get(key)
        if canonical_json(ours) != canonical_json(theirs):
            places, extension = (before.place(key), after.place(key)), key.startswith("x-")
            kind = "extension-changed" if extension else "keyword-changed"
            context.add(kind, *places, before={key: ours}, after={key: theirs}, directed=not extension)


def _words(old: Spot, new: Spot, before: Shape, after: Shape, context: Context) -> None:
    texts = [Spot(spot.document, spot.pointer, one.keywords) for spot, one in ((old, before), (new, after))]
    context.texts(*texts)
