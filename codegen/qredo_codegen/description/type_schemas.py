"""Schemas in the one form that the generator takes, made from those that a description is written in.

What is written in many ways becomes one of: a reference to a class, a scalar, an array, a map, a union, or anything.
Objects with fields and sets of values become classes, wherever they stand (`hoisted`): a class is known by the JSON
pointer of its schema until all are named together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from qredo_codegen.errors import DocumentError

from .all_of import Merged, Part, merge
from .annotations import MEMBERS, STRUCTURE, annotations_of, is_about_types, is_wide, without_annotations
from .document import Document, pointer, resolve_once, tokens
from .places import Problem
from .schema_class import CLASS, JSON_TYPES, SchemaClass
from .unions import adds_nothing, are_conditions, key_of_member, mapped, simplified

__all__ = ["TypeSchemas"]

_SCALARS = ("boolean", "integer", "number", "string")
_VALUES = ("x-known-values", "enum", "const")


class TypeSchemas:
    """Brings schemas into the one form, and collects the classes.

    Attributes:
        classes: Every class that was met, by the pointer of its schema.
        known: The one form of every schema that was met, by its pointer; None while it is made.
        problems: What is ambiguous or meaningless.
        left_out: What is not generated, in order.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.classes: dict[str, SchemaClass] = {}
        self.problems: list[Problem] = []
        self.left_out: dict[Problem, None] = {}
        self._places: dict[str, str] = {}
        self.known: dict[str, Document | None] = {}
        self._inside_itself: set[str] = set()
        self._later: list[Callable[[], None]] = []

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
        found = self._typed(node, at, hint)
        while self._later:
            self._later.pop(0)()
        return found

    def _typed(self, node: Any, at: str, hint: str) -> Document:
        """The one form of a schema, whose classes have no fields yet: those may refer to what is not complete."""
        if not isinstance(node, dict):  # true and false: OpenAPI 3.1
            return {}
        if at not in self.known:
            self.known[at] = None
            found = self._structure(node, at, hint)
            if at in self._inside_itself:
                self._is_recursive(at, found)
            self.known[at] = found | annotations_of(node)
        elif self.known[at] is None:
            self._inside_itself.add(at)
        return dict(self.known[at] or {})

    def _is_recursive(self, at: str, found: Document) -> None:
        """Say what became of a schema inside itself, where no class stands between."""
        if found:
            text = "has no type where it stands inside itself without an object with fields between."
            self.left_out[Problem(self.place(at), text)] = None
        else:
            self._problem(at, "is nothing but a reference to itself; say what it is.")

    def json_type(self, schema: Document) -> str:
        """The JSON type of what a schema in the one form describes; that of a union is `object`."""
        if CLASS in schema:
            class_ = self.classes[schema[CLASS]]
            return "object" if class_.values is None else class_.base
        return "object" if "oneOf" in schema else str(schema.get("type", ""))

    def _structure(self, node: Document, at: str, hint: str) -> Document:
        own = {key for key in node.keys() & STRUCTURE if not (key == "type" and node[key] in ("object", ["object"]))}
        if own == {"$ref"}:
            return self._aliased(node["$ref"])
        if own == {"allOf"}:
            parts = [index for index, part in enumerate(node["allOf"]) if is_about_types(part)]
            if len(parts) == 1:
                return self._typed(node["allOf"][parts[0]], at + pointer("allOf", parts[0]), hint)
        return self._of_type(self._merged([(node, at)]), at, hint)

    def _aliased(self, ref: str) -> Document:
        where = unquote(ref[1:])
        return self._typed(resolve_once(self.document, where), where, tokens(where)[-1])

    def _merged(self, parts: list[Part]) -> Merged:
        return merge(self.document, parts, self._problem)

    # --- by type ---

    def _of_type(self, merged: Merged, at: str, hint: str) -> Document:
        keywords = merged.keywords
        if "$dynamicRef" in keywords:
            place = self.place(keywords["$dynamicRef"][1]) + "/$dynamicRef"
            text = "is left out: it is not followed, so what it refers to has no type."
            self.left_out[Problem(place, text)] = None
        given = keywords.get("type")
        types = [given] if isinstance(given, str) else list(given or ())
        null = {"nullable": True} if "null" in types or keywords.get("nullable") is True else {}
        types = [kind for kind in types if kind != "null"]
        unions = [key for key in MEMBERS if key in keywords and not are_conditions(keywords[key][0])]
        if key := next((key for key in _VALUES if key in keywords), None):
            found = self._values(key, keywords, types, at, hint)
        elif unions:
            found = self._union_of(unions[0], merged, at, hint)
        elif len(types) > 1:
            found = simplified([self._one_type(kind, merged, at, hint) for kind in types], self.json_type)
        else:
            found = self._one_type(types[0] if types else "", merged, at, hint)
        return found | null

    def _one_type(self, kind: str, merged: Merged, at: str, hint: str) -> Document:
        keywords = merged.keywords
        if kind in _SCALARS:
            given = _format(keywords) if kind == "string" else None
            return {"type": kind} | ({"format": given} if given else {})
        if kind == "array" or (not kind and ("items" in keywords or "prefixItems" in keywords)):
            items, where = keywords.get("items", ({}, at))
            item = {} if "prefixItems" in keywords else self._typed(items, where + "/items", f"{hint}_item")
            return {"type": "array", "items": without_annotations(item)}
        if merged.fields or merged.required:
            return self._object(merged, at, hint)
        if kind == "object" or "additionalProperties" in keywords or "patternProperties" in keywords:
            return self._map(merged, at, hint)
        return {}

    def _map(self, merged: Merged, at: str, hint: str) -> Document:
        values, where = merged.keywords.get("additionalProperties", (None, at))
        if values is None and "patternProperties" not in merged.keywords and _component(at):
            return self._object(merged, at, hint)  # a named object whose fields are not published
        value = (
            self._typed(values, where + "/additionalProperties", f"{hint}_value") if isinstance(values, dict) else {}
        )
        return {"type": "object", "additionalProperties": without_annotations(value)}

    def _object(self, merged: Merged, at: str, hint: str) -> Document:
        found = self._new_class(merged, at, hint)
        found.fields = {wire: {} for wire in [*merged.fields, *merged.required]}
        found.required = list(merged.required)
        self._later.append(lambda: self._fill(found, merged.fields))
        return found.reference

    def _fill(self, found: SchemaClass, fields: Mapping[str, list[Part]]) -> None:
        """Give the fields of a class their schemas."""
        for wire, parts in fields.items():
            at, hint = found.pointer + pointer("properties", wire), f"{found.wire or found.hint}_{wire}"
            said = {key: value for part, _ in reversed(parts) for key, value in annotations_of(part).items()}
            said.pop("nullable", None)  # which one part cannot say for all
            found.fields[wire] = said | self._field(parts, at, hint)

    def _field(self, parts: list[Part], at: str, hint: str) -> Document:
        """The one form of a field that one part of an allOf describes, or several."""
        wide = [part for part, _ in parts if is_wide(part)]
        narrow = [(part, where) for part, where in parts if not is_wide(part)] or parts[:1]
        node, where = narrow[0]
        if all(part == node for part, _ in narrow):
            whole = self._typed(node, where, hint)
            is_object = not whole or self.json_type(whole) == "object"
            if is_object or not any(isinstance(part, dict) and "type" in part for part in wide):
                return whole
        self.know(at, self.place(where))
        return without_annotations(self._of_type(self._merged(parts), at, hint))

    def _new_class(self, merged: Merged, at: str, hint: str) -> SchemaClass:
        text = str(merged.keywords.get("description", ""))
        found = SchemaClass(at, _component(at), hint, text)
        found.list = merged.keywords.get("x-list")
        self.classes[at] = found
        return found

    def _values(self, key: str, keywords: Document, types: list[str], at: str, hint: str) -> Document:
        """The form of `enum`, `const` or `x-known-values`: a set of values for each of their types."""
        given = [keywords[key]] if key == "const" else keywords[key]
        null = {"nullable": True} if None in given else {}
        kinds = _by_type([value for value in given if value is not None], types)
        taken = {*types, "number"} if "integer" in types else {*types} or kinds.keys()
        if not kinds.keys() <= taken:
            text = f"has values of the type {' and '.join(sorted(kinds))}"
            text += f", and its type is {' and '.join(types)}" if types else ""
            self._problem(at, f"{text}; give all of them one type (quote texts).")
        elif len(kinds) == 1:
            ((kind, values),) = kinds.items()
            return self._set(kind, values, keywords, at, hint) | null
        sets = [
            self._set(kind, values, keywords, at + pointer(key, kind), f"{hint}_{kind}")
            for kind, values in kinds.items()
            if kind in taken
        ]
        return simplified(sets, self.json_type) | null

    def _set(self, kind: str, values: list[Any], keywords: Document, at: str, hint: str) -> Document:
        """The form of a set of values of one type."""
        if kind not in ("integer", "string"):
            return self._one_type(kind, Merged(), at, hint)
        found = self._new_class(Merged(keywords), at, hint)
        found.values = list(dict.fromkeys(values))
        names = keywords.get("x-enum-varnames") or ()
        if len(names) == len(values) == len(found.values):
            found.varnames = list(map(str, names))
        elif names:
            self._problem(at + "/x-enum-varnames", f"has {len(names)} names for {len(values)} values.")
        return found.reference

    # --- unions ---

    def _union_of(self, key: str, merged: Merged, at: str, hint: str) -> Document:
        nodes, where = merged.keywords[key]
        members: list[Document] = []
        referred: dict[str, Document] = {}
        for index, node in enumerate(nodes):
            # A member that the fields around are added to is another than where it stands alone.
            place = (at if merged.fields else where) + pointer(key, key_of_member(node, nodes, index))
            self.know(place, self.place(where) + pointer(key, index))
            words = f"{hint}_{node.get('title') or f'option_{index + 1}'}" if isinstance(node, dict) else hint
            members.append(self._member(node, merged, place, words))
            if isinstance(node, dict) and "$ref" in node:
                referred[unquote(node["$ref"][1:])] = members[-1]
        found = simplified(members, self.json_type)
        if "oneOf" in found and isinstance(discriminator := merged.keywords.get("discriminator"), dict):
            found["x-discriminator"] = self._discriminator(discriminator, found["oneOf"], referred, at)
        return found

    def _member(self, node: Any, merged: Merged, place: str, hint: str) -> Document:
        """A member of a union with the fields that stand beside the union."""
        if "type" in merged.keywords and isinstance(node, dict) and not is_about_types(node):
            node = {**node, "type": merged.keywords["type"]}
        whole = self._merged([(node, place)])
        if adds_nothing(merged, whole):
            return self._typed(node, place, hint)
        for wire, parts in merged.fields.items():
            whole.fields.setdefault(wire, []).extend(parts)
        whole.required |= merged.required
        whole.keywords = {"type": "object"} | whole.keywords
        return self._of_type(whole, place, hint)

    def _discriminator(
        self, given: Document, members: list[Document], referred: Mapping[str, Document], at: str
    ) -> Document:
        """The property that tells members apart, and the class of each of its values.

        Args:
            given: The discriminator as it is written.
            members: The members of the union.
            referred: Those that are references, by the pointer of what they refer to.
            at: Pointer of the union.
        """
        keys = [member[CLASS] for member in members if CLASS in member]
        explicit: dict[str, str] = {}
        for value, ref in given.get("mapping", {}).items():
            where = mapped(str(ref), self.document)
            found = referred[where] if where in referred else self._schema_at(where)
            if found.get(CLASS) in keys:
                explicit[str(value)] = found[CLASS]
            else:
                self._problem(at + pointer("discriminator", "mapping", value), f"{ref!r} is no member of the union.")
        name = str(given.get("propertyName", ""))
        if not any(name in self.classes[key].fields for key in keys):
            self._problem(at + "/discriminator/propertyName", f"{name!r} is a property of no member of the union.")
        named = {tokens(where)[-1]: member[CLASS] for where, member in referred.items() if member.get(CLASS) in keys}
        mapping = {value: key for value, key in named.items() if key not in explicit.values()}
        self._later.append(lambda: mapping.update(self._told_apart(keys, name) | explicit))
        return {"property": name, "mapping": mapping}

    def _told_apart(self, keys: list[str], name: str) -> dict[str, str]:
        """The classes by the values that the sets of one field have in each of them alone."""
        fields = {key: self.classes[key].fields.get(name, {}) for key in keys}
        sets = {key: self.classes[one[CLASS]].values or [] for key, one in fields.items() if CLASS in one}
        every = [value for values in sets.values() for value in values]
        return {str(value): key for key, values in sets.items() for value in values if every.count(value) == 1}

    def _schema_at(self, where: str) -> Document:
        """The one form of the schema at a pointer; empty where there is none."""
        try:
            return self._aliased("#" + where)
        except DocumentError:
            return {}

    def _problem(self, at: str, message: str) -> None:
        problem = Problem(self.place(at), message)
        if problem not in self.problems:
            self.problems.append(problem)


def _format(keywords: Document) -> Any:
    """The format of a text. OpenAPI 3.1 says of content that is no text by its media type that it is binary."""
    media = str(keywords.get("contentMediaType", "text/plain"))
    is_text = media.startswith("text/") or media.partition(";")[0].endswith(("json", "xml", "yaml"))
    return keywords.get("format") or ("binary" if not is_text and "contentEncoding" not in keywords else None)


def _by_type(values: list[Any], types: list[str]) -> dict[str, list[Any]]:
    """Values by their JSON type; whole numbers among others, or where a number is said to stand, are numbers."""
    found: dict[str, list[Any]] = {}
    for value in values:
        found.setdefault(JSON_TYPES[type(value)], []).append(value)
    if "integer" in found and ("number" in found or ("number" in types and "integer" not in types)):
        found["number"] = found.pop("integer") + found.get("number", [])
    return found


def _component(at: str) -> str | None:
    parts = tokens(at)
    return parts[2] if len(parts) == 3 and parts[:2] == ("components", "schemas") else None
