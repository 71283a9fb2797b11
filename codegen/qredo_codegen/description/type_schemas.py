"""Schemas in the one form that the generator takes, made from those that a description is written in.

What is written in many ways becomes one of: a reference to a class, a scalar, an array, a map, a union, or anything.
Objects with fields and sets of values become classes, wherever they stand (`hoisted`): a class is known by the JSON
pointer of its schema until all are named together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from qredo_codegen.errors import DocumentError

from .document import Document, pointer, resolve_once, tokens
from .places import Problem

__all__ = ["CLASS", "Part", "SchemaClass", "TypeSchemas"]

CLASS = "x-class"
"""Keyword of a schema in the one form: the pointer, later the name, of the class that it refers to."""

Part = tuple[Any, str]
"""A schema as it is written, and its pointer."""

_STRUCTURE = frozenset(
    {
        "$dynamicRef",
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "enum",
        "items",
        "oneOf",
        "patternProperties",
    }
    | {"prefixItems", "properties", "required", "type", "x-known-values"}
)
# What a schema says of the place where it stands, rather than of the type.
_PLACE = ("description", "x-sensitive", "x-unit", "readOnly", "writeOnly", "deprecated", "default")
_SCALARS = ("boolean", "integer", "number", "string")
_NESTED = ("additionalProperties", "anyOf", "items", "oneOf")
_CONDITIONS = frozenset({"required", "not", "description", "title"})
_PYTHON = {bool: "boolean", int: "integer", float: "number", str: "string"}


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
        nullable: Whether null may stand in its place, wherever that is.
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
    nullable: bool = False
    is_upload: bool = False
    name: str = ""
    module: str = ""
    names: Mapping[Any, str] = field(default_factory=dict)
    list: str | None = None

    @property
    def base(self) -> str:
        """The JSON type of the values of a set."""
        return _PYTHON[type((self.values or [""])[0])]


@dataclass
class _Merged:
    """What the parts of an `allOf` say together."""

    keywords: Document = field(default_factory=dict)
    fields: dict[str, list[Part]] = field(default_factory=dict)
    required: dict[str, None] = field(default_factory=dict)


class TypeSchemas:
    """Brings schemas into the one form, and collects the classes.

    Attributes:
        classes: Every class that was met, by the pointer of its schema.
        problems: What is ambiguous or meaningless.
        left_out: What is not generated, in order.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.classes: dict[str, SchemaClass] = {}
        self.problems: list[Problem] = []
        self.left_out: dict[Problem, None] = {}
        self._places: dict[str, str] = {}
        self._known: dict[str, Document | None] = {}

    @property
    def met(self) -> set[str]:
        """Pointers of everything that was referred to."""
        return {*self.classes, *self._known}

    def know(self, at: str, place: str) -> None:
        """Remember where that stands which is known by a key of its own, and not by its number in a list.

        Args:
            at: The pointer by which it is known.
            place: Its place in the document.
        """
        self._places[at] = place

    def place(self, at: str) -> str:
        """The place in the document of what is known by a pointer."""
        known = at
        while known and known not in self._places:
            known = known.rpartition("/")[0]
        return self._places[known] + at[len(known) :] if known else at

    def typed(self, node: Any, at: str, hint: str) -> Document:
        """The one form of a schema.

        Args:
            node: The schema as it is written.
            at: Its pointer, or that by which it is known.
            hint: Words for the name of a class that has none of its own.
        """
        if not isinstance(node, dict):  # true and false: OpenAPI 3.1
            return {}
        found = self._structure(node, at, hint)
        if node.get("nullable") is True:
            found["nullable"] = True
        return found | {key: node[key] for key in _PLACE if node.get(key) not in (None, False, "")}

    def at(self, where: str) -> Document:
        """The one form of the schema at a pointer."""
        if where in self.classes:
            return self._class_reference(where)
        if where not in self._known:
            self._known[where] = None  # while it is made
            self._known[where] = self.typed(resolve_once(self.document, where), where, tokens(where)[-1])
        found = self._known[where]
        if found is None:
            self._problem(where, "is nothing but a reference to itself; say what it is.")
        return dict(found or {})

    def json_type(self, schema: Document) -> str:
        """The JSON type of what a schema in the one form describes; that of a union is `object`."""
        if CLASS in schema:
            class_ = self.classes[schema[CLASS]]
            return "object" if class_.values is None else class_.base
        return "object" if "oneOf" in schema else str(schema.get("type", ""))

    def _structure(self, node: Document, at: str, hint: str) -> Document:
        own = {key for key in node.keys() & _STRUCTURE if not (key == "type" and node[key] in ("object", ["object"]))}
        if own == {"$ref"}:
            return self._aliased(node["$ref"])
        if own == {"allOf"}:
            parts = [
                (part, index)
                for index, part in enumerate(node["allOf"])
                if isinstance(part, dict) and part.keys() & _STRUCTURE
            ]
            if len(parts) == 1:
                part, index = parts[0]
                return _without_place(self.typed(part, at + pointer("allOf", index), hint), keep="description")
        return self._of_type(self._merged([(node, at)]), at, hint)

    def _aliased(self, ref: str) -> Document:
        where = unquote(ref[1:])
        found, node = self.at(where), resolve_once(self.document, where)
        text = {"description": str(node["description"])} if _has(node, "description") else {}
        return _without_place(found, keep="description") | text

    def _class_reference(self, where: str) -> Document:
        found: Document = {CLASS: where}
        if text := self.classes[where].description:
            found["description"] = text
        if self.classes[where].nullable:
            found["nullable"] = True
        return found

    # --- allOf ---

    def _merged(self, parts: list[Part]) -> _Merged:
        merged = _Merged()
        for leaf, at in self._leaves(parts, frozenset()):
            for wire, child in leaf.get("properties", {}).items():
                if child is not False:
                    merged.fields.setdefault(wire, []).append((child, at + pointer("properties", wire)))
            merged.required |= dict.fromkeys(leaf.get("required", ()))
            if "$dynamicRef" in leaf:
                text = "is left out: it is not followed, so what it refers to has no type."
                self.left_out[Problem(self.place(at) + "/$dynamicRef", text)] = None
            for key, value in leaf.items():
                if key not in ("properties", "required"):
                    self._merge(merged.keywords, key, value, at)
        return merged

    def _merge(self, merged: Document, key: str, value: Any, at: str) -> None:
        """Add a keyword of one part of an allOf to those of the parts before it."""
        known: Any = merged.get(key)
        if key not in merged or key == "additionalProperties":
            merged[key] = (value, at) if key in _NESTED else value
        elif key == "type":
            both = _common_types(known, value)
            merged[key] = both or value
            if not both:
                self._problem(at, f"is {value!r}, and another part of its allOf is {known!r}; agree on one.")
        elif key in _NESTED:
            if known[0] != value:
                self._problem(at, f"has {key}, and so has another part of its allOf; write one of them.")
        elif key not in ("description", "nullable"):
            merged[key] = value

    def _leaves(self, parts: list[Part], above: frozenset[str]) -> Iterator[tuple[Document, str]]:
        """The parts of an allOf that stand for themselves, behind references and nested allOf."""
        for node, at in parts:
            if not isinstance(node, dict):
                continue
            if at in above:
                self._problem(at, "is a part of its own allOf; it can never be complete.")
                continue
            own = {key: value for key, value in node.items() if key not in ("$ref", "allOf")}
            if any(key != "type" or not node.get("allOf") for key in own):
                yield own, at
            inner: list[Part] = []
            if isinstance(node.get("$ref"), str):
                where = unquote(node["$ref"][1:])
                inner.append((_bare(resolve_once(self.document, where)), where))
            members = node.get("allOf", ())
            for index, part in enumerate(members):
                inner.append((_bare(part) if len(members) > 1 else part, at + pointer("allOf", index)))
            yield from self._leaves(inner, above | {at})

    # --- by type ---

    def _of_type(self, merged: _Merged, at: str, hint: str) -> Document:
        keywords = merged.keywords
        given = keywords.get("type")
        types = [given] if isinstance(given, str) else list(given or ())
        null = {"nullable": True} if "null" in types or keywords.get("nullable") is True else {}
        types = [kind for kind in types if kind != "null"]
        unions = [key for key in ("oneOf", "anyOf") if key in keywords and not _are_conditions(keywords[key][0])]
        if (values := _values(keywords)) is not None:
            found = self._values(values, keywords, types, at, hint)
        elif unions:
            found = self._union_of(unions[0], merged, at, hint)
        elif len(types) > 1:
            found = self._simplified([self._one_type(kind, merged, at, hint) for kind in types], at)
        else:
            found = self._one_type(types[0] if types else "", merged, at, hint)
        return found | null

    def _one_type(self, kind: str, merged: _Merged, at: str, hint: str) -> Document:
        keywords = merged.keywords
        if kind in _SCALARS:
            given = _format(keywords) if kind == "string" else None
            return {"type": kind} | ({"format": given} if given else {})
        if kind == "array" or (not kind and ("items" in keywords or "prefixItems" in keywords)):
            items, where = keywords.get("items", ({}, at))
            item = {} if "prefixItems" in keywords else self.typed(items, where + "/items", f"{hint}_item")
            return {"type": "array", "items": _without_place(item)}
        if merged.fields or merged.required:
            return self._object(merged, at, hint)
        if kind == "object" or "additionalProperties" in keywords or "patternProperties" in keywords:
            return self._map(merged, at, hint)
        return {}

    def _map(self, merged: _Merged, at: str, hint: str) -> Document:
        values, where = merged.keywords.get("additionalProperties", (None, at))
        if values is None and "patternProperties" not in merged.keywords and _component(at):
            return self._object(merged, at, hint)  # a named object whose fields are not published
        value = self.typed(values, where + "/additionalProperties", f"{hint}_value") if isinstance(values, dict) else {}
        return {"type": "object", "additionalProperties": _without_place(value)}

    def _object(self, merged: _Merged, at: str, hint: str) -> Document:
        found = self._new_class(merged, at, hint)
        for wire, parts in merged.fields.items():
            node, where = parts[0]
            words = f"{found.wire or hint}_{wire}"
            different = [part for part, _ in parts[1:] if part != node]
            if different:
                whole = self._of_type(self._merged(parts), where, words)
                place = {key: part[key] for part, _ in reversed(parts) for key in _PLACE if _has(part, key)}
                found.fields[wire] = _without_place(whole) | place
            else:
                found.fields[wire] = self.typed(node, where, words)
        for wire in merged.required:
            found.fields.setdefault(wire, {})
        found.required = list(merged.required)
        return self._class_reference(at)

    def _new_class(self, merged: _Merged, at: str, hint: str) -> SchemaClass:
        text = str(merged.keywords.get("description", ""))
        found = SchemaClass(at, _component(at), hint, text)
        found.nullable = merged.keywords.get("nullable") is True or _names_null(merged.keywords)
        found.list = merged.keywords.get("x-list")
        self.classes[at] = found
        return found

    def _values(self, given: list[Any], keywords: Document, types: list[str], at: str, hint: str) -> Document:
        values = [value for value in given if value is not None]
        null = {"nullable": True} if len(values) < len(given) else {}
        kinds = {_PYTHON.get(type(value), "something else") for value in values}
        if not values:
            return {"nullable": True}
        if kinds == {"boolean"}:
            return {"type": "boolean"} | null
        if kinds <= {"integer", "number"} and (kinds != {"integer"} or types == ["number"]):
            return {"type": "number"} | null
        if len(kinds) > 1 or (types and types != list(kinds)) or kinds - {"integer", "string"}:
            found, said = " and ".join(sorted(kinds)), f", and its type is {' and '.join(types)}" if types else ""
            self._problem(at, f"has values of the type {found}{said}; give all of them one type (quote texts).")
            return {"type": "string"}
        class_ = self._new_class(_Merged(keywords), at, hint)
        class_.values = list(dict.fromkeys(values))
        names = keywords.get("x-enum-varnames") or ()
        class_.varnames = list(map(str, names)) if names and len(names) == len(given) == len(class_.values) else None
        if names and class_.varnames is None:
            self._problem(at + "/x-enum-varnames", f"has {len(names)} names for {len(given)} values.")
        return self._class_reference(at) | null

    # --- unions ---

    def _union_of(self, key: str, merged: _Merged, at: str, hint: str) -> Document:
        nodes, where = merged.keywords[key]
        members = []
        for index, node in enumerate(nodes):
            place = where + pointer(key, _key_of_member(node, nodes, index))
            self.know(place, self.place(where) + pointer(key, index))
            words = f"{hint}_{node.get('title') or f'option_{index + 1}'}" if isinstance(node, dict) else hint
            if merged.fields:
                whole = self._merged([(node, place)])
                for wire, parts in merged.fields.items():
                    whole.fields.setdefault(wire, []).extend(parts)
                whole.required |= merged.required
                whole.keywords = {"type": "object"} | whole.keywords
                members.append(self._of_type(whole, place, words))
            else:
                members.append(self.typed(node, place, words))
        discriminator = merged.keywords.get("discriminator")
        return self._simplified(members, at, discriminator if isinstance(discriminator, dict) else None)

    def _simplified(self, members: list[Document], at: str, discriminator: Document | None = None) -> Document:
        """A union without what says nothing more: null, the same twice, text beside a set of texts."""
        flat: list[Document] = []
        null: Document = {}
        for member in members:
            if member.pop("nullable", False):
                null = {"nullable": True}
            is_plain = "oneOf" in member and "x-discriminator" not in member
            flat.extend(member["oneOf"] if is_plain else [_without_place(member)])
        if members and any(not member for member in flat):
            # `{}` is anything; but one that stood for null alone says nothing more than null
            flat = [member for member in flat if member] if null and len(flat) > 1 else []
        united = self._united(flat)
        if not united:
            return null
        if len(united) == 1:
            return united[0] | null
        found: Document = {"oneOf": united}
        if discriminator:
            found["x-discriminator"] = self._discriminator(discriminator, united, at)
        return found | null

    def _united(self, members: list[Document]) -> list[Document]:
        found: list[Document] = []
        for member in members:
            kind = self.json_type(member)
            same = next((one for one in found if self.json_type(one) == kind), None)
            if same is None or (kind == "object" and member not in found):
                found.append(dict(member))
            elif kind == "array" and same["items"] != member["items"]:
                same["items"] = self._simplified([dict(same["items"]), dict(member["items"])], "")
            elif kind in ("string", "integer") and CLASS in member and same.get(CLASS) != member[CLASS]:
                # Of two sets, both open, what they share is the plain type.
                plain = {"type": kind} if CLASS in same else member
                same.clear()
                same.update(plain)
            elif kind == "string" and CLASS not in same:
                same.pop("format", None)
        if any(self.json_type(one) == "number" for one in found):
            found = [one for one in found if self.json_type(one) != "integer"]
        return found

    def _discriminator(self, given: Document, members: list[Document], at: str) -> Document:
        keys = [member[CLASS] for member in members if CLASS in member]
        explicit: dict[str, str] = {}
        for value, ref in given.get("mapping", {}).items():
            found = self._class_named(str(ref))
            if found in keys:
                explicit[str(value)] = found
            else:
                self._problem(at + pointer("discriminator", "mapping", value), f"{ref!r} is no member of the union.")
        name = str(given.get("propertyName", ""))
        if not any(name in self.classes[key].fields for key in keys):
            self._problem(at + "/discriminator/propertyName", f"{name!r} is a property of no member of the union.")
        named = explicit.values()
        return {"property": name, "mapping": {tokens(key)[-1]: key for key in keys if key not in named} | explicit}

    def _class_named(self, ref: str) -> str:
        """The pointer of the class that a mapping names; empty for none."""
        where = unquote(ref[1:]) if ref.startswith("#") else pointer("components", "schemas", ref)
        try:
            return str(self.at(where).get(CLASS, ""))
        except DocumentError:  # it points at nothing
            return ""

    def _problem(self, at: str, message: str) -> None:
        problem = Problem(self.place(at), message)
        if problem not in self.problems:
            self.problems.append(problem)


