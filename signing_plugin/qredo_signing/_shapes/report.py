"""What a check of the shapes found: names, types and counts, never a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["CheckedOperation", "ShapeMismatch", "ShapeReport", "mismatch_of_error"]

_TYPES = re.compile(r"expected ([^;]+), got ([^;]+)")


class ShapeMismatch(NamedTuple):
    """A place where a response is not what the description says.

    Attributes:
        operation: `<tag>.<verb>`.
        model: Name of the model class.
        field: Name of the field on the wire; empty where the whole object is meant.
        described: The type that the description says, or `required` for a field that must be there.
        found: The type that came, or `missing`.
    """

    operation: str
    model: str
    field: str
    described: str
    found: str


class CheckedOperation(NamedTuple):
    """How the check of one operation went.

    Attributes:
        operation: `<tag>.<verb>`.
        calls: How often it was called.
        errors: How many calls failed, by HTTP status such as `403`, or by the error class if there was no response.
        not_tried: Why it was not called; empty if it was.
    """

    operation: str
    calls: int
    errors: Mapping[str, int]
    not_tried: str = ""


class ShapeReport(NamedTuple):
    """The result of `check_shapes`.

    Attributes:
        package: Import name of the API package.
        version: Version of its description.
        mismatches: What did not fit, each once.
        operations: Every operation that reads, in the order of the description.
    """

    package: str
    version: str
    mismatches: tuple[ShapeMismatch, ...]
    operations: tuple[CheckedOperation, ...]

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values, with the mismatches as `rows`."""
        return {
            "package": self.package,
            "version": self.version,
            "rows": [each._asdict() for each in self.mismatches],
            "operations": [{**each._asdict(), "errors": dict(each.errors)} for each in self.operations],
        }


def mismatch_of_error(operation: str, error: Any) -> ShapeMismatch:
    """Return the row for a `ResponseError`: a response that could not be read at all.

    Only what is known to be free of values is taken from the error. The part of a field's name after a dot can be a key
    that the service chose, and the text about bad JSON can quote it.
    """
    field = re.sub(r"\..*", ".*", error.field or "", flags=re.DOTALL)
    return ShapeMismatch(operation, error.model, field, *_types_in(error.problem))


def _types_in(problem: str) -> tuple[str, str]:
    if types := _TYPES.match(problem):
        return types[1], types[2]
    if problem == "required, but missing":
        return "required", "missing"
    return "JSON", "no body" if "without a body" in problem else "not JSON" if "not JSON" in problem else "unreadable"
