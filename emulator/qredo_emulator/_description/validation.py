"""Validate values against schemas of OpenAPI 3.0 and 3.1, and say where they are wrong.

`nullable` holds wherever it stands, in 3.1 as well: vendors write it so. A discriminator decides which member of a
union is meant; without one, a value may fit several members of a `oneOf`, since clients take the first. Bytes are
strings, and numbers with a fraction are decimals.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from jsonschema import FormatChecker
from jsonschema import validators as json_schema
from jsonschema.exceptions import ValidationError, best_match
from openapi_schema_validator import OAS30Validator, OAS31Validator, oas30_format_checker

from .schemas import is_marked

__all__ = ["Validators"]

_LONGEST = 300
_DECIMAL = re.compile(r"Decimal\('([^']*)'\)")
_PLAIN: Mapping[str, Any] = json_schema.Draft202012Validator.VALIDATORS
_BASES = {"3.0": OAS30Validator, "3.1": OAS31Validator}
_Errors = Iterator[ValidationError]


def _is_null(instance: Any, schema: Mapping[str, Any]) -> bool:
    return instance is None and schema.get("nullable") is True


def _type(validator: Any, wanted: Any, instance: Any, schema: Mapping[str, Any]) -> _Errors:
    is_file = isinstance(instance, bytes) and "string" in wanted
    for error in () if is_file else _PLAIN["type"](validator, wanted, instance, schema):
        if instance is None or isinstance(instance, bool):  # in the words of JSON, not of Python
            error.message = error.message.replace(repr(instance), json.dumps(instance), 1)
        yield error


def _nullable(keyword: Any) -> Any:
    """The keyword, which a null passes where the schema around it is `nullable`."""

    def check(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> _Errors:
        if not _is_null(instance, schema):
            yield from keyword(validator, value, instance, schema)

    return check


def _union(keyword: Any) -> Any:
    """`oneOf` or `anyOf`; with a discriminator, the member that it names."""

    def check(validator: Any, members: Any, instance: Any, schema: Mapping[str, Any]) -> _Errors:
        discriminator = schema.get("discriminator")
        if not isinstance(instance, dict) or not discriminator:
            yield from keyword(validator, members, instance, schema)
            return
        name, mapping = discriminator["propertyName"], discriminator["mapping"]
        if name not in instance:
            yield ValidationError(f"{name!r} is a required property", validator="required")
        elif instance[name] not in mapping:
            error = ValidationError(f"{instance[name]!r} is not one of {', '.join(map(repr, mapping))}")
            error.path.append(name)
            yield error
        else:
            yield from validator.descend(instance, mapping[instance[name]])

    return check


def _multiple_of(validator: Any, step: Any, instance: Any, schema: Mapping[str, Any]) -> _Errors:
    # As fractions: a remainder of decimals is limited to 28 digits.
    if validator.is_type(instance, "number") and (Fraction(instance) / Fraction(step)).denominator != 1:
        yield ValidationError(f"{instance!r} is not a multiple of {step}")


def _required(ignored: str) -> Any:
    """`required`, without the properties that only the other side sends."""

    def check(validator: Any, names: Any, instance: Any, schema: Mapping[str, Any]) -> _Errors:
        if not isinstance(instance, dict):
            return
        for name in names:
            if name not in instance and not is_marked(schema.get("properties", {}).get(name), ignored):
                yield ValidationError(f"{name!r} is a required property")

    return check


def _forbidden(what: str) -> Any:
    def check(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> _Errors:
        if value is True:
            yield ValidationError(f"is {what}")

    return check


@functools.cache
def _validator_class(openapi: str, side: str, text: str) -> Any:
    base: Any = _BASES[openapi]
    extend: Any = json_schema.extend  # untyped
    return extend(
        base,
        {
            **{name: _PLAIN[name] for name in ("additionalProperties", "items", "pattern")},
            **{name: _nullable(_PLAIN[name]) for name in ("allOf", "enum", "const")},
            **{name: _nullable(_union(_PLAIN["anyOf"])) for name in ("oneOf", "anyOf")},
            "type": _nullable(_type),
            "multipleOf": _multiple_of,
            "required": _required(side),
            **dict.fromkeys(("readOnly", "writeOnly"), lambda *_: iter(())),
            side: _forbidden(text),
        },
        type_checker=OAS31Validator.TYPE_CHECKER,  # it knows "null", too
    )


# A decimal is a number of any precision; text that is not ASCII is no base64.
_FORMATS = FormatChecker(())
_FORMATS.checkers = {
    **{name: found for name, found in oas30_format_checker.checkers.items() if name not in ("float", "double")},
    "byte": (oas30_format_checker.checkers["byte"][0], (ValueError, TypeError)),
}


class Validators:
    """Validators of requests or of responses, each made when its schema is first used.

    Args:
        side: The keyword of properties that are refused; where it is required, they are not.
        text: What is wrong with such a property.
    """

    def __init__(self, side: str, text: str) -> None:
        self._side = side, text
        self._made: dict[tuple[int, str], Any] = {}

    @classmethod
    def for_requests(cls) -> Validators:
        """Make validators that reject read-only properties."""
        return cls("readOnly", "read-only: the service sets it")

    @classmethod
    def for_responses(cls) -> Validators:
        """Make validators that reject write-only properties."""
        return cls("writeOnly", "write-only: the service never gives it")

    def problem(self, schema: Any, value: Any, openapi: str = "3.0") -> tuple[str, str] | None:
        """Return the most relevant problem as (JSON pointer, text), None for a valid value.

        Args:
            schema: A part of a description, which lives as long as the emulator.
            value: What JSON gives, fractions as decimals; files are bytes.
            openapi: The version of OpenAPI that the description is written in.
        """
        # The schema lives on, so its id is stable.
        validator = self._made.get((id(schema), openapi))
        if validator is None:
            validator = self._made[id(schema), openapi] = _validator_class(openapi, *self._side)(
                schema, format_checker=_FORMATS
            )
        error = best_match(validator.iter_errors(value))
        return None if error is None else _problem(error)


def _problem(error: ValidationError) -> tuple[str, str]:
    """Pointer and text of a validation error; a missing property is pointed at as if it were there."""
    path = [str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path]
    text = _DECIMAL.sub(r"\1", error.message)
    if error.validator == "required" and (found := re.match(r"'(.+)' is a required property", text)):
        path.append(found.group(1))
        text = "is required"
    return "".join(f"/{part}" for part in path), text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
