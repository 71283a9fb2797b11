"""A schema as it is meant, not as it is written: references followed, `allOf` merged, each keyword with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from qredo_codegen.description.document import Document, located, pointer, resolve_once
from qredo_codegen.description.names import member_name

from .changes import canonical_json

__all__ = ["LOWER", "TEXTS", "UPPER", "Shape", "Spot", "ValueSet", "describe", "shape", "values"]

TEXTS = frozenset({"$comment", "description", "example", "examples", "externalDocs", "summary", "title", "xml"})
"""Keywords that say something to people only."""

_ASIDE = frozenset({"default", "deprecated", "readOnly", "writeOnly"})
"""Keywords that say nothing of which values a schema has."""

_SCHEMAS = frozenset({"additionalProperties", "allOf", "anyOf", "items", "message", "oneOf", "properties", "schema"})
"""Keys below which schemas stand."""

UPPER = ("exclusiveMaximum", "maximum", "maxItems", "maxLength", "maxProperties")
LOWER = ("exclusiveMinimum", "minimum", "minItems", "minLength", "minProperties")
"""Limits that the least, and that the greatest of several says."""

_STRUCTURE = frozenset({"allOf", "anyOf", "oneOf", "properties", "required"})
_MARKS = {"exclusiveMaximum": "maximum", "exclusiveMinimum": "minimum"}

_DEEPEST = 16
_TOLD = 3
"""How many levels of lists, maps and unions a text tells: unions that hold each other have no end."""


@dataclass(frozen=True)
class Spot:
    """A value of a document, and the pointer of the place where it really stands."""

    document: Document
    pointer: str
    value: Any

    def child(self, *keys: str | int) -> Spot | None:
        """The value below some keys, references followed; None if there is none."""
        value = self.value
        for key in keys:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        found = Spot(self.document, self.pointer + pointer(*keys), value)
        return found.schema() if _SCHEMAS & {keys[0], keys[-1]} else found.target()

    def target(self) -> Spot:
        """What this stands for: itself, or the end of a chain of references.

        Raises:
            DocumentError: A reference leads nowhere, or back to itself.
        """
        ref = self.get("$ref")
        return Spot(self.document, *located(self.document, ref)) if isinstance(ref, str) else self

    def schema(self) -> Spot:
        """Follow a reference to a schema; keywords beside one are a part of an `allOf` with it, as in OpenAPI 3.1.

        Raises:
            DocumentError: A reference leads nowhere, or back to itself.
        """
        ref = self.get("$ref")
        if not isinstance(ref, str):
            return self
        if beside := {key: value for key, value in self.value.items() if key != "$ref" and key not in TEXTS}:
            whole = {**beside, "allOf": [{"$ref": ref}, *beside.get("allOf", ())]}
            return Spot(self.document, self.pointer, whole)
        located(self.document, ref)  # it may lead back to itself
        at = unquote(ref[1:])
        return Spot(self.document, at, resolve_once(self.document, at)).schema()

    def children(self, key: str) -> dict[str, Spot]:
        """The entries of a mapping below a key, references followed."""
        node = self.value.get(key) if isinstance(self.value, dict) else None
        names = node if isinstance(node, dict) else {}
        found = {name: self.child(key, name) for name in names}
        return {name: spot for name, spot in found.items() if spot is not None}

    def items(self, key: str) -> list[Spot]:
        """The entries of a list below a key, references followed."""
        found = (self.child(key, index) for index in range(len(self.get(key) or ())))
        return [spot for spot in found if spot is not None]

    @property
    def is_required(self) -> bool:
        """Whether a parameter, header or body must be there."""
        return self.get("required") is True

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, as it is written."""
        return self.value.get(key, default) if isinstance(self.value, dict) else default


@dataclass
class Shape:
    """A schema with everything that `allOf` brings into it.

    Attributes:
        spot: Where the schema stands.
        keywords: Keywords and their values, but for those below.
        places: Pointer of the object that has the keyword.
        properties: Properties by name.
        written: Pointer of each property in its own object, before references.
        required: Names of the properties that must be there.
        members: Alternatives (`oneOf`, `anyOf`); none if there is no choice.
        single: The alternative that is left where the other one is null.
    """

    spot: Spot
    keywords: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    properties: dict[str, Spot] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    members: list[Spot] = field(default_factory=list)
    single: Spot | None = None

    @property
    def type(self) -> str | None:
        """Its JSON type; several, in OpenAPI 3.1, are one text; None for any."""
        given = self.keywords.get("type")
        if isinstance(given, list):
            return " or ".join(sorted(name for name in given if name != "null")) or "null"
        if given is None and (self.properties or "additionalProperties" in self.keywords):
            return "object"
        named = values(self) if given is None else None
        if named and named.closed and all(text.startswith('"') for text in named.names):
            return "string"
        return given

    @property
    def is_nullable(self) -> bool:
        """Whether null is one of its values."""
        given = self.keywords.get("type")
        return self.keywords.get("nullable") is True or (isinstance(given, list) and "null" in given)

    def place(self, keyword: str) -> str:
        """Pointer of the object that has a keyword, or would have it."""
        return self.places.get(keyword, self.spot.pointer)

    def below(self, keyword: str) -> Spot | None:
        """The schema that is the value of a keyword, references followed; None if there is no such keyword."""
        return Spot(self.spot.document, self.place(keyword), self.keywords).child(keyword)


