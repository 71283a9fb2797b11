"""Whether two operations, of different descriptions, take and return the same."""

from __future__ import annotations

from typing import Any

from .media import Content
from .operations import Operation
from .parameters import Parameter

__all__ = ["equal_operations"]

_TEXTS = {"title", "summary", "description", "example", "examples", "externalDocs", "deprecated"}
_NAMED = {"properties", "patternProperties", "mapping", "const", "default"}
"""Keywords whose keys are names or data, not keywords: a property may be called `description`."""


def equal_operations(one: Operation, other: Operation) -> bool:
    """Whether both have the same method, path, proof of the sender, parameters, request body and responses.

    Texts and examples may differ. A difference that means nothing, such as the order of `required`, counts as one.
    """
    return _Comparison().equal(_shape(one), _shape(other), named=True)


def _shape(operation: Operation) -> dict[str, Any]:
    return {
        "method": operation.method,
        "path": operation.path,
        "proof": operation.security.proof,
        "parameters": [
            _parameter(each) for each in sorted(operation.parameters, key=lambda each: (each.where, each.name))
        ],
        "body": [operation.body_required, _contents(operation.body)],
        "responses": [
            [status, _contents(response.content)] for status, response in sorted(operation.responses.items())
        ],
    }


def _parameter(parameter: Parameter) -> list[Any]:
    return [
        parameter.where,
        parameter.name,
        parameter.required,
        parameter.style,
        parameter.explode,
        parameter.schema,
    ]


def _contents(contents: tuple[Content, ...]) -> list[Any]:
    return [[each.media, each.schema, [_parameter(field) for field in each.fields]] for each in contents]


class _Comparison:
    """Compares graphs: a recursive schema, its references resolved, holds itself."""

    def __init__(self) -> None:
        self._assumed: set[tuple[int, int]] = set()

    def equal(self, one: Any, other: Any, *, named: bool = False) -> bool:
        if type(one) is not type(other):
            return False
        if not isinstance(one, dict | list):
            return bool(one == other)
        pair = id(one), id(other)
        if pair in self._assumed:
            return True
        self._assumed.add(pair)
        if isinstance(one, list):
            return len(one) == len(other) and all(map(self.equal, one, other))
        ignored = set() if named else _TEXTS
        keys = one.keys() - ignored
        return keys == other.keys() - ignored and all(
            self.equal(one[key], other[key], named=not named and key in _NAMED) for key in keys
        )
