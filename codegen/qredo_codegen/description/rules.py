"""What a description must be, so that a complete and correct client can be made of it.

What can be said of one object stands in a table of JSON Schemas, `rules.yaml`; what looks at several is a function.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from . import rules_described, rules_generable
from .document import Document, load, pointer
from .normal import normalize
from .openapi import validate
from .places import Problem, keywords, objects

__all__ = ["EXTENSIONS", "Problem", "check_described", "check_generable", "validate"]

_TABLE = load(Path(__file__).with_name("rules.yaml"))

EXTENSIONS: frozenset[str] = frozenset(_TABLE["extensions"])
"""Names of the extensions that mean something here."""

_SHAPES = {name: Draft202012Validator(schema) for name, schema in _TABLE["extensions"].items()}
_ROWS = {
    name: [(row["of"], Draft202012Validator(row["is"]), row["says"]) for row in _TABLE[name]]
    for name in ("generable", "described")
}


def check_generable(document: Document) -> list[Problem]:
    """Find what is ambiguous or meaningless, so that no client can be made of it.

    Args:
        document: Valid OpenAPI (see `validate`): the rules take its structure as given.

    Returns:
        Every problem with its place; none for a document that can be generated from. While an extension is malformed,
        only that is reported.
    """
    if found := list(_shapes(document)):
        return found
    found = [problem for rule in rules_generable.RULES for problem in rule(document)]
    if found := [*_broken("generable", document), *found]:
        return found
    normal = normalize(document)
    return normal.problems or [problem for rule in rules_generable.NORMAL_RULES for problem in rule(normal)]


def check_described(document: Document) -> list[Problem]:
    """Find what one of our own descriptions leaves unexplained, unshown or unused, and what is not in our form.

    Args:
        document: One in which `check_generable` finds nothing. One that says `x-form: vendor` at its top is in the
            vendor's form: none of these rules is about it.

    Returns:
        Every problem with its place; none for a complete description.
    """
    if document.get("x-form") == "vendor":
        return []
    unknown = [
        Problem(at + pointer(key), "is no extension that is known here: it would be ignored.")
        for at, key, _ in keywords(document)
        if key.startswith("x-") and key not in EXTENSIONS
    ]
    found = [problem for rule in rules_described.RULES for problem in rule(document)]
    return [*unknown, *_broken("described", document), *found]


def _shapes(document: Document) -> Iterator[Problem]:
    """Where an extension has not the shape that it should have."""
    for at, key, value in keywords(document):
        if key in _SHAPES and (error := best_match(_SHAPES[key].iter_errors(value))):
            yield Problem(at + pointer(key, *error.absolute_path), error.message + ".")


def _broken(rows: str, document: Document) -> list[Problem]:
    """Where an object is not what a row of the table says."""
    return [
        Problem(at + pointer(*error.absolute_path), says.replace("{given}", repr(error.instance)))
        for at, node, kind in objects(document)
        for kinds, validator, says in _ROWS[rows]
        if kind in kinds
        for error in validator.iter_errors(node)
    ]
