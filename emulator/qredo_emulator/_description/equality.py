"""Compare operations of two descriptions."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from .operations import Operation

__all__ = ["equal_operations"]

_TEXTS = {"title", "summary", "description", "example", "examples", "externalDocs", "deprecated"}
_NAMED = {"properties", "patternProperties", "mapping", "const", "default"}
"""Keywords whose keys are names or data, not keywords: a property may be called `description`."""


def equal_operations(one: Operation, other: Operation) -> bool:
    """Whether both have the same method, path, proof of the sender, parameters, request body and responses.

    Texts and examples may differ. A difference that means nothing, such as the order of `required`, counts as one.
    """
    return _Comparison().equal(_parts(one), _parts(other))


def _parts(operation: Operation) -> list[Any]:
    return [
        operation.method,
        operation.path,
        operation.security.proof,
        sorted(operation.parameters, key=lambda each: (each.where, each.name)),
        operation.body_required,
        operation.body,
        operation.responses,
    ]


class _Comparison:
    """Compares graphs: a recursive schema, its references resolved, holds itself."""

    def __init__(self) -> None:
        self._assumed: set[tuple[int, int]] = set()

    def equal(self, one: Any, other: Any, *, named: bool = False) -> bool:
        if type(one) is not type(other):
            return False
        if is_dataclass(one):
            names = {field.name for field in fields(one)} - _TEXTS
            return all(self.equal(getattr(one, name), getattr(other, name)) for name in names)
        if not isinstance(one, dict | list | tuple):
            return bool(one == other)
        pair = id(one), id(other)
        if pair in self._assumed:
            return True
        self._assumed.add(pair)
        if not isinstance(one, dict):
            return len(one) == len(other) and all(map(self.equal, one, other))
        ignored = set() if named else _TEXTS
        keys = one.keys() - ignored
        return keys == other.keys() - ignored and all(
            self.equal(one[key], other[key], named=not named and key in _NAMED) for key in keys
        )
