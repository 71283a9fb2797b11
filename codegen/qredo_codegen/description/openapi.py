"""Whether a document is OpenAPI at all, by openapi-spec-validator, with the place of each problem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, cast

from jsonschema.exceptions import ValidationError, best_match, relevance
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.schemas import schema_v30, schema_v31
from openapi_spec_validator.schemas.backend.jsonschema import create_validator

from qredo_codegen.errors import DocumentError

from .document import Document, pointer, resolve
from .places import Problem, placed, references

__all__ = ["structure_errors", "validate"]

_LONGEST = 300
# The parts of the validator whose errors name no place: it is that of what they were given.
_LOCATED = ("operation", "parameters", "path", "schema", "tags")


def validate(document: Document) -> list[Problem]:
    """Find what breaks the OpenAPI specification, version 3.0 or 3.1.

    The structure comes first: if it is broken, or if a reference points at nothing, no more is looked at.

    Returns:
        Every problem with its place; none for a valid document.
    """
    if (parts := _parts(document)) is None:
        version = str(document.get("openapi"))
        return [Problem("/openapi", f"{version!r} is no version that is known here: 3.0.x or 3.1.x is needed.")]
    structure = [Problem(pointer(*error.absolute_path), _short(error)) for error in structure_errors(document)]
    return structure or list(_broken_references(document)) or list(_meaning(parts[0], document))


def structure_errors(document: Document) -> Iterator[ValidationError]:
    """Yield what breaks the structure of OpenAPI, each as deep as it can be told; nothing for an unknown version."""
    parts = _parts(document)
    # Not `base.schema_validator`: that is another library's where jsonschema-rs is installed, with other messages.
    for error in create_validator(parts[1]).iter_errors(document) if parts else ():
        yield _deepest(error)


def _deepest(error: ValidationError) -> ValidationError:
    """Return what is wrong inside an alternative: in the one that was meant, if that can be told."""
    while error.validator == "oneOf" and isinstance(error.instance, dict):
        meant = _meant(error)
        if not meant:
            break
        error = max(meant, key=relevance)
    return best_match([error]) or error


def _meant(error: ValidationError) -> list[ValidationError]:
    """Of a reference and an object the one that is given, else the alternative whose kind (`in`, `type`) is given."""
    branches = [str(one.get("$ref")).endswith("/Reference") for one in cast("list[Any]", error.validator_value)]
    errors = [(int(one.schema_path[0]), one) for one in error.context or ()]
    if True in branches:
        is_reference = "$ref" in cast("Document", error.instance)
        return [one for index, one in errors if branches[index] is is_reference]
    enums = [(index, cast("list[Any]", one.validator_value)) for index, one in errors if one.validator == "enum"]
    others = {index for index, allowed in enums if len(allowed) == 1 and isinstance(allowed[0], str)}
    left = {index for index, _ in errors} - others
    return [one for index, one in errors if left == {index}]


def _broken_references(document: Document) -> Iterator[Problem]:
    for at, ref in references(document):
        try:
            resolve(document, ref)
        except DocumentError as error:
            yield Problem(at + "/$ref", str(error))


def _parts(document: Document) -> tuple[Any, Any] | None:
    """Return the validator and the schema of a document's version."""
    version = str(document.get("openapi"))
    if version.startswith("3.0."):
        return OpenAPIV30SpecValidator, schema_v30
    return (OpenAPIV31SpecValidator, schema_v31) if version.startswith("3.1.") else None


def _meaning(base: Any, document: Document) -> Iterator[Problem]:
    kinds = {key: _located(base.keyword_validators[key]) for key in _LOCATED if key in base.keyword_validators}
    kinds["schema"] = type("_Finite", (_Finite, kinds["schema"]), {})
    located = type("_Located", (base,), {"keyword_validators": {**base.keyword_validators, **kinds}})
    validator = located(document)
    try:
        for error in validator.root_validator(validator.schema_path):
            yield Problem(_place(document, error.at), _short(error))
    except Exception as error:  # the validator trips over what it does not expect, in many ways
        yield Problem("", f"openapi-spec-validator failed: {type(error).__name__}: {error}")


class _Finite:
    """The part of the validator for schemas, which else follows a parent to its children and back for ever."""

    _open: ClassVar[set[int]] = set()

    def _collect_properties(self, schema: Any) -> set[str]:
        key = id(schema.read_value())
        if key in self._open:
            return set()
        self._open.add(key)
        try:
            return cast("Any", super())._collect_properties(schema)  # type: ignore[no-any-return]
        finally:
            self._open.discard(key)


def _located(base: Any) -> Any:
    """Make a part of the validator say where it found an error: the innermost part knows best."""

    def __call__(self: Any, *args: Any, **options: Any) -> Iterator[ValidationError]:  # noqa: N807
        at = next(arg for arg in args if hasattr(arg, "parts"))
        for error in base.__call__(self, *args, **options):
            if not hasattr(error, "at"):
                error.at = (*at.parts, *error.absolute_path)
            yield error

    return type(base.__name__, (base,), {"__call__": __call__})


def _place(document: Document, parts: Sequence[str | int]) -> str:
    """Return the pointer of a place that was reached through references."""
    node: Any = document
    at = ""
    for part in parts:
        if isinstance(node, dict) and part not in node and "$ref" in node:
            at, node = placed(document, at, node)
        is_there = part in node if isinstance(node, dict) else isinstance(node, list)
        if not is_there:
            break  # inside a value, such as a default, whose own place is the schema
        node = node[part]
        at += pointer(part)
    return at if isinstance(node, dict) and "default" in node else placed(document, at, node)[0]


def _short(error: ValidationError) -> str:
    return error.message if len(error.message) <= _LONGEST else error.message[:_LONGEST] + "..."
