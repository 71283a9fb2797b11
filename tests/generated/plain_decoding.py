"""Decoding as a description says it, one field after the other: what the generated models are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import ModuleType
from typing import Any

import attrs
from hypothesis import strategies as st

from ..versions import document_of

_CLASSES: dict[str, type] = {"array": list, "boolean": bool, "integer": int, "object": dict, "string": str}
_EXPECTED = {
    "array": "an array",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
_FOUND = {
    bool: "a boolean",
    dict: "an object",
    float: "a number with a fraction or an exponent",
    int: "an integer",
    list: "an array",
    str: "a string",
    type(None): "null",
}
_SAMPLES: dict[str, Any] = {"boolean": True, "integer": 7, "number": Decimal("0.10"), "string": "text"}
_PLAIN: tuple[Any, ...] = (None, True, 0, -(10**30), 1.0, 1e30, "", "text")
_VALUES: tuple[Any, ...] = (
    *_PLAIN,
    [],
    {},
    *([value] for value in _PLAIN),
    *({"a": value} for value in _PLAIN),
    [[]],
    [{}],
    {"a": {}},
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


class PlainDecoder:
    """Decodes what a description describes, without any of the generator's code.

    Args:
        package: The generated package, whose classes are made by their constructors here.
    """

    def __init__(self, package: ModuleType) -> None:
        self.schemas: dict[str, dict[str, Any]] = document_of(package.__name__)["components"]["schemas"]
        self.models = package.models
        self.package = package

    @property
    def names(self) -> list[str]:
        """The schemas that have a class with fields."""
        return [name for name in self.schemas if attrs.has(getattr(self.models, name, int))]

    def model(self, name: str, src: object) -> Any:
        """A model from a JSON object."""
        if not isinstance(src, Mapping):
            raise self.package.ResponseError(name, None, f"expected an object, got {_FOUND[type(src)]}")
        fields = self._fields(name)
        kind = getattr(self.models, name)
        names = [attribute.name for attribute in attrs.fields(kind) if attribute.name != "additional_properties"]
        values = [self._field(name, field, node, src) for field, node in fields.items()]
        extra = {key: value for key, value in src.items() if key not in fields}
        return kind(**dict(zip(names, values, strict=True)), additional_properties=extra)

    def objects(self, name: str) -> st.SearchStrategy[dict[str, Any]]:
        """JSON objects for a model: whole ones, ones with gaps and unknown fields, and wrong ones."""
        nodes = self._fields(name)
        right = {field: self._right(node) for field, node in nodes.items()}
        loose = {field: values | st.none() | ANYTHING for field, values in right.items()}
        unknown = {"x-unknown": ANYTHING, "": ANYTHING}
        whole = st.fixed_dictionaries(right)
        return st.one_of(
            whole,
            whole.map(lambda src: dict(reversed(src.items()))),
            st.fixed_dictionaries({}, optional={**unknown, **right}),
            st.fixed_dictionaries({}, optional={**loose, **unknown}),
            st.tuples(whole, st.fixed_dictionaries({}, optional=loose)).map(lambda pair: {**pair[0], **pair[1]}),
        )

    def near_misses(self, name: str) -> Iterator[dict[str, Any]]:
        """A whole JSON object for a model, and that with one field changed, left out, or in the place of another."""
        whole = {field: self._example(node) for field, node in self._fields(name).items()}
        yield from (whole, {**whole, "x-unknown": 1})
        for field in whole:
            rest = {other: value for other, value in whole.items() if other != field}
            yield from (rest, {**rest, "x-unknown": 1})
            yield from ({**whole, field: value} for value in _VALUES)

    def _fields(self, name: str) -> dict[str, dict[str, Any]]:
        """The properties of a schema in the order of its class: those that are required come first."""
        schema = self.schemas[name]
        required = schema.get("required", ())
        properties: dict[str, dict[str, Any]] = schema.get("properties", {})
        ordered = sorted(properties, key=lambda field: field not in required)
        return {field: {**properties[field], "required": field in required} for field in ordered}

    def _field(self, model: str, field: str, node: dict[str, Any], src: Mapping[str, Any]) -> Any:
        if field not in src and node["required"]:
            raise self.package.ResponseError(model, field, "required, but missing")
        if field not in src:
            return self.package.UNSET
        if src[field] is None and node.get("nullable", False):
            return None
        if src[field] is None and not node["required"]:
            return self.package.UNSET
        options = [schema["type"] for _, schema in self._options(node)]
        return [] if src[field] is None and options == ["array"] else self._value(model, field, node, src[field])

    def _value(self, model: str, field: str, node: dict[str, Any], value: object) -> Any:
        """The value of a field. What has containers or unions inside containers fits as a whole, or not at all."""
        options = self._options(node)
        try:
            found = self._any(model, field, options, value)
        except self.package.ResponseError:
            found = None
            if not any(map(self._is_nested, options)):
                raise
        if not any(map(self._is_nested, options)) or (found is not None and "<Mismatch" not in repr(found)):
            return found
        return self._misfit(model, field, " or ".join(_EXPECTED[schema["type"]] for _, schema in options), value)

    def _is_nested(self, option: tuple[str, dict[str, Any]]) -> bool:
        items = self._resolve(option[1].get("items", {"type": "null"}))[1]
        return "additionalProperties" in items or "oneOf" in items or items.get("type") == "array"

    def _any(self, model: str, field: str, options: list[tuple[str, dict[str, Any]]], value: object) -> Any:
        for name, schema in options:
            if schema["type"] == "number":
                return self._number(model, field, value)
            if type(value) is _CLASSES[schema["type"]]:
                return self._typed(model, field, name, schema, value)
        return self._misfit(model, field, " or ".join(_EXPECTED[schema["type"]] for _, schema in options), value)

    def _number(self, model: str, field: str, value: Any) -> Any:
        return Decimal(value) if type(value) in (int, Decimal) else self._misfit(model, field, "a number", value)

    def _typed(self, model: str, field: str, name: str, schema: dict[str, Any], value: Any) -> Any:
        if schema["type"] == "array":
            return [self._item(model, f"{field}[]", schema["items"], item) for item in value]
        if "additionalProperties" in schema:
            inner = schema["additionalProperties"]
            return {key: self._item(model, f"{field}.*", inner, item) for key, item in value.items()}
        if schema["type"] == "object":
            return self.model(name, value)
        return getattr(self.models, name)(value) if _known(schema) else value

    def _item(self, model: str, field: str, node: dict[str, Any], value: object) -> Any:
        return self._value(model, field, node, value)

    def _options(self, node: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """Names and schemas of what a property can be: one, or those of a union."""
        name, schema = self._resolve(node)
        return [self._resolve(option) for option in schema["oneOf"]] if "oneOf" in schema else [(name, schema)]

    def _resolve(self, node: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Name and schema that a property stands for; no name where it is written out in the property."""
        node = next(iter(node.get("allOf", [node])))
        if "$ref" not in node:
            return "", node
        name = node["$ref"].rpartition("/")[2]
        return name, self.schemas[name]

    def _misfit(self, model: str, field: str, expected: str, value: object) -> Any:
        found = _FOUND[type(value)]
        if expected == "a number" and type(value) is float:
            found += ", which is not exact: read the JSON with parse_float=decimal.Decimal"
        return self.package.Mismatch(self.package.Misfit(model, field, expected, found), value)

    def _right(self, node: dict[str, Any]) -> st.SearchStrategy[Any]:
        return st.one_of([self._of(name, schema) for name, schema in self._options(node)])

    def _of(self, name: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
        if schema["type"] == "array":
            return st.lists(st.deferred(lambda: self._right(schema["items"])), max_size=2)
        if "additionalProperties" in schema:
            return st.dictionaries(st.text(max_size=4), self._right(schema["additionalProperties"]), max_size=2)
        if schema["type"] == "object":
            return st.deferred(lambda: self.objects(name))
        plain: st.SearchStrategy[Any] = {
            "boolean": st.booleans(),
            "integer": st.integers(),
            "number": st.integers(-(10**9), 10**9) | st.decimals(-(10**9), 10**9, places=18),
            "string": st.text(max_size=4),
        }[schema["type"]]
        return plain | st.sampled_from(_known(schema)) if _known(schema) else plain

    def _example(self, node: dict[str, Any]) -> Any:
        name, schema = self._options(node)[0]
        if schema["type"] == "array":
            return [self._example(schema["items"])]
        if "additionalProperties" in schema:
            return {"a": self._example(schema["additionalProperties"])}
        if schema["type"] == "object":
            return {field: self._example(inner) for field, inner in self._fields(name).items()}
        return next(iter(_known(schema)), _SAMPLES[schema["type"]])


def _known(schema: dict[str, Any]) -> list[Any]:
    """The values that a schema lists, open or closed: both are decoded as open ones."""
    known: list[Any] = schema.get("x-known-values", schema.get("enum", []))
    return known
