"""What the templates show: a description, parsed by openapi-python-client, in terms of Python.

The parser names classes and arguments and finds what it cannot generate; this module adds what it drops (nullable,
descriptions beside a reference, extensions, security), which it reads from the description itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .value_types import Kind

__all__ = [
    "Argument",
    "EnumView",
    "FeedView",
    "Field",
    "Member",
    "MethodView",
    "ModelView",
    "PackageView",
    "Pages",
    "TagView",
]


@dataclass(frozen=True)
class Field:
    """A field of a model."""

    wire: str
    name: str
    kind: Kind
    required: bool
    nullable: bool
    sensitive: bool
    description: str
    unit: str | None = None

    @property
    def annotation(self) -> str:
        """Its type as an attribute."""
        return self._optional(self.kind.annotation)

    @property
    def argument(self) -> str:
        """Its type as a keyword argument of a method."""
        return self._optional(self.kind.argument)

    @property
    def fallback(self) -> str:
        """The function of `_wire` that decides on a value which is not of its type."""
        if self.nullable:
            return "nullable_required" if self.required else "nullable"
        return "required" if self.required else "optional"

    def _optional(self, text: str) -> str:
        return text + (" | None" if self.nullable else "") + ("" if self.required else " | Unset")


@dataclass(frozen=True)
class ModelView:
    """A class for an object."""

    name: str
    module: str
    description: str
    fields: Sequence[Field]

    @property
    def classes(self) -> list[str]:
        """Other classes of the package that it refers to."""
        return sorted({name for field in self.fields for name in field.kind.classes()} - {self.name})


@dataclass(frozen=True)
class Member:
    """A member of an enum."""

    name: str
    literal: str


@dataclass(frozen=True)
class EnumView:
    """A class for a set of values."""

    name: str
    module: str
    description: str
    base: str
    members: Sequence[Member]


@dataclass(frozen=True)
class Argument:
    """A path or query parameter."""

    wire: str
    name: str
    kind: Kind
    required: bool
    description: str

    @property
    def annotation(self) -> str:
        """Its type in a signature."""
        return self.kind.argument + ("" if self.required else " | Unset")


@dataclass(frozen=True)
class Pages:
    """How a listing is walked through, from `x-pagination`."""

    verb: str
    items: Field
    offset: Argument
    limit: Argument
    size: int


@dataclass(frozen=True)
class MethodView:
    """An operation as a method."""

    tag: str
    verb: str
    method: str
    path: str
    summary: str
    description: str
    path_arguments: Sequence[Argument]
    query_arguments: Sequence[Argument]
    body: ModelView | None
    result: str | None
    result_description: str
    errors: Mapping[str, str]
    security: str
    repeatable: bool
    idempotency_key: str | None
    outcome: str | None
    pages: Pages | None
    feed: str | None

    @property
    def id(self) -> str:
        """`<tag>.<verb>`."""
        return f"{self.tag}.{self.verb}"

    @property
    def constant(self) -> str:
        """The name of its operation constant."""
        return f"_{self.verb.upper()}"

    @property
    def returns(self) -> str:
        """Its return type."""
        return self.result or "None"

    @property
    def body_fields(self) -> list[Field]:
        """Fields of the body that can be given as keywords: those whose names no parameter has."""
        taken = {argument.name for argument in (*self.path_arguments, *self.query_arguments)} | {"body", "idempotent"}
        return [field for field in self.body.fields if field.name not in taken] if self.body else []

    @property
    def body_only(self) -> list[Field]:
        """Fields that only `body=` can carry."""
        return [field for field in self.body.fields if field not in self.body_fields] if self.body else []

    def classes(self) -> Iterator[str]:
        """Names of the classes in its signature."""
        for argument in (*self.path_arguments, *self.query_arguments):
            yield from argument.kind.classes()
        for field in self.body_fields:
            yield from field.kind.classes()
        if self.body:
            yield self.body.name
        if self.result:
            yield self.result
        if self.pages:
            yield from self.pages.items.kind.classes()


@dataclass(frozen=True)
class TagView:
    """The operations of a tag as a class."""

    name: str
    class_name: str
    description: str
    methods: Sequence[MethodView]

    @property
    def classes(self) -> list[str]:
        """Classes of the package that its signatures name."""
        return sorted({name for method in self.methods for name in method.classes()})


@dataclass(frozen=True)
class FeedView:
    """A WebSocket feed."""

    name: str
    path: str
    security: str
    message: str


@dataclass(frozen=True)
class PackageView:
    """A whole package."""

    name: str
    title: str
    version: str
    servers: Mapping[str, str]
    security: str
    stamps: Sequence[str]
    nonce_rule: str | None
    tags: Sequence[TagView]
    models: Sequence[ModelView]
    enums: Sequence[EnumView]
    feeds: Sequence[FeedView]
