"""The operations of a description as methods, and what it says of security and feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from qredo_codegen.description.document import Document
from qredo_codegen.description.normal import url_path
from qredo_codegen.description.normal_form import DEFAULT_STYLES, Content, Normal, NormalOperation, NormalParameter, Tag
from qredo_codegen.description.schema_class import CLASS
from qredo_codegen.description.security import used_scheme

from .kinds import kind_of
from .texts import prose, with_notes
from .value_types import ANYTHING, ArrayOf, Complex, Decimal, EnumOf, Kind, ModelOf, Plain, map_of, nullable
from .view import NO_CONTENT, Argument, BodyView, FeedView, MethodView, ModelView, Pages, Reading, TagView

__all__ = ["OperationViews"]


class OperationViews:
    """Methods from operations in the one form; extensions and security come from the description itself."""

    def __init__(self, normal: Normal, models: Mapping[str, ModelView]) -> None:
        self.normal = normal
        self.document = normal.document
        self.models = models

    def tags(self) -> list[TagView]:
        """Every tag with its operations, in the order of the description."""
        return [self._tag(tag) for tag in self.normal.tags]

    def _tag(self, tag: Tag) -> TagView:
        methods = [self._method(one) for one in self.normal.operations if one.tag == tag.name]
        return TagView(tag.name, tag.class_name, prose(tag.description), methods)

    def _method(self, one: NormalOperation) -> MethodView:
        raw = one.source.node
        arguments = [self._argument(one, parameter) for parameter in one.parameters]
        arguments.sort(key=lambda argument: ("path", "query", "header").index(argument.place))
        readings = {status: self._reading(content) for status, content in one.successes.items()}
        errors = {status: content for status, content in one.contents.items() if status[0] in "45d"}
        return MethodView(
            tag=one.tag,
            verb=one.verb,
            method=one.source.method.upper(),
            path=url_path(one.source.path),
            summary=prose(raw.get("summary")) or one.source.key,
            description=prose(raw.get("description")),
            arguments=arguments,
            body=self._body(one),
            result_description=next((prose(content.description) for content in one.successes.values()), ""),
            errors={status: prose(content.description) for status, content in errors.items() if status != "default"},
            security=self._security(raw),
            repeatable=raw.get("x-idempotent", False) or one.source.method in ("head", "options"),
            idempotency_key=raw.get("x-idempotency-key"),
            outcome=self._names.get(raw.get("x-outcome", "")),
            pages=self._pages(one, arguments, readings),
            feed=self._feed(one),
            readings=readings,
            error_readings={status: self._reading(content) for status, content in errors.items()},
            accept=", ".join(dict.fromkeys(content.media for content in one.successes.values() if content.media)),
            others=self._others(one),
            deprecated=raw.get("deprecated") is True,
        )

    def _others(self, one: NormalOperation) -> dict[str, Reading]:
        """How responses of success in other media types are read, which a caller can ask for."""
        usual = {content.media for content in one.successes.values()}
        others = [other for content in one.successes.values() for other in content.others]
        return {str(other.media): self._reading(other) for other in others if other.media not in usual}

    def _argument(self, one: NormalOperation, parameter: NormalParameter) -> Argument:
        kind = _plain_enough(kind_of(self.normal, parameter.schema), f"_{one.verb}_{parameter.name}")
        written, usual = parameter.style, DEFAULT_STYLES[parameter.place]
        is_usual = written == usual
        if parameter.place == "path":
            is_usual = kind.json in ("string", "integer", "boolean") and written.rstrip("*") == usual
        elif kind.json in ("string", "integer", "boolean", "number"):
            is_usual = written.rstrip("*") == usual.rstrip("*")
        notes = {**parameter.schema, "deprecated": parameter.deprecated, "readOnly": False}
        return Argument(
            wire=parameter.wire,
            name=parameter.name,
            kind=kind,
            required=parameter.required,
            description=with_notes(prose(parameter.description), notes),
            place=parameter.place,
            style=None if is_usual else written,
            unit=parameter.schema.get("x-unit"),
        )

    def _body(self, one: NormalOperation) -> BodyView | None:
        if one.body is None:
            return None
        content, is_form = one.body.content, one.body.content.form in ("form", "multipart")
        kind = kind_of(self.normal, content.schema, is_upload=content.form == "multipart")
        if is_form and kind == ANYTHING:  # a form has names
            kind = map_of(kind)
        elif content.schema.get("nullable") and not is_form and kind != ANYTHING:
            kind = nullable(kind)
        model = self.models[kind.annotation] if isinstance(kind, ModelOf) else None
        if model is None:
            kind = _plain_enough(kind, f"_{one.verb}_body")
        encoding = dict(one.body.encoding)
        return BodyView(
            model, kind, content.media or "", content.form, one.body.required, content.description, encoding
        )

    def _reading(self, content: Content) -> Reading:
        if content.form == "nothing":
            return NO_CONTENT
        kind = kind_of(self.normal, content.schema)
        if content.schema.get("nullable") and kind.annotation != "Any":
            kind = nullable(kind)
        form = {"form": "json", "multipart": "json"}.get(content.form, content.form)
        return Reading("open_text" if form == "text" and content.is_open else form, kind)

    def _feed(self, one: NormalOperation) -> str | None:
        """The name of the feed that an operation opens: the one that switches protocols on the path of a feed."""
        if "101" not in one.contents:
            return None
        return str(self.document["paths"][one.source.path]["x-websocket"]["name"])

    def _pages(self, one: NormalOperation, arguments: list[Argument], readings: Mapping[str, Reading]) -> Pages | None:
        node = one.source.node.get("x-pagination")
        if node is None:
            return None
        page = next(iter(readings.values())).kind.annotation
        query = {argument.wire: argument for argument in arguments if argument.place == "query"}
        items = next(field for field in self.models[page].fields if field.wire == node["items"])
        verb = f"iter_{f'{one.tag}_{one.verb}'.split('_get_', 1)[-1]}"
        return Pages(verb, items, query[node["offset"]], query[node["limit"]], node["page_size"])

    def _security(self, raw: Document) -> str:
        """The scheme that tells a sender what to do: the signature, or a token; none for an open call."""
        return used_scheme(self.document, raw["security"] if "security" in raw else self.document["security"]) or ""

    def nonce_rule(self) -> str | None:
        """Which nonces the service takes beyond that they go up, if it says."""
        schemes: dict[str, Document] = self.document.get("components", {}).get("securitySchemes", {})
        rule: str | None = schemes.get("nonce", {}).get("x-stamp-rule")
        return rule

    def feeds(self) -> Iterator[FeedView]:
        """Every WebSocket feed."""
        for path, schema in self.normal.feeds.items():
            node = self.document["paths"][path]["x-websocket"]
            yield FeedView(node["name"], path, self._security(node), self.normal.classes[schema[CLASS]].name)

    @cached_property
    def _names(self) -> dict[str, str]:
        """`<tag>.<verb>` of each operationId."""
        return {str(one.source.node.get("operationId")): f"{one.tag}.{one.verb}" for one in self.normal.operations}


def _plain_enough(kind: Kind, constant: str) -> Kind:
    """The kind of an argument: a codec encodes everything but scalars and arrays of them."""
    if isinstance(kind, Plain | EnumOf | Decimal) or (isinstance(kind, ArrayOf) and not isinstance(kind.item, ModelOf)):
        return kind
    return Complex(kind.annotation, kind.argument, kind.json, kind.expected, kind.codec, kind.classes, constant)
