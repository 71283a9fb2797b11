"""Unions: what their members are known by, and what is left of them when nothing is said twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from .all_of import Merged
from .annotations import STRUCTURE, without_annotations
from .document import Document, pointer
from .schema_class import CLASS

__all__ = ["adds_nothing", "are_conditions", "key_of_member", "mapped", "simplified"]

JsonType = Callable[[Document], str]


def simplified(members: list[Document], json_type: JsonType) -> Document:
    """A union without what says nothing more: null, the same twice, text beside a set of texts.

    Args:
        members: Its members, in the one form.
        json_type: Tells the JSON type of one.
    """
    flat: list[Document] = []
    null = {"nullable": True} if any(member.get("nullable") for member in members) else {}
    for member in members:
        bare = {key: value for key, value in without_annotations(member).items() if key != "nullable"}
        if not bare and "nullable" not in member:
            return {}  # anything
        is_plain = "oneOf" in bare and "x-discriminator" not in bare
        flat.extend(bare["oneOf"] if is_plain else [bare] if bare else [])
    united = _united(flat, json_type)
    if not united:
        return null
    return (united[0] if len(united) == 1 else {"oneOf": united}) | null


def _united(members: list[Document], json_type: JsonType) -> list[Document]:
    found: list[Document] = []
    for member in members:
        kind = json_type(member)
        same = next((one for one in found if json_type(one) == kind), None)
        if same is None or (kind == "object" and member not in found):
            found.append(dict(member))
        elif kind == "array" and same["items"] != member["items"]:
            same["items"] = simplified([same["items"], member["items"]], json_type)
        elif kind in ("string", "integer") and CLASS in member and same.get(CLASS) != member[CLASS]:
            # Of two sets, both open, what they share is the plain type.
            plain = {"type": kind} if CLASS in same else member
            same.clear()
            same.update(plain)
        elif kind == "string" and CLASS not in same:
            same.pop("format", None)
    if any(json_type(one) == "number" for one in found):
        found = [one for one in found if json_type(one) != "integer"]
    return found


def key_of_member(node: Any, members: list[Any], index: int) -> str | int:
    """What a member of a union is known by when others are added: the names of its fields, if it has some."""
    keys = [",".join(sorted(one.get("properties", ()))) if isinstance(one, dict) else "" for one in members]
    return keys[index] if keys[index] and keys.count(keys[index]) == 1 and "$ref" not in node else index


def are_conditions(members: list[Any]) -> bool:
    """Whether the members of a union say nothing of a type, but which fields go together, or what a text looks like."""
    return all(isinstance(one, dict) and one and STRUCTURE.intersection(one) <= {"required"} for one in members)


def mapped(ref: str, document: Document) -> str:
    """The pointer of the schema that a mapping names: by a reference, by its name, or by that of a file of its own."""
    file, _, inside = ref.partition("#")
    is_name = file in document.get("components", {}).get("schemas", {})
    stem = re.sub(r"\.(json|ya?ml)$", "", file.rpartition("/")[2])
    return unquote(inside) or pointer("components", "schemas", file if is_name else stem)


def adds_nothing(merged: Merged, to: Merged) -> bool:
    """Whether the fields of one are those of the other as well, in the same words."""
    fields = {wire: [node for node, _ in parts] for wire, parts in to.fields.items()}
    return merged.required.keys() <= to.required.keys() and all(
        node in fields.get(wire, ()) for wire, parts in merged.fields.items() for node, _ in parts
    )
