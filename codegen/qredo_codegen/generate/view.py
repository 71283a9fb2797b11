"""What the templates show: a description in terms of Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qredo_codegen.description.reserved import METHOD

from .value_types import Complex, Kind, ModelOf

__all__ = [
    "Argument",
    "BodyView",
    "EnumView",
    "FeedView",
    "Field",
    "Member",
    "MethodView",
    "ModelView",
    "PackageView",
    "Pages",
    "Reading",
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
    read_only: bool = False  # required, and given by the service alone
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
        if text == "Any":
            return text
        return text + (" | None" if self.nullable else "") + ("" if self.required else " | Unset")


@dataclass(frozen=True)
class ModelView:
    """A class for an object.

    Attributes:
        loops: Classes that it refers to and that refer to it.
        listed: The field with the list over which it iterates.
    """

    name: str
    module: str
    description: str
    fields: Sequence[Field]
    loops: frozenset[str] = frozenset()
    listed: Field | None = None

    @property
    def classes(self) -> list[str]:
        """Other classes of the package that it refers to, and that do not refer to it."""
        return sorted(self.used - self.loops - {self.name})

    @property
    def late_classes(self) -> list[str]:
        """Other classes that refer back to it, however indirectly: they are imported when this one is there."""
        return sorted(self.used & self.loops - {self.name})

    @property
    def used(self) -> set[str]:
        """Every class of the package that it refers to."""
        return {name for field in self.fields for name in field.kind.classes}

    @property
    def codecs(self) -> list[Complex]:
        """The codecs of its fields."""
        return [field.kind for field in self.fields if isinstance(field.kind, Complex)]


@dataclass(frozen=True)
class Member:
    """A member of an enum."""

    name: str
    value: str | int


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
    """A parameter in the path, the query or a header.

    Attributes:
        style: How OpenAPI writes its value, where that is another way than the usual one of its place.
        unit: What a number counts, by `x-unit`.
    """

    wire: str
    name: str
    kind: Kind
    required: bool
    description: str
    place: str = "query"
    style: str | None = None
    nullable: bool = False
    unit: str | None = None

    @property
    def annotation(self) -> str:
        """Its type in a signature."""
        if self.kind.argument == "Any":
            return "Any"
        return self.kind.argument + (" | None" if self.nullable else "") + ("" if self.required else " | Unset")


@dataclass(frozen=True)
class BodyView:
    """A request body.

    Attributes:
        model: The class whose fields are keywords of the method; None for any other value.
        kind: The kind of the whole.
        media: Its media type.
        form: json, form, multipart, text or bytes.
        required: Whether there is always one.
        description: What it is.
        encoding: How fields of a form are written, where that is not as usual.
    """

    model: ModelView | None
    kind: Kind
    media: str
    form: str
    required: bool
    description: str
    encoding: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its type."""
        return self.kind.annotation

    @property
    def fields(self) -> Sequence[Field]:
        """What can be given as keywords: nothing that the service alone gives."""
        return [field for field in self.model.fields if not field.read_only] if self.model else []


@dataclass(frozen=True)
class Reading:
    """How the content of a response is read.

    Attributes:
        form: json, text, bytes or nothing.
        kind: The kind of what it holds, or None.
    """

    form: str
    kind: Kind | None

    @property
    def annotation(self) -> str:
        """Its type."""
        return "None" if self.kind is None else self.kind.annotation

    @property
    def codec(self) -> str:
        """Expression: what reads it."""
        if self.form == "json" and self.kind is not None:
            return f"_codec.Json({self.kind.codec})"
        return f"_codec.{self.form.upper()}"

    @property
    def reader(self) -> str:
        """Expression: the name of the model that it holds, or what reads it."""
        is_model = self.form == "json" and isinstance(self.kind, ModelOf)
        return repr(self.annotation) if is_model else self.codec


