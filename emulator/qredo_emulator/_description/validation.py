"""Validates requests and responses against the description.

Where something is wrong, the reason begins with a JSON pointer into
`{"path": ..., "query": ..., "header": ..., "body": ...}`. What the description does not name
(further query parameters, further keys of a body) is tolerated, as the service does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import validators as json_schema
from jsonschema.exceptions import ValidationError, best_match
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker
from qredo_signing._strict_json import JSONError, load

from qredo_emulator._errors import ApiError, invalid

from .read import Operation, Parameter

__all__ = ["Validators", "problem_of", "read_body", "read_parameters"]

_INTEGER = re.compile(r"-?[0-9]{1,20}")
_LONGEST = 300


def _type(validator: Any, wanted: str, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if instance is None and schema.get("nullable") is True:
        return
    if not validator.is_type(instance, wanted):
        yield ValidationError(f"{instance!r} is not of type {wanted!r}")


def _all_of(validator: Any, schemas: list[Any], instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    # OpenAPI 3.0 can't put `nullable` beside a $ref; `nullable` with a single allOf is how the descriptions say it.
    if instance is None and schema.get("nullable") is True:
        return
    for index, part in enumerate(schemas):
        yield from validator.descend(instance, part, schema_path=index)


_OURS = {"type": _type, "allOf": _all_of}
_extend: Any = json_schema.extend  # untyped
_Request: Any = _extend(OAS30WriteValidator, _OURS)
_Response: Any = _extend(OAS30ReadValidator, _OURS)


class Validators:
    """Validators of one kind, each made when its schema is first used."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._made: dict[int, Any] = {}

    @classmethod
    def for_requests(cls) -> Validators:
        """Validators that refuse read-only properties."""
        return cls(_Request)

    @classmethod
    def for_responses(cls) -> Validators:
        """Validators that refuse write-only properties."""
        return cls(_Response)

    def problem(self, schema: Mapping[str, Any], value: Any) -> tuple[str, str] | None:
        """The most telling problem as (JSON pointer, text), None for a valid value."""
        # Schemas are parts of a description, which lives as long as the emulator: their id is stable.
        validator = self._made.get(id(schema))
        if validator is None:
            validator = self._made[id(schema)] = self._kind(schema, format_checker=oas30_format_checker)
        error = best_match(validator.iter_errors(value))
        return None if error is None else problem_of(error)


def problem_of(error: ValidationError) -> tuple[str, str]:
    """Pointer and text of a validation error; a missing property is pointed at as if it were there."""
    path = [str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path]
    text = error.message
    if error.validator == "required" and (found := re.match(r"'(.+)' is a required property", text)):
        path.append(found.group(1))
        text = "is required"
    return "".join(f"/{part}" for part in path), text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def read_body(operation: Operation, body: bytes, content_type: str | None, validators: Validators) -> Any:
    """The body as JSON, None if there is none.

    A missing content type counts as JSON: the vendor's own tool sends none.

    Raises:
        ApiError: 400; another content type, not JSON, or not what the description says.
    """
    if operation.body is None:
        return None
    if not body:
        if operation.body_required:
            raise invalid("/body", "is required")
        return None
    if content_type is not None and content_type.split(";")[0].strip().lower() != "application/json":
        raise invalid("/header/content-type", f"{content_type!r} is not application/json")
    try:
        value = load(body)
    except JSONError as error:
        raise invalid("/body", str(error)) from None
    if problem := validators.problem(operation.body, value):
        raise invalid(f"/body{problem[0]}", problem[1])
    return value


def read_parameters(
    operation: Operation, path: Mapping[str, str], query_string: str, validators: Validators
) -> dict[str, Any]:
    """The query parameters that the description names, converted to their types.

    Raises:
        ApiError: 400; a path or query parameter is missing, is there twice, or is not valid.
    """
    query: dict[str, list[str]] = {}
    if query_string:
        for name, value in parse_qsl(query_string, keep_blank_values=True):
            query.setdefault(name, []).append(value)
    out: dict[str, Any] = {}
    for parameter in operation.parameters:
        if parameter.where == "path":
            _check(parameter, path[parameter.name], validators)
        elif parameter.where == "query" and parameter.name in query:
            out[parameter.name] = _check(parameter, _one(parameter, query[parameter.name]), validators)
        elif parameter.where == "query" and parameter.required:
            raise invalid(f"/query/{parameter.name}", "is required")
    return out


def _one(parameter: Parameter, values: list[str]) -> str:
    if len(values) > 1:
        raise invalid(f"/query/{parameter.name}", f"is there {len(values)} times")
    return values[0]


def _check(parameter: Parameter, text: str, validators: Validators) -> Any:
    value = _convert(text, _type_of(parameter.schema))
    if problem := validators.problem(parameter.schema, value):
        raise _at(parameter, problem[1])
    return value


def _at(parameter: Parameter, why: str) -> ApiError:
    return invalid(f"/{parameter.where}/{parameter.name}", why)


def _type_of(schema: Mapping[str, Any]) -> str | None:
    while "type" not in schema and schema.get("allOf"):
        schema = schema["allOf"][0]
    return schema.get("type")


def _convert(text: str, wanted: str | None) -> Any:
    """The value that a text stands for; a text that does not fit stays as it is and fails validation."""
    if wanted == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if wanted == "boolean" and text in ("true", "false"):
        return text == "true"
    return text
