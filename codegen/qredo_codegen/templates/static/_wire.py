"""What the models share: how a JSON object is taken apart, and what is missing, null, unknown or of the wrong type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import islice
from operator import itemgetter
from typing import Any, NoReturn

from ._types import UNSET, Unset
from .errors import ResponseError

Read = Callable[[Mapping[str, Any]], tuple[Any, dict[str, Any]]]

_JSON_NAMES = {
    bool: "a boolean",
    dict: "an object",
    float: "a number with a fraction or an exponent",
    int: "an integer",
    list: "an array",
    str: "a string",
    type(None): "null",
}


def reader(model: str, *fields: str) -> Read:
    """A function that takes a JSON object apart: the values of these fields, and all other fields as a dict.

    A value is UNSET where there is none. Most rows of a ledger have all fields and no others: those are read in one
    step.
    """
    count, unset, values = len(fields), dict.fromkeys(fields, UNSET), _getter(fields)

    def read(src: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if src.__class__ is dict and len(src) == count:
            try:
                return values(src), {}
            except KeyError:  # as many fields, but others
                pass
        if not isinstance(src, Mapping):
            mismatch(model, None, "an object", src)
        whole = {**unset, **src}
        return values(whole), dict(islice(whole.items(), count, None)) if len(whole) > count else {}

    return read


def mismatch(model: str, field: str | None, expected: str, value: object) -> NoReturn:
    """Raise the error for a value of another type. The value itself stays out of the text: it may be a secret."""
    raise ResponseError(model, field, f"expected {expected}, got {_JSON_NAMES.get(type(value), type(value).__name__)}")


def optional(model: str, field: str, expected: str, value: object) -> Unset:
    """An optional field without a value: absent and null are the same."""
    if value is UNSET or value is None:
        return UNSET
    mismatch(model, field, expected, value)


def nullable(model: str, field: str, expected: str, value: object) -> Unset | None:
    """An optional field that may be null, which is another thing than absent."""
    if value is None or value is UNSET:
        return value
    mismatch(model, field, expected, value)


def nullable_required(model: str, field: str, expected: str, value: object) -> None:
    """A required field that may be null."""
    if value is None:
        return
    if value is UNSET:
        raise ResponseError(model, field, "required, but missing")
    mismatch(model, field, expected, value)


def required(model: str, field: str, expected: str, value: object) -> NoReturn:
    """A required field without a usable value."""
    if value is UNSET or value is None:
        raise ResponseError(model, field, "required, but missing or null")
    mismatch(model, field, expected, value)


def items(model: str, field: str, value: list[Any], kind: type, expected: str) -> list[Any]:
    """A list whose items are all of one plain type."""
    for item in value:
        if item.__class__ is not kind:
            mismatch(model, f"{field}[]", expected, item)
    return value


def values(model: str, field: str, value: dict[str, Any], kind: type, expected: str) -> dict[str, Any]:
    """A map whose values are all of one plain type."""
    for key, item in value.items():
        if item.__class__ is not kind:
            mismatch(model, f"{field}.{key}", expected, item)
    return value


def to_dict(model: str, field: str, value: Any, kind: type[Any]) -> Any:
    """The JSON object of a model, or of a dict that is one.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(value, kind):
        return value.to_dict()
    name = kind.__name__
    if not isinstance(value, Mapping):
        made = f"pass {name}(...)"
        if isinstance(value, list | tuple):
            made = f"pass one {name}, without the list"
        elif type(value).__name__ == name:
            made = f"this one is of {type(value).__module__}; import {name} from {kind.__module__}"
        raise TypeError(f"{model}.{field} takes the model {name}, not {type(value).__name__}: {made}")
    try:
        return kind.from_dict(value).to_dict()
    except ResponseError as error:
        problem = f"{model}.{field} takes the model {name}, and this dict is none: {error}"
    raise TypeError(f"{problem}. Its keys are those of the JSON; {name}(...) takes keyword arguments")


def listed(model: str, field: str, value: Any) -> list[Any]:
    """Items of a field that is not a list, such as a tuple.

    Raises:
        TypeError: It is one value.
    """
    if not isinstance(value, str | bytes | Mapping) and hasattr(value, "__iter__"):
        return list(value)
    name = type(value).__name__
    raise TypeError(f"{model}.{field} takes a list, not {name}: put it in a list, [{name}(...)]")


def not_integer(model: str, field: str, value: object) -> NoReturn:
    """Raise for a request field that must be a whole number."""
    text = f"{model}.{field} takes an int, not {type(value).__name__}"
    if isinstance(value, float) or type(value).__name__ == "Decimal":
        text += ": for an amount, convert coins to base units with qredo_signing.units.from_units"
    elif isinstance(value, str):
        text += ": convert the text first, int(...)"
    raise TypeError(text)


_FOUR_CENTURIES = 146_097 * 86_400
LATEST = 10**11
"""No time in Unix seconds is later: that would be after the year 5000. Milliseconds are always more."""


def not_seconds(model: str, field: str, value: Any) -> NoReturn:
    """Raise for a request field that must be a time in Unix seconds."""
    if type(value) is int:
        seconds = value // 10 ** (len(str(value)) - 10)
        raise ValueError(
            f"{model}.{field} is {value}, which would be on {_date(value)}: give Unix seconds, such as {seconds}"
        )
    text = f"{model}.{field} takes an int, Unix seconds, not {type(value).__name__}: write "
    raise TypeError(text + ("int(time.timestamp())" if hasattr(value, "timestamp") else "int(...)"))


def _date(seconds: int) -> str:
    """The date of a time that is too late for `datetime`: the calendar is the same again after 400 years."""
    rounds, rest = divmod(seconds, _FOUR_CENTURIES)
    date = datetime.fromtimestamp(rest, UTC)
    return f"{date.year + 400 * rounds}-{date:%m-%d}"


def _getter(fields: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(fields) > 1:
        return itemgetter(*fields)
    return lambda src: tuple([src[field] for field in fields])  # itemgetter gives no tuple for one, and takes no none