_NOTHING = Reading("nothing", None)


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
    header_arguments: Sequence[Argument]
    body: BodyView | None
    result: str | None
    result_description: str
    errors: Mapping[str, str]
    security: str
    repeatable: bool
    idempotency_key: str | None
    outcome: str | None
    pages: Pages | None
    feed: str | None
    readings: Mapping[str, Reading]
    error_readings: Mapping[str, Reading]
    accept: str
    others: Mapping[str, Reading]
    deprecated: bool = False

    @property
    def named_arguments(self) -> list[Argument]:
        """Arguments that are given by name alone: query and headers."""
        return [*self.query_arguments, *self.header_arguments]

    @property
    def styles(self) -> dict[str, str]:
        """How the values of its parameters are written, by argument, where that is not as usual."""
        arguments = (*self.path_arguments, *self.query_arguments, *self.header_arguments)
        return {argument.wire: argument.style for argument in arguments if argument.style}

    @property
    def codecs(self) -> list[Complex]:
        """The codecs of its arguments and of its body."""
        kinds = [argument.kind for argument in (*self.path_arguments, *self.query_arguments, *self.header_arguments)]
        if self.body and not self.body.model:
            kinds.append(self.body.kind)
        return [kind for kind in kinds if isinstance(kind, Complex)]

    @property
    def media_types(self) -> dict[str, str]:
        """The type of its result by what it asks for; the usual one comes first."""
        return {self.accept: self.returns} | {media: reading.annotation for media, reading in self.others.items()}

    @property
    def own_errors(self) -> dict[str, Reading]:
        """How the bodies of errors are read, without what a wider entry (`4XX`, `default`) says as well."""
        found = dict(self.error_readings)
        for status, reading in self.error_readings.items():
            wider = found.get(f"{status[0]}XX") if status[1:].isdigit() else None
            if status != "default" and (wider or found.get("default", _NOTHING)) == reading:
                del found[status]
        return {} if found == {"default": _NOTHING} else found

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
        return " | ".join(dict.fromkeys(reading.annotation for reading in self.readings.values())) or "None"

    @property
    def body_fields(self) -> list[Field]:
        """Fields of the body that can be given as keywords: those whose names no parameter has."""
        taken = {argument.name for argument in (*self.path_arguments, *self.named_arguments)} | METHOD
        taken -= set() if self.others else {"accept"}
        return [field for field in self.body.fields if field.name not in taken] if self.body else []

    @property
    def body_only(self) -> list[Field]:
        """Fields that only `body=` can carry."""
        return [field for field in self.body.fields if field not in self.body_fields] if self.body else []

    def classes(self) -> Iterator[str]:
        """Names of the classes in its signature."""
        for argument in (*self.path_arguments, *self.named_arguments):
            yield from argument.kind.classes
        for field in self.body_fields:
            yield from field.kind.classes
        if self.body:
            yield from self.body.kind.classes
        for reading in (*self.readings.values(), *self.others.values()):
            if reading.kind:
                yield from reading.kind.classes
        if self.pages:
            yield from self.pages.items.kind.classes


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

    @property
    def has_deprecated(self) -> bool:
        """Whether one of its operations is deprecated."""
        return any(method.deprecated for method in self.methods)

    @property
    def codecs(self) -> list[Complex]:
        """The codecs of its methods."""
        return [codec for method in self.methods for codec in method.codecs]


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
    has_decimals: bool = False
    has_files: bool = False

    @property
    def error_body(self) -> str:
        """The type of the body of an error: any that is described."""
        found = dict.fromkeys(one.annotation for one in self._error_readings if one.kind)
        return "Any" if "Any" in found else " | ".join(found) or "None"

    @property
    def error_classes(self) -> list[str]:
        """Classes of the package that are in the bodies of errors."""
        return sorted({name for one in self._error_readings if one.kind for name in one.kind.classes})

    @property
    def _error_readings(self) -> list[Reading]:
        methods = [method for tag in self.tags for method in tag.methods]
        return [reading for method in methods for reading in method.error_readings.values()]
