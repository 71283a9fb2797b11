"""Validates values against schemas, of OpenAPI 3.0 and 3.1, and says where they are wrong.

`nullable` holds wherever it stands, in 3.1 as well: vendors write it so. A discriminator decides which member of a
union is meant; without one, a value may fit several members of a `oneOf`, since clients take the first. Bytes are
strings, and numbers with a fraction are decimals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from jsonschema import validators as json_schema
from jsonschema.exceptions import ValidationError, best_match
from openapi_schema_validator import OAS30Validator, OAS31Validator, oas30_format_checker

__all__ = ["Validators", "problem_of"]

_LONGEST = 300
_DECIMAL = re.compile(r"Decimal\('([^']*)'\)")
_Errors = Iterator[ValidationError]


def _is_null(instance: Any, schema: Mapping[str, Any]) -> bool:
    return instance is None and schema.get("nullable") is True


def _type(validator: Any, wanted: Any, instance: Any, schema: Mapping[str, Any]) -> _Errors:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    if _is_null(instance, schema) or ("null" in kinds and instance is None):
        return
    if not any(_is_type(validator, kind, instance) for kind in kinds if kind != "null"):
        yield ValidationError(f"{instance!r} is not of type {', '.join(map(repr, kinds))}")


def _is_type(validator: Any, kind: str, instance: Any) -> bool:
    return bool(validator.is_type(instance, kind)) or (kind == "string" and isinstance(instance, bytes))


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


def _items(validator: Any, items: Any, instance: Any, schema: Mapping[str, Any]) -> _Errors:
    if isinstance(instance, list):
        first = len(schema.get("prefixItems", ()))
        for index, item in enumerate(instance[first:], first):
            yield from validator.descend(item, items, path=index)


def _required(ignored: str) -> Any:
    """`required`, without the properties that only the other side sends."""

    def check(validator: Any, names: Any, instance: Any, schema: Mapping[str, Any]) -> _Errors:
        if not isinstance(instance, dict):
            return
        for name in names:
            described = schema.get("properties", {}).get(name)
            if name not in instance and not (isinstance(described, dict) and described.get(ignored)):
                yield ValidationError(f"{name!r} is a required property")

    return check


def _forbidden(what: str) -> Any:
    def check(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> _Errors:
        if value is True:
            yield ValidationError(f"is {what}")

    return check


def _kind(base: Any, side: str, text: str) -> Any:
    keywords = base.VALIDATORS
    plain: Any = json_schema.Draft202012Validator.VALIDATORS
    other = "writeOnly" if side == "readOnly" else "readOnly"
    extend: Any = json_schema.extend  # untyped
    return extend(
        base,
        {
            "type": _type,
            **{name: _nullable(plain[name]) for name in ("allOf", "enum", "const")},
            **{name: _nullable(_union(plain["anyOf"])) for name in ("oneOf", "anyOf")},
            "multipleOf": _multiple_of,
            "items": _items,
            "required": _required(side),
            side: _forbidden(text),
            other: lambda *_: iter(()),
            "additionalProperties": plain["additionalProperties"],
            "pattern": plain["pattern"],
            "format": keywords["format"],
        },
    )


def _kinds(side: str, text: str) -> dict[str, Any]:
    return {"3.0": _kind(OAS30Validator, side, text), "3.1": _kind(OAS31Validator, side, text)}


_REQUESTS = _kinds("readOnly", "read-only: the service sets it")
_RESPONSES = _kinds("writeOnly", "write-only: the service never gives it")


def _format_checker() -> Any:
    checker: Any = type(oas30_format_checker)()
    # A decimal is a number of any precision.
    checker.checkers = {name: found for name, found in oas30_format_checker.checkers.items() if name not in _PRECISIONS}
    check, _ = checker.checkers["byte"]
    checker.checkers["byte"] = (check, (ValueError, TypeError))  # also of text that is not ASCII
    return checker


_PRECISIONS = ("float", "double")
_FORMATS = _format_checker()


class Validators:
    """Validators of one kind, each made when its schema is first used."""

    def __init__(self, kinds: Mapping[str, Any]) -> None:
        self._kinds = kinds
        self._made: dict[tuple[int, str], Any] = {}

    @classmethod
    def for_requests(cls) -> Validators:
        """Validators that refuse read-only properties."""
        return cls(_REQUESTS)

    @classmethod
    def for_responses(cls) -> Validators:
        """Validators that refuse write-only properties."""
        return cls(_RESPONSES)

    def problem(self, schema: Any, value: Any, openapi: str = "3.0") -> tuple[str, str] | None:
        """The most telling problem as (JSON pointer, text), None for a valid value.

        Args:
            schema: A part of a description, which lives as long as the emulator.
            value: What JSON gives, fractions as decimals; files are bytes.
            openapi: The version of OpenAPI that the description is written in.
        """
        # The schema lives on, so its id is stable.
        validator = self._made.get((id(schema), openapi))
        if validator is None:
            validator = self._made[id(schema), openapi] = self._kinds[openapi](schema, format_checker=_FORMATS)
        error = best_match(validator.iter_errors(value))
        return None if error is None else problem_of(error)


def problem_of(error: ValidationError) -> tuple[str, str]:
    """Pointer and text of a validation error; a missing property is pointed at as if it were there."""
    path = [str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path]
    text = _DECIMAL.sub(r"\1", error.message)
    if error.validator == "required" and (found := re.match(r"'(.+)' is a required property", text)):
        path.append(found.group(1))
        text = "is required"
    return "".join(f"/{part}" for part in path), text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