@dataclass(frozen=True)
class ValueSet:
    """The values of an `enum` (closed) or of `x-known-values` (open) by their JSON text, each with its Python name."""

    closed: bool
    names: dict[str, str]


def shape(spot: Spot, depth: int = 0) -> Shape:
    """The shape of a schema. What it says itself goes before what `allOf` says."""
    found = Shape(spot)
    node = spot.value if isinstance(spot.value, dict) else {}
    _own(found, spot, node)
    if depth < _DEEPEST and "allOf" not in node:
        _take_out_null(found, node, depth)
    for part in spot.items("allOf") if depth < _DEEPEST else ():
        _merge(found, shape(part, depth + 1))
    return found


def values(of: Shape) -> ValueSet | None:
    """The set of values that a schema names, or None."""
    for keyword, closed in (("enum", True), ("const", True), ("x-known-values", False)):
        if keyword in of.keywords:
            given = of.keywords[keyword] if keyword != "const" else [of.keywords[keyword]]
            names = of.keywords.get("x-enum-varnames") or [member_name(value) for value in given]
            texts = (canonical_json(value) for value in given)
            return ValueSet(closed, dict(zip(texts, map(str, names), strict=False)))
    return None


def describe(spot: Spot | None, depth: int = 0) -> str:
    """A schema in a few words: `array of integer int64`. Says nothing of names, texts and order."""
    if depth > _TOLD:
        return "..."
    if spot is None:
        return "anything"
    of = shape(spot)
    null = " or null" if of.is_nullable else ""
    if of.members:
        return " | ".join(sorted({describe(member, depth + 1) for member in of.members})) + null
    if of.type == "array" and isinstance(of.keywords.get("items"), dict):
        return f"array of {describe(of.below('items'), depth + 1)}{null}"
    extra = of.keywords.get("additionalProperties")
    if isinstance(extra, dict) and extra and not of.properties:
        return f"map of {describe(of.below('additionalProperties'), depth + 1)}{null}"
    return " ".join(filter(None, (of.type or "anything", of.keywords.get("format")))) + null


def _own(found: Shape, spot: Spot, node: Document) -> None:
    for name, child in spot.children("properties").items():
        found.properties[name] = child
        found.written[name] = spot.pointer + pointer("properties", name)
    if isinstance(required := node.get("required"), list):  # vendors write `true` at the field itself
        found.required.update(required)
    found.members += [*spot.items("oneOf"), *spot.items("anyOf")]
    found.keywords = _exclusive({key: value for key, value in node.items() if key not in _STRUCTURE})
    found.places = dict.fromkeys(found.keywords, spot.pointer)


def _exclusive(keywords: Document) -> Document:
    """Say of bounds that are excluded what OpenAPI 3.1 says: 3.0 has a mark beside the bound."""
    found = {key: value for key, value in keywords.items() if not (key in _MARKS and isinstance(value, bool))}
    for mark, bound in _MARKS.items():
        if keywords.get(mark) is True and bound in found:
            found[mark] = found.pop(bound)
    return found


def _take_out_null(found: Shape, node: Document, depth: int) -> None:
    """Say of `anyOf: [X, null]` what a list of types or `nullable` says, where nothing beside it limits the values."""
    others = [one for one in found.members if not _is_null(one)]
    own = {key for key in found.keywords.keys() - TEXTS if not key.startswith("x-")}
    if len(others) in (0, len(found.members)) or found.properties or own - _ASIDE:
        return
    parts = [shape(one, depth + 1) for one in others]
    is_twice_null = "oneOf" in node and any(one.is_nullable for one in parts)  # null fits two, so it is refused
    is_said_twice = any((found.keywords.keys() & one.keywords.keys()) - TEXTS for one in parts)
    if is_twice_null or is_said_twice:
        return
    found.keywords["nullable"], found.places["nullable"] = True, found.spot.pointer
    found.members = others
    if len(parts) == 1:
        found.members, found.single = [], others[0]
        _merge(found, parts[0])


def _is_null(spot: Spot) -> bool:
    return {key: value for key, value in spot.value.items() if key not in TEXTS} == {"type": "null"}


def _merge(found: Shape, part: Shape) -> None:
    """Add what a part of an `allOf` says: of a property or a limit that both have, both hold."""
    found.required |= part.required
    found.members += part.members
    for name, spot in part.properties.items():
        found.properties[name] = _both(found, name, spot) if name in found.properties else spot
        found.written.setdefault(name, part.written[name])
    for key, value in part.keywords.items():
        if key not in found.keywords or _is_tighter(key, value, found.keywords[key]):
            found.keywords[key] = value
            found.places[key] = part.places[key]


def _both(found: Shape, name: str, spot: Spot) -> Spot:
    """A property that two parts of an `allOf` describe."""
    known = found.properties[name]
    if known.value == spot.value:
        return known
    parts = [{"$ref": f"#{quote(one.pointer)}"} for one in (known, spot)]
    return Spot(spot.document, found.spot.pointer + pointer("properties", name), {"allOf": parts})


def _is_tighter(key: str, value: Any, known: Any) -> bool:
    if key == "enum":
        return all(one in known for one in value)
    return value < known if key in UPPER else value > known if key in LOWER else False
