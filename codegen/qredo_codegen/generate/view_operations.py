"""The operations of a description as methods, and what it says of security and feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from qredo_codegen.description.document import Document
from qredo_codegen.description.normal import url_path
from qredo_codegen.description.normal_form import Content, Normal, NormalOperation, NormalParameter, Tag
from qredo_codegen.description.security import used_scheme
from qredo_codegen.description.type_schemas import CLASS

from .kinds import kind_of
from .texts import prose, with_notes
from .value_types import ArrayOf, Decimal, EnumOf, Kind, ModelOf, Plain, complex_of, nullable
from .view import Argument, BodyView, FeedView, MethodView, ModelView, Pages, Reading, TagView

__all__ = ["OperationViews"]

_USUAL = {"path": ("simple", False), "query": ("form", True), "header": ("simple", False)}


class OperationViews:
    """Methods from operations in the one form; extensions and security come from the description itself."""

    def __init__(self, normal: Normal, models: Mapping[str, ModelView]) -> None:
        self.normal = normal
        self.document = normal.document
        self.models = models

    def tags(self) -> list[TagView]:
        """Every tag with its operations, in the order of the description."""
        return [self._tag(tag) for tag in self.normal.tags]

    def mentions(self, codec: str) -> bool:
        """Whether a value of this codec is anywhere in the package."""
        kinds = [field.kind for model in self.models.values() for field in model.fields]
        methods = [method for tag in self.tags() for method in tag.methods]
        kinds += [kind for method in methods for kind in method.codecs]
        kinds += [one.kind for method in methods for one in (*method.path_arguments, *method.named_arguments)]
        readings = [one for method in methods for one in _readings(method)]
        kinds += [one.kind for one in readings if one.kind]
        kinds += [method.body.kind for method in methods if method.body]
        return any(codec in kind.codec for kind in kinds)

    def _tag(self, tag: Tag) -> TagView:
        methods = [self._method(one) for one in self.normal.operations if one.tag == tag.name]
        return TagView(tag.name, tag.class_name, prose({"description": tag.description}), methods)

    def _method(self, one: NormalOperation) -> MethodView:
        raw = one.source.node
        arguments = [self._argument(one, parameter) for parameter in one.parameters]
        query = [argument for argument in arguments if argument.place == "query"]
        readings = {status: self._reading(content) for status, content in one.successes.items()}
        result, result_description = self._result(one, readings)
        errors = {status: content for status, content in one.contents.items() if status[0] in "45d"}
        return MethodView(
            tag=one.tag,
            verb=one.verb,
            method=one.source.method.upper(),
            path=url_path(one.source.path),
            summary=prose(raw, "summary") or f"{one.source.method.upper()} {one.source.path}",
            description=prose(raw),
            path_arguments=[argument for argument in arguments if argument.place == "path"],
            query_arguments=query,
            header_arguments=[argument for argument in arguments if argument.place == "header"],
            body=self._body(one),
            result=result,
            result_description=result_description,
            errors={
                status: prose({"description": content.description})
                for status, content in errors.items()
                if status != "default"
            },
            security=self._security(raw),
            repeatable=raw.get("x-idempotent", False) or one.source.method in ("head", "options"),
            idempotency_key=raw.get("x-idempotency-key"),
            outcome=self._names.get(raw.get("x-outcome", "")),
            pages=self._pages(one, query, result),
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
        style = "json" if parameter.is_json else parameter.style + ("*" if parameter.explode else "")
        usual, explode = _USUAL[parameter.place]
        is_plain = kind.json in ("string", "integer", "boolean", "number")
        is_usual = (
            not parameter.is_json
            and parameter.style == usual
            and (is_plain or parameter.explode is explode)
            and not (parameter.place == "path" and kind.json not in ("string", "integer", "boolean"))
        )
        notes = {**parameter.schema, "deprecated": parameter.deprecated, "readOnly": False}
        return Argument(
            wire=parameter.wire,
            name=parameter.name,
            kind=kind,
            required=parameter.required,
            description=with_notes(prose({"description": parameter.description}), notes),
            place=parameter.place,
            style=None if is_usual else style,
            nullable=False,
            unit=parameter.schema.get("x-unit"),
        )

    def _body(self, one: NormalOperation) -> BodyView | None:
        if one.body is None:
            return None
        content = one.body.content
        found = self.normal.class_of(content.schema)
        is_nullable = content.schema.get("nullable", False)
        kind = kind_of(self.normal, content.schema, is_upload=content.form == "multipart")
        model = self.models.get(found.name) if found and not is_nullable else None
        if model is None:
            kind = _plain_enough(kind, f"_{one.verb}_body")
        form, text, encoding = content.form, content.description, dict(one.body.encoding)
        return BodyView(model, kind, content.media or "", form, one.body.required, text, encoding)

    def _reading(self, content: Content) -> Reading:
        if content.form == "nothing":
            return Reading("nothing", None)
        kind = kind_of(self.normal, content.schema)
        if content.schema.get("nullable") and kind.annotation != "Any":
            kind = nullable(kind)
        return Reading("json" if content.form in ("form", "multipart") else content.form, kind)

    def _result(self, one: NormalOperation, readings: Mapping[str, Reading]) -> tuple[str | None, str]:
        """The model class of every successful response, if there is one, and what the description says of it."""
        text = next((prose({"description": content.description}) for content in one.successes.values()), "")
        schemas = [content.schema for content in one.successes.values()]
        first = self.normal.class_of(schemas[0]) if schemas else None
        is_model = first is not None and first.schema.values is None
        is_model = is_model and all(schema.get(CLASS) == schemas[0].get(CLASS) for schema in schemas)
        is_json = all(reading.form == "json" for reading in readings.values())
        is_nullable = schemas and schemas[0].get("nullable")
        return (first.name if first and is_model and is_json and not is_nullable else None), text

    def _feed(self, one: NormalOperation) -> str | None:
        """The name of the feed that an operation opens: the one that switches protocols on the path of a feed."""
        if "101" not in one.contents:
            return None
        name: str = self.document["paths"][one.source.path]["x-websocket"]["name"]
        return name

    def _pages(self, one: NormalOperation, query: list[Argument], result: str | None) -> Pages | None:
        node = one.source.node.get("x-pagination")
        if node is None or result is None or result not in self.models:
            return None
        arguments = {argument.wire: argument for argument in query}
        items = next(field for field in self.models[result].fields if field.wire == node["items"])
        verb = f"iter_{f'{one.tag}_{one.verb}'.split('_get_', 1)[-1]}"
        return Pages(verb, items, arguments[node["offset"]], arguments[node["limit"]], node["page_size"])

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


def _readings(method: MethodView) -> list[Reading]:
    return [*method.readings.values(), *method.others.values(), *method.error_readings.values()]


def _plain_enough(kind: Kind, constant: str) -> Kind:
    """The kind of an argument: a codec encodes everything but scalars and arrays of them."""
    if isinstance(kind, Plain | EnumOf | Decimal) or (isinstance(kind, ArrayOf) and not isinstance(kind.item, ModelOf)):
        return kind
    return complex_of(kind, constant)
