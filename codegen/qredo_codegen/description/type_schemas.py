"""Schemas in the one form that the generator takes, made from those that a description is written in.

What is written in many ways becomes one of: a reference to a class, a scalar, an array, a map, a union, or anything.
Objects with fields and sets of values become classes, wherever they stand (`hoisted`): a class is known by the JSON
pointer of its schema until all are named together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from qredo_codegen.errors import DocumentError

from .all_of import MEMBERS, Merged, Part, merge
from .document import Document, pointer, resolve_once, tokens
from .places import Problem

__all__ = ["CLASS", "SchemaClass", "TypeSchemas"]

CLASS = "x-class"
"""Keyword of a schema in the one form: the pointer, later the name, of the class that it refers to."""

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
_VALUES = ("x-known-values", "enum", "const")
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
        self._known: dict[str, Document | None] = {}  # by pointer; None while it is made
        self._inside_itself: set[str] = set()
        self._later: list[Callable[[], None]] = []

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
        found = self._typed(node, at, hint)
        while self._later:
            self._later.pop(0)()
        return found

    def _typed(self, node: Any, at: str, hint: str) -> Document:
        """The one form of a schema, whose classes have no fields yet: those may refer to what is not complete."""
        if not isinstance(node, dict):  # true and false: OpenAPI 3.1
            return {}
        if at not in self._known:
            self._known[at] = None
            found = self._structure(node, at, hint)
            if at in self._inside_itself:
                self._is_recursive(at, found)
            self._known[at] = found | _said(node)
        elif self._known[at] is None:
            self._inside_itself.add(at)
        return dict(self._known[at] or {})

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
        own = {key for key in node.keys() & _STRUCTURE if not (key == "type" and node[key] in ("object", ["object"]))}
        if own == {"$ref"}:
            return self._aliased(node["$ref"])
        if own == {"allOf"}:
            parts = [index for index, part in enumerate(node["allOf"]) if not _is_about_place(part)]
            if len(parts) == 1:
                return self._typed(node["allOf"][parts[0]], at + pointer("allOf", parts[0]), hint)
        return self._of_type(self._merged([(node, at)]), at, hint)

    def _aliased(self, ref: str) -> Document:
        where = unquote(ref[1:])
        return self._typed(resolve_once(self.document, where), where, tokens(where)[-1])

    def _class_reference(self, where: str) -> Document:
        found: Document = {CLASS: where}
        if text := self.classes[where].description:
            found["description"] = text
        if self.classes[where].nullable:
            found["nullable"] = True
        return found

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
        unions = [key for key in MEMBERS if key in keywords and not _are_conditions(keywords[key][0])]
        if key := next((key for key in _VALUES if key in keywords), None):
            found = self._values(key, keywords, types, at, hint)
        elif unions:
            found = self._union_of(unions[0], merged, at, hint)
        elif len(types) > 1:
            found = self._simplified([self._one_type(kind, merged, at, hint) for kind in types], at)
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
            return {"type": "array", "items": _without_place(item)}
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
        return {"type": "object", "additionalProperties": _without_place(value)}

    def _object(self, merged: Merged, at: str, hint: str) -> Document:
        found = self._new_class(merged, at, hint)
        found.fields = {wire: {} for wire in [*merged.fields, *merged.required]}
        found.required = list(merged.required)
        self._later.append(lambda: self._fill(found, merged.fields))
        return self._class_reference(at)

    def _fill(self, found: SchemaClass, fields: Mapping[str, list[Part]]) -> None:
        """Give the fields of a class their schemas."""
        for wire, parts in fields.items():
            node, where = parts[0]
            words = f"{found.wire or found.hint}_{wire}"
            if all(part == node for part, _ in parts):
                found.fields[wire] = self._typed(node, where, words)
            else:
                own = found.pointer + pointer("properties", wire)
                self.know(own, self.place(where))
                place = {key: value for part, _ in reversed(parts) for key, value in _said(part).items()}
                place.pop("nullable", None)  # which one part cannot say for all
                whole = self._of_type(self._merged(parts), own, words)
                found.fields[wire] = _without_place(whole) | place

    def _new_class(self, merged: Merged, at: str, hint: str) -> SchemaClass:
        text = str(merged.keywords.get("description", ""))
        found = SchemaClass(at, _component(at), hint, text)
        found.nullable = merged.keywords.get("nullable") is True or _names_null(merged.keywords)
        found.list = merged.keywords.get("x-list")
        self.classes[at] = found
        return found

    def _values(self, key: str, keywords: Document, types: list[str], at: str, hint: str) -> Document:
        """The form of `enum`, `const` or `x-known-values`: a set of values for each of their types."""
        given = [keywords[key]] if key == "const" else keywords[key]
        null = {"nullable": True} if None in given else {}
        kinds = _by_type([value for value in given if value is not None], types)
        taken = {*types, "number"} if "integer" in types else {*types} or {*_SCALARS}
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
        return self._simplified(sets, at) | null

    def _set(self, kind: str, values: list[Any], keywords: Document, at: str, hint: str) -> Document:
        """The form of a set of values of one type."""
        if kind in ("boolean", "number"):
            return {"type": kind}
        found = self._new_class(Merged(keywords), at, hint)
        found.values = list(dict.fromkeys(values))
        names = keywords.get("x-enum-varnames") or ()
        if len(names) == len(values) == len(found.values):
            found.varnames = list(map(str, names))
        elif names:
            self._problem(at + "/x-enum-varnames", f"has {len(names)} names for {len(values)} values.")
        return self._class_reference(at)

    # --- unions ---

    def _union_of(self, key: str, merged: Merged, at: str, hint: str) -> Document:
        nodes, where = merged.keywords[key]
        members: list[Document] = []
        referred: dict[str, Document] = {}
        for index, node in enumerate(nodes):
            # A member that the fields around are added to is another than where it stands alone.
            place = (at if merged.fields else where) + pointer(key, _key_of_member(node, nodes, index))
            self.know(place, self.place(where) + pointer(key, index))
            words = f"{hint}_{node.get('title') or f'option_{index + 1}'}" if isinstance(node, dict) else hint
            members.append(self._member(node, merged, place, words))
            if isinstance(node, dict) and "$ref" in node:
                referred[unquote(node["$ref"][1:])] = members[-1]
        found = self._simplified(members, at)
        if "oneOf" in found and isinstance(discriminator := merged.keywords.get("discriminator"), dict):
            found["x-discriminator"] = self._discriminator(discriminator, found["oneOf"], referred, at)
        return found

    def _member(self, node: Any, merged: Merged, place: str, hint: str) -> Document:
        """A member of a union with the fields that stand beside the union."""
        if "type" in merged.keywords and _is_about_place(node):
            node = {**node, "type": merged.keywords["type"]}
        whole = self._merged([(node, place)])
        if _adds_nothing(merged, whole):
            return self._typed(node, place, hint)
        for wire, parts in merged.fields.items():
            whole.fields.setdefault(wire, []).extend(parts)
        whole.required |= merged.required
        whole.keywords = {"type": "object"} | whole.keywords
        return self._of_type(whole, place, hint)

    def _simplified(self, members: list[Document], at: str) -> Document:
        """A union without what says nothing more: null, the same twice, text beside a set of texts."""
        flat: list[Document] = []
        null = {"nullable": True} if any(member.get("nullable") for member in members) else {}
        for member in members:
            bare = {key: value for key, value in _without_place(member).items() if key != "nullable"}
            if not bare and "nullable" not in member:
                return {}  # anything
            is_plain = "oneOf" in bare and "x-discriminator" not in bare
            flat.extend(bare["oneOf"] if is_plain else [bare] if bare else [])
        united = self._united(flat)
        if not united:
            return null
        return (united[0] if len(united) == 1 else {"oneOf": united}) | null

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
            where = _mapped(str(ref), self.document)
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


def _said(node: Document) -> Document:
    """What a schema says of its place: in a part that says nothing else, in each member but null, or itself."""
    found: Document = {}
    for part in node.get("allOf", ()):
        found |= _said(part) if _is_about_place(part) else {}
    for members in (node.get(key, ()) for key in MEMBERS):
        said = [_said(one) for one in members if isinstance(one, dict) and not _is_null(one)] or [{}]
        found |= {key: value for key, value in said[0].items() if all(other.get(key) == value for other in said)}
    return found | {key: node[key] for key in (*_PLACE, "nullable") if node.get(key) not in (None, False, "")}


def _is_about_place(part: Any) -> bool:
    """Whether a part of an allOf says nothing of the type."""
    return not (isinstance(part, dict) and part.keys() & _STRUCTURE)


def _is_null(member: Document) -> bool:
    values = member.get("enum", [member.get("const", "some")])
    return member.get("type") == "null" or values == [None] or (_is_about_place(member) and "nullable" in member)


def _without_place(found: Document) -> Document:
    return {key: value for key, value in found.items() if key not in _PLACE}


def _by_type(values: list[Any], types: list[str]) -> dict[str, list[Any]]:
    """Values by their JSON type; whole numbers among others, or where a number is said to stand, are numbers."""
    found: dict[str, list[Any]] = {}
    for value in values:
        found.setdefault(_PYTHON.get(type(value), "something else"), []).append(value)
    if "integer" in found and ("number" in found or ("number" in types and "integer" not in types)):
        found["number"] = found.pop("integer") + found.get("number", [])
    return found


def _key_of_member(node: Any, members: list[Any], index: int) -> str | int:
    """What a member of a union is known by when others are added: the names of its fields, if it has some."""
    keys = [",".join(sorted(one.get("properties", ()))) if isinstance(one, dict) else "" for one in members]
    return keys[index] if keys[index] and keys.count(keys[index]) == 1 and "$ref" not in node else index


def _names_null(node: Document) -> bool:
    given = node.get("type")
    return (isinstance(given, list) and "null" in given) or None in (node.get("enum") or ())


def _are_conditions(members: list[Any]) -> bool:
    """Whether the members of a union say nothing of a type, but which fields go together, or what a text looks like."""
    return all(
        isinstance(member, dict) and member and not member.keys() & _STRUCTURE - {"required"} for member in members
    )


def _mapped(ref: str, document: Document) -> str:
    """The pointer of the schema that a mapping names: by a reference, by its name, or by that of a file of its own."""
    file, _, inside = ref.partition("#")
    is_name = file in document.get("components", {}).get("schemas", {})
    stem = re.sub(r"\.(json|ya?ml)$", "", file.rpartition("/")[2])
    return unquote(inside) or pointer("components", "schemas", file if is_name else stem)


def _component(at: str) -> str | None:
    parts = tokens(at)
    return parts[2] if len(parts) == 3 and parts[:2] == ("components", "schemas") else None


def _adds_nothing(merged: Merged, to: Merged) -> bool:
    """Whether the fields of one are those of the other as well, in the same words."""
    fields = {wire: [node for node, _ in parts] for wire, parts in to.fields.items()}
    return merged.required.keys() <= to.required.keys() and all(
        node in fields.get(wire, ()) for wire, parts in merged.fields.items() for node, _ in parts
    )
