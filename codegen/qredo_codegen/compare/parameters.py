"""The parameters of two operations."""

from __future__ import annotations

from qredo_codegen.description.names import argument_name

from .calls import Call, generic, placeholders
from .context import Context
from .schemas import compare_schemas
from .shapes import Spot, describe, shape

__all__ = ["compare_deprecation", "compare_parameters", "parameter_text", "value_schema"]


def compare_parameters(old: Call, new: Call, context: Context) -> None:
    """Note every difference between the parameters of two operations."""
    ours, theirs = _by_place(old), _by_place(new)
    if generic(old.path) == generic(new.path):
        theirs = _renamed_in_path(old, new, ours, theirs, context)
    moved = {name: place for place, name in sorted(theirs.keys() - ours.keys())}
    for (place, name), parameter in sorted(ours.items()):
        here = context.at(f"{place} parameter {name}", "request")
        now = place if (place, name) in theirs else moved.pop(name, None)
        if now is None:
            here.add("parameter-removed", parameter, new.spot, before=parameter_text(parameter), subject=name)
            continue
        there = theirs.pop((now, name))
        here.changed("parameter-location-changed", parameter, there, place, now, name)
        _parameter(parameter, there, here)
    fields = _body_keywords(old)
    for (place, name), parameter in sorted(theirs.items()):
        kind = "parameter-added-required" if parameter.get("required") else "parameter-added"
        if argument_name(name) in fields:
            kind = "parameter-takes-field"
        here = context.at(f"{place} parameter {name}", "request")
        here.add(kind, old.spot, parameter, after=parameter_text(parameter), subject=name)


def _body_keywords(call: Call) -> set[str]:
    """The keywords by which users give the fields of a body."""
    body = call.spot.child("requestBody")
    media = body.children("content").values() if body is not None else ()
    schemas = [schema for one in media if (schema := one.child("schema")) is not None]
    return {argument_name(name) for schema in schemas for name in shape(schema).properties}


def _by_place(call: Call) -> dict[tuple[str, str], Spot]:
    """The parameters of an operation by location and name; its own go before those of its path."""
    found: dict[tuple[str, str], Spot] = {}
    for holder in (call.item, call.spot):
        for parameter in holder.items("parameters"):
            place, name = str(parameter.get("in")), str(parameter.get("name"))
            found[place, name.lower() if place == "header" else name] = parameter
    return found


def _renamed_in_path(
    old: Call, new: Call, ours: dict[tuple[str, str], Spot], theirs: dict[tuple[str, str], Spot], context: Context
) -> dict[tuple[str, str], Spot]:
    """The new parameters under the names that they had in the old path."""
    before = dict(zip(placeholders(new.path), placeholders(old.path), strict=True))
    for now, then in before.items():
        if argument_name(now) != argument_name(then):
            here = context.at(f"path parameter {then}", "request")
            places = ours["path", then], theirs["path", now]
            here.add("parameter-renamed", *places, before=then, after=now, subject=then)
    return {(place, before.get(name, name) if place == "path" else name): at for (place, name), at in theirs.items()}


def _parameter(old: Spot, new: Spot, context: Context) -> None:
    name = str(old.get("name"))
    context.required("parameter", old, new, [one.is_required for one in (old, new)], name)
    context.changed("parameter-style-changed", old, new, _style(old), _style(new), name)
    compare_deprecation(old, new, context)
    compare_schemas(value_schema(old), value_schema(new), context)
    context.texts(old, new)


def _style(parameter: Spot) -> str:
    """How its value is written, with the defaults of OpenAPI; a single value is not exploded."""
    if media := parameter.children("content"):
        return next(iter(media))
    form = parameter.get("in") in ("query", "cookie")
    style = parameter.get("style", "form" if form else "simple")
    schema = value_schema(parameter)
    words = [style, "reserved characters as they are" if parameter.get("allowReserved") else ""]
    if schema is not None and shape(schema).type in ("array", "object"):
        words.append("exploded" if parameter.get("explode", style == "form") else "in one")
    return ", ".join(filter(None, words))


def value_schema(holder: Spot) -> Spot | None:
    """The schema of a parameter or header."""
    media = holder.children("content")
    return next(iter(media.values())).child("schema") if media else holder.child("schema")


def parameter_text(parameter: Spot) -> str:
    """A parameter or header in a few words."""
    return describe(value_schema(parameter)) + (", required" if parameter.get("required") else "")


def compare_deprecation(old: Spot, new: Spot, context: Context) -> None:
    """Note that the end of an operation or a parameter was announced."""
    context.switched(("undeprecated", "deprecated"), old, new, old.get("deprecated"), new.get("deprecated"))
