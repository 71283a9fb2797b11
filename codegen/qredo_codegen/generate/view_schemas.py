"""The classes of a description, as the templates show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qredo_codegen.description.document import Document
from qredo_codegen.description.normal_form import Normal
from qredo_codegen.description.schema_class import SchemaClass

from .kinds import kind_of
from .texts import prose, with_notes
from .view import EnumView, Field, ModelView

__all__ = ["enums_of", "models_of"]


def models_of(normal: Normal) -> list[ModelView]:
    """Every class with fields, by name."""
    found = [one for one in normal.classes.values() if one.values is None]
    models = {one.name: _model(normal, one) for one in found}
    loops = _loops({name: model.used for name, model in models.items()})
    return [replace(one, loops=frozenset(loops[one.name])) for _, one in sorted(models.items())]


def enums_of(normal: Normal) -> list[EnumView]:
    """Every set of values, by name."""
    found = [one for one in normal.classes.values() if one.values is not None]
    return sorted((_enum(one) for one in found), key=lambda enum: enum.name)


def _model(normal: Normal, one: SchemaClass) -> ModelView:
    fields = [_field(normal, one, wire, schema) for wire, schema in one.fields.items()]
    ordered = [field for field in fields if field.required] + [field for field in fields if not field.required]
    listed = next((field for field in fields if field.wire == one.list), None)
    text = prose(one.description)
    if listed:
        text += f" Iterate over it for the items of `{listed.name}`; `len()` counts them."
    return ModelView(one.name, one.module, text, ordered, listed=listed)


def _field(normal: Normal, one: SchemaClass, wire: str, schema: Document) -> Field:
    name = one.names[wire]
    kind = kind_of(normal, schema, f"_of_{name}", is_upload=one.is_upload)
    return Field(
        wire=wire,
        name=name,
        kind=kind,
        required=wire in one.required,
        nullable=schema.get("nullable", False) or kind.annotation == "Any",
        sensitive=schema.get("x-sensitive", False),
        unit=schema.get("x-unit"),
        description=with_notes(prose(schema.get("description")), schema),
        read_only=schema.get("readOnly", False) and wire in one.required,
    )


def _enum(one: SchemaClass) -> EnumView:
    members = {one.names[value]: value for value in one.values or ()}
    base = "int" if one.base == "integer" else "str"
    return EnumView(one.name, one.module, prose(one.description), base, members)


def _loops(uses: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """For each class, those that it reaches and that reach it in turn."""
    reached: dict[str, set[str]] = {}
    for name in uses:
        found: set[str] = set()
        pending = [name]
        while pending:
            for other in uses.get(pending.pop(), ()):
                if other not in found:
                    found.add(other)
                    pending.append(other)
        reached[name] = found
    return {name: {other for other in found if name in reached.get(other, ())} for name, found in reached.items()}
