"""The one form of a description: its operations, classes, parameters and contents, however they were written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .document import Document, Operation
from .places import Problem
from .schema_class import CLASS, SchemaClass

__all__ = [
    "DEFAULT_STYLES",
    "Body",
    "Content",
    "Normal",
    "NormalOperation",
    "NormalParameter",
    "Tag",
    "charset_of",
    "form_of",
]

DEFAULT_STYLES = {"path": "simple", "header": "simple", "query": "form*"}
"""How the values of parameters are written where the description does not say, by their place."""

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class NormalParameter:
    """A parameter of one operation.

    Attributes:
        wire: Its name in the request.
        name: Its name in Python.
        place: path, query or header.
        schema: In the one form.
        style: How its value is written: a style of OpenAPI, with `*` where it is exploded, or `json`.
    """

    wire: str
    name: str
    place: str
    required: bool
    schema: Document
    description: str
    style: str
    deprecated: bool


@dataclass(frozen=True)
class Content:
    """What a body or a response holds: a media type and a schema in the one form; no media type for nothing.

    Content that is neither JSON nor a form nor text has a type that JSON does not have: `{"type": "bytes"}`.

    Attributes:
        others: The same in other media types, which a caller can ask for.
    """

    media: str | None
    schema: Document
    description: str = ""
    others: tuple[Content, ...] = ()

    @property
    def form(self) -> str:
        """How it is written: json, form, multipart, text, bytes or nothing."""
        if self.media is None:
            return "nothing"
        text = {"bytes": "bytes", "string": "text"}.get(self.schema.get("type", ""))
        return text if text and self.is_open else form_of(self.media)

    @property
    def is_open(self) -> bool:
        """Whether it can have any media type: then a text or bytes are no JSON."""
        return self.media is not None and self.media.startswith("*/*")


@dataclass(frozen=True)
class Body:
    """A request body.

    Attributes:
        encoding: How the fields of a form are written, where that is not as usual: the style of a parameter (`*` for
            exploded, `json`), or in multipart/form-data the media type of the part.
    """

    content: Content
    required: bool
    encoding: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tag:
    """The operations that belong together."""

    name: str
    class_name: str
    description: str
    wire: str


@dataclass(frozen=True)
class NormalOperation:
    """One operation with the names of Python."""

    source: Operation
    tag: str
    verb: str
    parameters: list[NormalParameter]
    body: Body | None
    contents: dict[str, Content]

    @property
    def successes(self) -> dict[str, Content]:
        """Its responses of success by status."""
        return {status: content for status, content in self.contents.items() if status[0] in "12"}


@dataclass
class Normal:
    """A whole description in the one form.

    Attributes:
        document: As it was loaded.
        problems: What is ambiguous or meaningless.
        left_out: What is not generated, and why.
        names: The names to keep.
    """

    document: Document
    tags: list[Tag]
    operations: list[NormalOperation]
    classes: dict[str, SchemaClass]
    feeds: dict[str, Document]
    problems: list[Problem] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def class_of(self, schema: Document) -> SchemaClass | None:
        """The class that a schema in the one form refers to, if it is nothing else."""
        return self.classes.get(schema.get(CLASS, ""))


def form_of(media: str) -> str:
    """How content of a media type is written: json, form, multipart, text or bytes."""
    kind = media.partition(";")[0].strip().lower()
    if kind in _FORMS:
        return "form" if kind == _FORMS[0] else "multipart"
    if kind == "application/json" or kind.endswith("+json") or kind == "*/*":
        return "json"
    return "text" if kind.startswith("text/") or kind.endswith(("/xml", "+xml", "/csv", "/yaml")) else "bytes"


def charset_of(media: str) -> str | None:
    """The charset that a media type names."""
    _, found, name = media.lower().partition("charset=")
    return name.partition(";")[0].strip(' "') if found else None
