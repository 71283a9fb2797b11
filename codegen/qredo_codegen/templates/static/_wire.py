"""What the models share: how a JSON object is taken apart, and what is missing, null, unknown or of the wrong type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import islice
from operator import itemgetter
from typing import Any, NoReturn, TypeVar, cast

from ._mismatch import Mismatch, is_sending, mismatch, raw_of, sending, strictly, type_name
from ._types import UNSET, Unset
from .errors import ResponseError

T = TypeVar("T")

READ_ONLY: Any = UNSET
"""What a field is that the service alone gives, in a model that is made to be sent."""

Read = Callable[[Mapping[str, Any]], tuple[Any, dict[str, Any]]]


def reader(model: str, fields: tuple[str, ...]) -> Read:
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
            raise ResponseError(model, None, f"expected an object, got {type_name(src)}")
        whole = {**unset, **src}
        return values(whole), dict(islice(whole.items(), count, None)) if len(whole) > count else {}

    return read


def optional(model: str, field: str, expected: str, value: object) -> Any:
    """An optional field without a value: absent and null are the same."""
    return UNSET if value is UNSET or value is None else mismatch(model, field, expected, value)


def nullable(model: str, field: str, expected: str, value: object) -> Any:
    """An optional field that may be null, which is another thing than absent."""
    return value if value is None or value is UNSET else mismatch(model, field, expected, value)


def nullable_required(model: str, field: str, expected: str, value: object, *, read_only: bool = False) -> Any:
    """A required field that may be null."""
    if value is UNSET:
        return _missing(model, field, read_only)
    return None if value is None else mismatch(model, field, expected, value)


def required(model: str, field: str, expected: str, value: object, *, read_only: bool = False) -> Any:
    """A required field without a usable value. An array that is null is empty: that is how some services write it."""
    if value is UNSET:
        return _missing(model, field, read_only)
    return [] if value is None and expected == "an array" else mismatch(model, field, expected, value)


def _missing(model: str, field: str, read_only: bool) -> Unset:
    """A required field that is not there, as in what is sent, if the service alone gives it."""
    if read_only and is_sending():
        return UNSET
    raise ResponseError(model, field, "required, but missing")


def items(model: str, field: str, value: list[Any], kind: type, expected: str) -> list[Any]:
    """A list whose items are all of one plain type, but for mismatches."""
    for item in value:
        if item.__class__ is not kind:
            return [item if item.__class__ is kind else mismatch(model, f"{field}[]", expected, item) for item in value]
    return value


def plain(model: str, field: str, value: Any, kind: type[Any]) -> Any:
    """The value of a boolean, integer, text or bytes that is not exactly of its class; a str subclass is its text.

    Raises:
        TypeError: It is something else.
    """
    if value.__class__ is Mismatch:
        return raw_of(value)
    if kind is int and (not isinstance(value, int) or isinstance(value, bool)):
        not_integer(model, field, value)
    if not isinstance(value, kind):
        taken = "bytes" if kind is bytes else f"a {kind.__name__}"
        raise TypeError(f"{model}.{field} takes {taken}, not {type(value).__name__}")
    return str.__str__(cast("str", value)) if kind is str else kind(value)


def array(model: str, field: str, value: Any, encode: Callable[[Any], Any]) -> Any:
    """The JSON array of a list.

    Raises:
        TypeError: It is no list.
    """
    if value.__class__ is Mismatch:
        return raw_of(value)
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
        name = type(value).__name__
        item = "{...}" if isinstance(value, Mapping) else f"{name}(...)"
        raise TypeError(f"{model}.{field} takes a list, not {name}: put it in a list, [{item}]")
    return [encode(item) for item in value]


def listed(value: list[T] | Unset | None) -> list[T]:
    """The list that a response holds: empty where there is none. (A mismatch raises when it is iterated or sized.)"""
    return [] if value is UNSET or value is None else value


def free(model: str, field: str, value: Any, encode: Callable[[Any], Any]) -> Any:
    """The JSON object of a dict with free keys.

    Raises:
        TypeError: It is no dict.
    """
    if value.__class__ is Mismatch:
        return raw_of(value)
    if not isinstance(value, Mapping):
        raise TypeError(f"{model}.{field} takes a dict, not {type(value).__name__}")
    return {key: encode(entry) for key, entry in value.items()}


def to_dict(model: str, field: str, value: Any, kind: type[Any]) -> Any:
    """The JSON object of a model, or of a dict that is one.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(value, kind):
        return value.to_dict()
    if value.__class__ is Mismatch:
        return raw_of(value)
    name = kind.__name__
    if not isinstance(value, Mapping):
        made = f"pass {name}(...)"
        if isinstance(value, list | tuple):
            made = f"pass one {name}, without the list"
        elif type(value).__name__ == name:
            made = f"this one is of {type(value).__module__}; import {name} from {kind.__module__}"
        raise TypeError(f"{model}.{field} takes the model {name}, not {type(value).__name__}: {made}")
    try:
        with strictly(), sending():
            return kind.from_dict(value).to_dict()
    except ResponseError as error:
        problem = f"{model}.{field} takes the model {name}, but this dict does not fit it: {error}"
    raise TypeError(f"{problem}. Its keys are those of the JSON; {name}(...) takes keyword arguments")


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


def seconds(model: str, field: str, value: Any) -> Any:
    """A time in Unix seconds that is a parameter of a request, if it is given.

    Raises:
        TypeError: It is no int.
        ValueError: It is in milliseconds.
    """
    if value is UNSET or value is None or (value.__class__ is int and value < LATEST):
        return value
    with sending():
        return not_seconds(model, field, value)


def not_seconds(model: str, field: str, value: Any) -> Any:
    """Raise for a value that must be a time in Unix seconds."""
    if value.__class__ is Mismatch:
        return raw_of(value)
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
