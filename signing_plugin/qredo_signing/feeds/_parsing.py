"""Parse messages into the package's models, and recognize those that were seen. Does no I/O."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import nullcontext
from typing import Any

from ._description import Described
from ._errors import FeedMessageError

__all__ = ["SeenMessages", "items_of", "parse"]


def parse(described: Described, raw: object) -> Any:
    """Return a message as the feed's model; fields that the description does not know are kept.

    Args:
        described: The feed.
        raw: JSON as text or bytes, a dict, or a model with `to_dict`, such as an operation gave.

    Raises:
        FeedMessageError: It is not JSON, or not what the description says.
    """
    if isinstance(raw, described.message):
        return raw
    reading = described.package._mismatch.strictly if described.options.strict else nullcontext
    try:
        with reading():
            return described.message.from_dict(_fields(described, raw))
    except (ValueError, TypeError, RecursionError, described.errors.ResponseError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        text = f"a message of the feed {described.name} is not as described: {why}. The feed goes on after it"
        raise FeedMessageError(text, feed=described.name, raw=raw) from error


def _fields(described: Described, raw: object) -> Any:
    if isinstance(raw, str | bytes):
        return described.package._core.parse_json(raw, described.message.__name__)
    if isinstance(raw, Mapping):
        return dict(raw)
    to_dict = getattr(raw, "to_dict", None)
    if to_dict is None:
        raise TypeError(f"resync gave {type(raw).__name__}, which is neither a model nor a dict")
    return to_dict()


def items_of(result: Any) -> Iterable[Any]:
    """Return the items in what `resync` gave, such as a response that holds one list.

    Raises:
        TypeError: It cannot be iterated over.
    """
    if result is None:
        return ()
    if isinstance(result, Iterable) and not isinstance(result, Mapping | str | bytes):
        return result
    raise TypeError(f"resync gave {type(result).__name__}: give messages to iterate over, or a response with one list")


class SeenMessages:
    """Remembers the last keys that it saw, and no more than that."""

    def __init__(self, key: Callable[[Any], Hashable] | None, remember: int) -> None:
        """Begin; without a `key` every message is new."""
        if remember < 1:
            raise ValueError(f"remember is {remember}: give how many keys to remember, at least 1")
        self._key = key
        self._remember = remember
        self._seen: OrderedDict[Hashable, None] = OrderedDict()

    def is_new(self, message: Any) -> bool:
        """Whether no message with its key was seen, as far as is remembered."""
        if self._key is None:
            return True
        if not (key := self._key(message)):
            return True  # not set: such messages have nothing in common
        is_new = key not in self._seen
        self._seen[key] = None
        self._seen.move_to_end(key)
        if len(self._seen) > self._remember:
            self._seen.popitem(last=False)
        return is_new

    def __len__(self) -> int:
        return len(self._seen)
