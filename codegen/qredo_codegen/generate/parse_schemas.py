"""The schemas of a description as models, enums and kinds."""

from __future__ import annotations

from typing import cast

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema import DataType, Reference, Schema
from openapi_python_client.strings import ClassName

from qredo_codegen.description.document import Document, pointer, resolve

from .texts import Losses, prose, text
from .value_types import ArrayOf, EnumOf, Kind, MapOf, ModelOf, OneOf, Plain, Single
from .view import EnumView, Field, Member, ModelView

__all__ = ["SchemaParser"]

_PLAIN_TYPES = {DataType.BOOLEAN: "bool", DataType.INTEGER: "int", DataType.STRING: "str"}
_PLAIN = {BooleanProperty: "bool", IntProperty: "int", StringProperty: "str"}


class SchemaParser:
    """Names and types of schemas are the parser's; descriptions and extensions come from the description itself.

    Attributes:
        models: Every model by its class name.
        enums: Every enum.
    """

    def __init__(self, document: Document, data: GeneratorData, losses: Losses) -> None:
        self.document = document
        self.losses = losses
        schemas = document.get("components", {}).get("schemas", {})
        self._raw = {str(ClassName(key, "field_")): (key, schemas[key]) for key in schemas}
        objects = [model for model in data.models if not self._is_map(model)]
        self._objects = {str(model.class_info.name) for model in objects}
        models = [self._model(model) for model in objects]
        self.models = {model.name: model for model in models}
        self.enums = [self._enum(enum) for enum in data.enums if isinstance(enum, EnumProperty)]

    def _model(self, model: ModelProperty) -> ModelView:
        name = str(model.class_info.name)
        key, raw = self._raw_schema(name)
        where = pointer("components", "schemas", key)
        properties = [*(model.required_properties or []), *(model.optional_properties or [])]
        for missing in set(raw.get("required", ())) - set(raw.get("properties", {})):
            self.losses.add(where, f"requires {missing!r}, which it does not declare")
        fields = [self._field(prop, raw["properties"][text(prop.name)], where) for prop in properties]
        return ModelView(name, str(model.class_info.module_name), prose(raw), fields)

    def _field(self, prop: PropertyProtocol, raw: Document, where: str) -> Field:
        wire = text(prop.name)
        return Field(
            wire=wire,
            name=str(prop.python_name),
            kind=self.kind(prop, where + pointer("properties", wire)),
            required=prop.required,
            nullable=raw.get("nullable", False),
            sensitive=raw.get("x-sensitive", False),
            description=self.description(raw),
            unit=raw.get("x-unit"),
        )

    def kind(self, prop: PropertyProtocol, where: str) -> Kind:
        if type(prop) in _PLAIN:
            return Plain(_PLAIN[type(prop)])
        if isinstance(prop, EnumProperty):
            return EnumOf(str(prop.class_info.name), Plain(prop.value_type.__name__), str(prop.class_info.module_name))
        if isinstance(prop, ModelProperty):
            return self._map(prop, where) if self._is_map(prop) else ModelOf(str(prop.class_info.name))
        if isinstance(prop, ListProperty):
            return ArrayOf(self._single(prop.inner_property, where + "/items"))
        if isinstance(prop, UnionProperty):
            return self._union(prop, where)
        self.losses.add(where, f"has no type that can be generated ({type(prop).__name__.removesuffix('Property')})")
        return Plain("str")

    def _single(self, prop: PropertyProtocol, where: str) -> Single:
        kind = self.kind(prop, where)
        if not isinstance(kind, OneOf):
            return cast("Single", kind)
        self.losses.add(where, "is a union inside an array or a union; give it a schema of its own")
        return kind.members[0]

    def _union(self, prop: UnionProperty, where: str) -> Kind:
        members = tuple(self._single(member, where) for member in prop.inner_properties)
        if len({member.json for member in members}) < len(members):
            self.losses.add(where, "is a union of schemas that their JSON types do not tell apart")
        return OneOf(members)

    def _map(self, prop: ModelProperty, where: str) -> Kind:
        item = prop.data.additionalProperties
        if isinstance(item, Reference):
            name = str(ClassName(text(item.ref).rpartition("/")[2], ""))
            if name in self._objects:
                return MapOf(ModelOf(name))
        kind = item.type if isinstance(item, Schema) else None
        plain = _PLAIN_TYPES.get(kind) if isinstance(kind, DataType) else None
        if plain is None:
            self.losses.add(where, "is a map of something else than objects, booleans, integers or strings")
        return MapOf(Plain(plain or "str"))

    @staticmethod
    def _is_map(model: ModelProperty) -> bool:
        """Whether it has no field of its own and says of what type its values are."""
        additional = model.data.additionalProperties
        return not model.data.properties and additional is not None and not isinstance(additional, bool)

    def _enum(self, enum: EnumProperty) -> EnumView:
        name = str(enum.class_info.name)
        _, raw = self._raw_schema(name)
        members = [Member(str(key), self._literal(value)) for key, value in enum.values.items()]
        return EnumView(name, str(enum.class_info.module_name), prose(raw), enum.value_type.__name__, members)

    @staticmethod
    def _literal(value: str | int) -> str:
        return f'"{value}"' if isinstance(value, str) else str(value)

    def _raw_schema(self, class_name: str) -> tuple[str, Document]:
        if class_name not in self._raw:
            self.losses.add(
                pointer("components", "schemas"), f"has no entry for the class {class_name}: name inline schemas"
            )
            return class_name, {"properties": {}}
        return self._raw[class_name]

    def description(self, raw: Document) -> str:
        """The description of a property; of the schema that it refers to, where it has none of its own."""
        if "description" in raw:
            return prose(raw)
        target = raw if "$ref" in raw else next(iter(raw.get("allOf", [])), {})
        return prose(resolve(self.document, target["$ref"])) if "$ref" in target else ""
