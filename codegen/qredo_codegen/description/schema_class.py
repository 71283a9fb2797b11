"""An object or a set of values of a description that becomes a class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .document import Document

__all__ = ["CLASS", "JSON_TYPES", "SchemaClass"]

CLASS = "x-class"
"""Keyword of a schema in the one form: the pointer of the class that it refers to."""

JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
"""The JSON types of values."""


@dataclass
class SchemaClass:
    """An object with fields, or a set of values, that becomes a class.

    Attributes:
        pointer: Where its schema stands.
        wire: The name of a named schema; None for one that stands inside another.
        hint: Words for the name of one that has none.
        description: What it is.
        fields: The schema of each field by its name on the wire, in the one form.
        required: Names of the fields that are always there.
        values: The values of a set, or None for an object.
        varnames: Names that the description gives to the values.
        is_upload: Whether it is sent as multipart/form-data, where binary text is a file.
        name: The class in Python, when all are named.
        module: The module that holds it.
        names: The names of its fields by those on the wire, or of its members by their values.
        list: Name of the field with the list that an object holds, over which it iterates; None for no such object.
    """

    pointer: str
    wire: str | None
    hint: str
    description: str = ""
    fields: dict[str, Document] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    values: list[Any] | None = None
    varnames: list[str] | None = None
    is_upload: bool = False
    name: str = ""
    module: str = ""
    names: Mapping[Any, str] = field(default_factory=dict)
    list: str | None = None

    @property
    def reference(self) -> Document:
        """A schema in the one form that refers to it."""
        return {CLASS: self.pointer} | ({"description": self.description} if self.description else {})

    @property
    def base(self) -> str:
        """The JSON type of the values of a set."""
        return JSON_TYPES[type((self.values or [""])[0])]