def _format(keywords: Document) -> Any:
    """The format of a text. OpenAPI 3.1 says of content that is no text by its media type that it is binary."""
    media = str(keywords.get("contentMediaType", "text/plain"))
    is_text = media.startswith("text/") or media.partition(";")[0].endswith(("json", "xml", "yaml"))
    return keywords.get("format") or ("binary" if not is_text and "contentEncoding" not in keywords else None)


def _has(node: Any, key: str) -> bool:
    return isinstance(node, dict) and node.get(key) not in (None, False, "")


def _without_place(found: Document, keep: str = "") -> Document:
    return {key: value for key, value in found.items() if key not in _PLACE or key == keep}


def _bare(node: Any) -> Any:
    """A part of an allOf without what it says of itself as a whole: the whole has words of its own."""
    if not isinstance(node, dict):
        return node
    return {key: value for key, value in node.items() if key not in ("nullable", "description", "discriminator")}


def _values(keywords: Document) -> list[Any] | None:
    for key in ("x-known-values", "enum"):
        if isinstance(keywords.get(key), list):
            return list(keywords[key])
    return [keywords["const"]] if "const" in keywords else None


def _key_of_member(node: Any, members: list[Any], index: int) -> str | int:
    """What a member of a union is known by when others are added: the names of its fields, if it has some."""
    keys = [",".join(sorted(one.get("properties", ()))) if isinstance(one, dict) else "" for one in members]
    return keys[index] if keys[index] and keys.count(keys[index]) == 1 and "$ref" not in node else index


def _names_null(node: Document) -> bool:
    given = node.get("type")
    return (isinstance(given, list) and "null" in given) or None in (node.get("enum") or ())


def _are_conditions(members: list[Any]) -> bool:
    """Whether the members of a union say only which fields go together, as `required` does: no types of their own."""
    return all(isinstance(member, dict) and member.keys() <= _CONDITIONS and member for member in members)


def _common_types(first: Any, second: Any) -> Any:
    ours, theirs = ([one] if isinstance(one, str) else list(one) for one in (first, second))
    both = [kind for kind in ours if kind in theirs]
    if not both and {"integer", "number"} <= {*ours, *theirs}:
        both = ["integer"]
    return both[0] if len(both) == 1 else both


def _component(at: str) -> str | None:
    parts = tokens(at)
    return parts[2] if len(parts) == 3 and parts[:2] == ("components", "schemas") else None
