"""What a schema says of the place where it stands rather than of the type: the annotations of JSON Schema."""

from __future__ import annotations

from typing import Any

from .document import Document

__all__ = ["MEMBERS", "STRUCTURE", "annotations_of", "is_about_types", "is_null", "is_wide", "without_annotations"]

MEMBERS = ("oneOf", "anyOf")
"""Keywords of a union."""

STRUCTURE = frozenset(
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
"""Keywords that say what a value is."""

_ANNOTATIONS = ("description", "x-sensitive", "x-unit", "readOnly", "writeOnly", "deprecated", "default")


def annotations_of(node: Any) -> Document:
    """What a schema says of its place: in a part that says nothing else, in each member but null, or itself."""
    if not isinstance(node, dict):
        return {}
    found: Document = {}
    for part in node.get("allOf", ()):
        found |= {} if is_about_types(part) else annotations_of(part)
    for members in (node.get(key, ()) for key in MEMBERS):
        said = [annotations_of(one) for one in members if not is_null(one)] or [{}]
        found |= {key: value for key, value in said[0].items() if all(other.get(key) == value for other in said)}
    return found | {key: node[key] for key in (*_ANNOTATIONS, "nullable") if node.get(key) not in (None, False, "")}


def is_about_types(schema: Any) -> bool:
    """Whether a schema says more than annotations and conditions."""
    return isinstance(schema, dict) and not STRUCTURE.isdisjoint(schema)


def is_wide(schema: Any) -> bool:
    """Whether a schema takes any value, or any object."""
    if isinstance(schema, dict):
        return STRUCTURE.intersection(schema) <= {"type"} and schema.get("type", "object") == "object"
    return isinstance(schema, bool)


def is_null(member: Any) -> bool:
    """Whether a member of a union stands for null alone."""
    if not isinstance(member, dict):
        return False
    values = member.get("enum", [member.get("const", "some")])
    return member.get("type") == "null" or values == [None] or ("nullable" in member and not is_about_types(member))


def without_annotations(found: Document) -> Document:
    """A schema in the one form without what it says of its place."""
    return {key: value for key, value in found.items() if key not in _ANNOTATIONS}
