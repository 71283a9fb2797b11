"""Values of a response that are not of the type that the description says: kept, and never taken for another value."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from typing import Any, NamedTuple, NoReturn, TypeVar

from ._provenance import PACKAGE
from .errors import ResponseError

__all__ = [
    "Misfit",
    "Mismatch",
    "collect_mismatches",
    "is_sending",
    "mismatch",
    "raw_of",
    "sending",
    "strictly",
    "type_name",
]

T = TypeVar("T")

_JSON_NAMES = {
    "bool": "a boolean",
    "dict": "an object",
    "float": "a number with a fraction or an exponent",
    "Decimal": "a number with a fraction or an exponent",
    "int": "an integer",
    "list": "an array",
    "str": "a string",
    "NoneType": "null",
}
"""By the names of Python's types, so that `decimal` is loaded by packages alone that have fractions."""
_STRICT: ContextVar[bool] = ContextVar("strict", default=False)
_SENDING: ContextVar[bool] = ContextVar("sending", default=False)
_FOUND: ContextVar[list[Misfit] | None] = ContextVar("found", default=None)
_LOGGED = set[tuple[str, str]]()
_LOG = logging.getLogger(PACKAGE)


class Misfit(NamedTuple):
    """What a report says of a mismatch: no value, since it may be a secret.

    Attributes:
        model: Name of the model class.
        field: Name of the field on the wire.
        described: The type that the description says.
        found: The type that came.
    """

    model: str
    field: str
    described: str
    found: str


class Mismatch:
    """Stands in a model for a value of another type than the description says.

    Only `raw` gives the value, and `to_dict` writes it back. Each other use raises `ResponseError`: truth, comparison,
    arithmetic, iteration, formatting, and sending it. So an amount is never taken for zero or for something else. Two
    mismatches are equal if what came is.

    Attributes:
        raw: The value as it came.
    """

    __slots__ = ("_misfit", "raw")

    def __init__(self, misfit: Misfit, raw: Any) -> None:
        self._misfit = misfit
        self.raw: Any = raw

    def __repr__(self) -> str:
        model, field, described, found = self._misfit
        return f"<Mismatch {model}.{field}: expected {described}, got {found}>"

    def __eq__(self, other: object) -> bool:
        return bool(self.raw == other.raw) if isinstance(other, Mismatch) else self._reject()

    def __reduce__(self) -> tuple[Any, ...]:
        return Mismatch, (self._misfit, self.raw)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # a protocol that Python asks for
            raise AttributeError(name)
        self._reject()

    def _reject(self, *_: object) -> NoReturn:
        raise self.error()

    def error(self) -> ResponseError:
        """The error for a use of the value."""
        model, field, described, found = self._misfit
        return ResponseError(model, field, f"expected {described}, got {found}; `.raw` of the field is what came")


# Here, so that type checkers do not take a mismatch for a number or a text.
for _name in (
    *("bool", "len", "iter", "contains", "getitem", "call", "lt", "le", "gt", "ge", "hash", "str", "format", "bytes"),
    *("int", "float", "complex", "index", "round", "trunc", "floor", "ceil", "neg", "pos", "abs", "invert"),
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow", "and", "or", "xor", "lshift", "rshift"),
    *("radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rdivmod", "rpow", "rand", "ror", "rxor"),
):
    setattr(Mismatch, f"__{_name}__", Mismatch._reject)


def type_name(value: object) -> str:
    """What an error message calls the type of a value of JSON."""
    name = "float" if isinstance(value, float) else type(value).__name__
    return _JSON_NAMES.get(name, name)


def mismatch(model: str, field: str, described: str, value: object) -> Any:
    """Return the `Mismatch` that stands for a value of another type. Its type is Any, so that it can stand anywhere.

    Raises:
        ResponseError: Reading is strict.
    """
    found = type_name(value)
    if described == "a number" and found == _JSON_NAMES["float"]:
        found += ", which is not exact: read the JSON with parse_float=decimal.Decimal"
    misfit = Misfit(model, field, described, found)
    if _STRICT.get():
        raise ResponseError(model, field, f"expected {described}, got {found}")
    made = Mismatch(misfit, value)
    collected = _FOUND.get()
    if collected is not None:
        collected.append(misfit)
    if (model, field) not in _LOGGED:
        _LOGGED.add((model, field))
        with suppress(Exception):  # a handler that raises must not turn a call that succeeded into an error
            _LOG.warning("%r: the field is not as described. Its use raises ResponseError", made)
    return made


def raw_of(value: Mismatch) -> Any:
    """Return what came, for `to_dict`.

    Raises:
        ResponseError: It is about to be sent.
    """
    if is_sending():
        raise value.error()
    return value.raw


def collect_mismatches() -> AbstractContextManager[list[Misfit]]:
    """Collect the mismatches of responses that are read in the `with` block: models, fields and types, no values."""
    return _set(_FOUND, list[Misfit]())


def strictly() -> AbstractContextManager[bool]:
    """Read so that a mismatch raises at once."""
    return _set(_STRICT, True)


def sending() -> AbstractContextManager[bool]:
    """Write what is sent: a mismatch raises, and what the service alone gives may be missing."""
    return _set(_SENDING, True)


def is_sending() -> bool:
    """Whether what is sent is written."""
    return _SENDING.get()


@contextmanager
def _set(variable: ContextVar[Any], value: T) -> Iterator[T]:
    token = variable.set(value)
    try:
        yield value
    finally:
        variable.reset(token)
