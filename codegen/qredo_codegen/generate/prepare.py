"""A description as the parser of openapi-python-client needs it: value sets as enums with readable member names."""

from __future__ import annotations

import copy

from qredo_codegen.description.document import Document, walk
from qredo_codegen.description.names import member_name

__all__ = ["prepare"]


def prepare(document: Document) -> Document:
    """A copy in which every value set is an `enum` with names for its members.

    An open set (`x-known-values`) is an enum to the generator too: the templates make every enum an open one.
    """
    prepared = copy.deepcopy(document)
    for _, node in walk(prepared):
        if not isinstance(node, dict):
            continue
        if node.get("nullable") is True:  # read from the description itself; the parser would make unions of it
            del node["nullable"]
        known = node.pop("x-known-values", None)
        if isinstance(known, list):
            node["enum"] = known
        values = node.get("enum")
        if isinstance(values, list) and "x-enum-varnames" not in node:
            node["x-enum-varnames"] = [member_name(value) for value in values]
    return prepared
