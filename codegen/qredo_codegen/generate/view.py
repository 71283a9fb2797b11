"""What the templates show: a description in terms of Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qredo_codegen.description.reserved import METHOD

from .value_types import NOTHING, Complex, Kind, ModelOf

__all__ = [
    "NO_CONTENT",
    "Argument",
    "BodyView",
    "EnumView",
    "FeedView",
    "Field",
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
        return _optional(self.kind.annotation, self.required, self.nullable)

    @property
    def argument(self) -> str:
        """Its type as a keyword argument of a method."""
        return _optional(self.kind.argument, self.required, self.nullable)

    @property
    def fallback(self) -> str:
        """The function of `_wire` that decides on a value which is not of its type."""
        if self.nullable:
            return "nullable_required" if self.required else "nullable"
        return "required" if self.required else "optional"


def _optional(text: str, required: bool, nullable: bool = False) -> str:
    if text == "Any":
        return text
    return text + (" | None" if nullable else "") + ("" if required else " | Unset")


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
class EnumView:
    """A class for a set of values.

    Attributes:
        members: The values by the names of its members.
    """

    name: str
    module: str
    description: str
    base: str
    members: Mapping[str, str | int]


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
    place: str
    style: str | None
    unit: str | None

    @property
    def annotation(self) -> str:
        """Its type in a signature."""
        return _optional(self.kind.argument, self.required)


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
    def fields(self) -> Sequence[Field]:
        """What can be given as keywords: nothing that the service alone gives."""
        return [field for field in self.model.fields if not field.read_only] if self.model else []


@dataclass(frozen=True)
class Reading:
    """How the content of a response is read.

    Attributes:
        form: json, text, open_text, bytes or nothing.
        kind: The kind of what it holds.
    """

    form: str
    kind: Kind

    @property
    def codec(self) -> str:
        """Expression: what reads it."""
        return f"_codec.Json({self.kind.codec})" if self.form == "json" else f"_codec.{self.form.upper()}"

    @property
    def reader(self) -> str:
        """Expression: the name of the model that it holds, or what reads it."""
        return repr(self.kind.annotation) if isinstance(self.kind, ModelOf) else self.codec


NO_CONTENT = Reading("nothing", NOTHING)


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
    arguments: Sequence[Argument]
    body: BodyView | None
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
    deprecated: bool

    @property
    def path_arguments(self) -> list[Argument]:
        """Arguments that can be given by position."""
        return self.arguments_in("path")

    @property
    def named_arguments(self) -> list[Argument]:
        """Arguments that are given by name alone: query and headers."""
        return self.arguments_in("query", "header")

    def arguments_in(self, *places: str) -> list[Argument]:
        """Its arguments in these places of the request."""
        return [argument for argument in self.arguments if argument.place in places]

    @property
    def result(self) -> str | None:
        """The model class of every successful response, if there is one."""
        kinds = {reading.kind for reading in self.readings.values()}
        return next((kind.annotation for kind in kinds if len(kinds) == 1 and isinstance(kind, ModelOf)), None)

    @property
    def styles(self) -> dict[str, dict[str, str]]:
        """How the values of its parameters are written, by place and name on the wire, where that is not as usual."""
        found: dict[str, dict[str, str]] = {}
        for argument in self.arguments:
            if argument.style:
                found.setdefault(argument.place, {})[argument.wire] = argument.style
        return found

    @property
    def codecs(self) -> list[Complex]:
        """The codecs of its arguments and of its body."""
        kinds = [argument.kind for argument in self.arguments]
        if self.body and not self.body.model:
            kinds.append(self.body.kind)
        return [kind for kind in kinds if isinstance(kind, Complex)]

    @property
    def media_types(self) -> dict[str, str]:
        """The type of its result by what it asks for; the usual one comes first."""
        return {self.accept: self.returns} | {media: one.kind.annotation for media, one in self.others.items()}

    @property
    def own_errors(self) -> dict[str, Reading]:
        """How the bodies of errors are read, without what a wider entry (`4XX`, `default`) says as well."""
        found = dict(self.error_readings)
        for status, reading in self.error_readings.items():
            wider = found.get(f"{status[0]}XX") if status[1:].isdigit() else None
            if status != "default" and (wider or found.get("default", NO_CONTENT)) == reading:
                del found[status]
        return {} if found == {"default": NO_CONTENT} else found

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
        return " | ".join(dict.fromkeys(reading.kind.annotation for reading in self.readings.values())) or "None"

    @property
    def body_fields(self) -> list[Field]:
        """Fields of the body that can be given as keywords: those whose names no parameter has."""
        taken = {argument.name for argument in self.arguments} | METHOD
        taken -= set() if self.others else {"accept"}
        return [field for field in self.body.fields if field.name not in taken] if self.body else []

    @property
    def body_only(self) -> list[Field]:
        """Fields that only `body=` can carry."""
        return [field for field in self.body.fields if field not in self.body_fields] if self.body else []

    @property
    def kinds(self) -> Iterator[Kind]:
        """The kinds of all that it takes and gives, but for errors."""
        holders: list[Argument | Field | Reading] = [*self.arguments, *self.body_fields]
        yield from (one.kind for one in [*holders, *self.readings.values(), *self.others.values()])
        if self.body:
            yield self.body.kind
        if self.pages:
            yield self.pages.items.kind


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
        return sorted({name for method in self.methods for kind in method.kinds for name in kind.classes})

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

    @property
    def has_decimals(self) -> bool:
        """Whether a number with a fraction is anywhere in the package."""
        return self._has("_codec.DECIMAL")

    @property
    def has_files(self) -> bool:
        """Whether a file is anywhere in the package."""
        return self._has("_codec.FILE")

    def _has(self, codec: str) -> bool:
        kinds = [field.kind for model in self.models for field in model.fields]
        kinds += [kind for tag in self.tags for method in tag.methods for kind in method.kinds]
        return any(codec in kind.codec for kind in (*kinds, *self._error_kinds))

    @property
    def error_body(self) -> str:
        """The type of the body of an error: any that is described."""
        found = dict.fromkeys(kind.annotation for kind in self._error_kinds if kind != NOTHING)
        return "Any" if "Any" in found else " | ".join(found) or "None"

    @property
    def error_classes(self) -> list[str]:
        """Classes of the package that are in the bodies of errors."""
        return sorted({name for kind in self._error_kinds for name in kind.classes})

    @property
    def _error_kinds(self) -> list[Kind]:
        methods = [method for tag in self.tags for method in tag.methods]
        return [reading.kind for method in methods for reading in method.error_readings.values()]
