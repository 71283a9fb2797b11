"""Make a file valid OpenAPI: what the specification does not allow is dropped, place by place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, cast

from jsonschema.exceptions import ValidationError

from qredo_codegen.compare.changes import canonical_json
from qredo_codegen.description.document import METHODS, Document, operations, plain, pointer, resolve_once, tokens, walk
from qredo_codegen.description.openapi import structure_errors, validate
from qredo_codegen.description.places import Problem, references, target
from qredo_codegen.errors import DocumentError, GenerationError

from .decisions import Decisions

__all__ = ["drop", "drop_broken_references", "drop_invalid", "replace_schema", "settle"]

_ROUNDS = 40
_LONGEST = 120
_OPTIONAL = ("discriminator", "x-enum-varnames")
_MISSING: dict[str, Any] = {
    "description": "",
    "responses": {"default": {"description": ""}},
    "title": "API",
    "version": "0",
    "paths": {},
    "info": {"title": "API", "version": "0"},
    "items": {},
    "content": {},
    "url": "",
}


def drop_invalid(document: Document, decisions: Decisions) -> None:
    """Drop or complete what breaks the structure of OpenAPI, until nothing does.

    Raises:
        GenerationError: Something cannot be dropped.
    """
    for at, node in walk(document):
        if isinstance(node, dict) and "$ref" in node and isinstance(node.get("required"), bool):
            decisions.add("dropped", at + "/required", "Beside a reference, required is no mark.")
            del node["required"]  # OpenAPI 3.0 lets anything stand there
    for _ in range(_ROUNDS):
        errors = list(structure_errors(document))
        if not errors:
            return
        # From the end: what is dropped must not move what is still to be dropped.
        for error in sorted(errors, key=_indexes, reverse=True):
            _repair(document, error, decisions)
    raise GenerationError("The file is no OpenAPI document:", validate(document)[:10])


def _indexes(error: ValidationError) -> list[int]:
    return [part if isinstance(part, int) else -1 for part in error.absolute_path]


def drop_broken_references(document: Document, decisions: Decisions) -> None:
    """Take anything where a reference points at nothing or leaves the file; a parameter and an example go.

    What goes may have been referred to itself: references are looked at until all of them lead somewhere.
    """
    while broken := [one for one in references(document) if target(document, {"$ref": one[1]}) is None]:
        for at, ref in reversed(broken):  # from the end: what is dropped must not move what is still to be dropped
            _without_reference(document, at, ref, decisions)


def _without_reference(document: Document, at: str, ref: str, decisions: Decisions) -> None:
    *_, above, holder, key = ("", "", *tokens(at))
    if holder in ("parameters", "examples") and above != "properties":
        text = f"{ref} is not in the file: the operation goes without the {holder.removesuffix('s')}."
        drop(document, at, text, decisions)
        return
    decisions.add("replaced", at, f"{ref} is not in the file: it can be anything.")
    is_body = key == "requestBody" or holder == "requestBodies"
    body: Document = {"content": {"application/json": {"schema": {}}}}
    _put(document, at, body if is_body else {"description": ""} if holder == "responses" else {})


def settle(document: Document, problems: Iterable[Problem], decisions: Decisions) -> bool:
    """Settle what the specification says about meaning; tell whether anything was changed."""
    changed = [_settle(document, problem, decisions) for problem in problems]  # all of them
    return any(changed)


def _settle(document: Document, problem: Problem, decisions: Decisions) -> bool:
    node = _get(document, problem.pointer)
    if isinstance(node, dict):
        return _settle_object(node, problem, decisions)
    if node is None:
        return False
    if isinstance(node, list) and len(_distinct(node)) < len(node):
        decisions.add("replaced", problem.pointer, "A value stands there twice: once is enough.")
        _put(document, problem.pointer, _distinct(node))
    else:
        drop(document, problem.pointer, f"Not OpenAPI: {problem.message[:_LONGEST]}", decisions)
    return True


def _settle_object(node: Document, problem: Problem, decisions: Decisions) -> bool:
    if "not defined properties" in problem.message:
        names = re.findall(r"'([^']*)'", problem.message)
        text = f"Required, but not described: {', '.join(names)}. Each can be anything."
        decisions.add("question", problem.pointer, text)
        node["properties"] = {name: {} for name in names} | node.get("properties", {})
    elif "operationId" in node and "unique" in problem.message:
        text = f"The operationId {node.pop('operationId')} stands twice: named after its path."
        decisions.add("replaced", problem.pointer, text)
    elif "default" in node:
        decisions.add("dropped", problem.pointer, "The default is no value of the schema.")
        del node["default"]
    else:
        return False
    return True


def replace_schema(document: Document, problem: Problem, decisions: Decisions) -> bool:
    """Take anything where a schema is ambiguous, or do without the keyword that is; tell whether there was one."""
    if at := _keyword(problem.pointer):
        holder, key = _place(document, at)
        decisions.add("question", at, f"{problem.pointer}: {problem.message} The schema goes without {key}.")
        del holder[key]
        return True
    node = _get(document, problem.pointer)
    if not problem.pointer or node is None or node == {}:
        return False
    decisions.add("question", problem.pointer, f"The schema {problem.message} It can be anything until you decide.")
    _put(document, problem.pointer, {})
    return True


def _keyword(at: str) -> str | None:
    """The pointer of the keyword that a place belongs to, where a schema can do without it."""
    parts = tokens(at)
    for index, (above, part) in enumerate(pairwise(parts), 1):
        if part in _OPTIONAL and above != "properties":
            return pointer(*parts[: index + 1])
    return None


def _distinct(values: list[Any]) -> list[Any]:
    return list({canonical_json(value): value for value in values}.values())


def _repair(document: Document, error: ValidationError, decisions: Decisions) -> None:
    at = pointer(*error.absolute_path)
    node = _get(document, at)
    if error.validator == "required" and isinstance(node, dict):
        missing = [name for name in cast("list[str]", error.validator_value) if name not in node]
        if all(name in _MISSING for name in missing):
            node.update({name: plain(_MISSING[name]) for name in missing})
            if missing != ["description"]:
                decisions.add("replaced", at, f"Missing: {', '.join(missing)}. An empty one stands there.")
            return
    if error.validator in ("additionalProperties", "unevaluatedProperties") and isinstance(node, dict):
        extra = [name for name in re.findall(r"'([^']*)'", error.message) if name in node]
        for name in extra:
            decisions.add("dropped", at + pointer(name), "OpenAPI has no such key there.")
            del node[name]
        if extra:
            return
    text = error.message if len(error.message) <= _LONGEST else f"{error.validator} is broken"
    drop(document, at, f"Not OpenAPI: {text}", decisions)


def drop(document: Document, at: str, text: str, decisions: Decisions) -> None:
    """Take a place out of the document, and record it: as lost for each operation in it, else as dropped.

    Raises:
        GenerationError: The place is the whole document.
    """
    if not at:
        raise GenerationError("The file is no OpenAPI document:", [text])
    lost = _operations_below(document, at)
    holder, key = _place(document, at)
    try:
        del holder[key]
    except (KeyError, IndexError, TypeError):
        return  # it has gone with what held it
    for one in lost:
        decisions.add("lost", one, text)
    if not lost:
        decisions.add("dropped", at, text)


def _operations_below(document: Document, at: str) -> list[str]:
    parts = tokens(at)
    if parts[0] != "paths" or len(parts) > 3 or (len(parts) == 3 and parts[2] not in METHODS):
        return []
    return [one.pointer for one in operations(document) if one.pointer == at or one.pointer.startswith(at + "/")]


def _get(document: Document, at: str) -> Any:
    try:
        return resolve_once(document, at)
    except DocumentError:
        return None


def _place(document: Document, at: str) -> tuple[Any, str | int]:
    """Return what holds a place, or None, and the key or index of the place in it."""
    holder, key = _get(document, at.rpartition("/")[0]), tokens(at)[-1]
    return holder, int(key) if isinstance(holder, list) else key


def _put(document: Document, at: str, value: Any) -> None:
    holder, key = _place(document, at)
    if holder is not None:
        holder[key] = value
