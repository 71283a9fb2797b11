"""Find ids in responses, to call the operations that need them. Pure: the ids stay in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["Ids", "find_ids", "names_of_ids"]

Ids = Mapping[str, "str | int"]
"""Ids that belong together, by the parameter that takes each: a company, one of its funds, a transaction of it."""

_NAMELESS = {"data", "items", "list", "matches"}
"""Names of arrays that do not say what is in them."""
_NOT_IN_A_PATH = {"", ".", ".."}


def names_of_ids(parameters: Iterable[str], tags: Iterable[str]) -> dict[str, str]:
    """Return which parameter a field fills, by the field's name in lower case without underscores.

    A field fills the parameter of the same name. With the tag `core_client`, `coreClientID` fills `client_id` too.
    """
    stems = {_plain(name).removesuffix("id"): name for name in parameters if _plain(name).endswith("id")}
    stems.pop("", None)  # a parameter that is only called `id` says nothing of what it is the id of
    by_tag = {_plain(tag): name for tag in tags for stem, name in stems.items() if _plain(tag).endswith(stem)}
    return {f"{stem}id": name for stem, name in {**by_tag, **stems}.items()}


def find_ids(data: object, tag: str, known: Ids, names: Mapping[str, str]) -> Iterator[Ids]:
    """Find the ids in each object of a response, together with those of the objects around it.

    Args:
        data: The JSON of the response.
        tag: Of the operation: what an object is that no name says more about.
        known: The ids that the call was made with, and those that belong to them.
        names: As `names_of_ids` gives them.
    """
    waiting = deque([(tag, data, known)])
    while waiting:
        kind, value, around = waiting.popleft()
        if isinstance(value, list):
            waiting.extend((kind, item, around) for item in value)
        elif isinstance(value, dict):
            inside = {**around, **_own_ids(value, kind, around, names)}
            if inside != around:
                yield inside
            waiting.extend((_kind(name, kind), item, inside) for name, item in value.items())


def _own_ids(value: Mapping[str, Any], kind: str, around: Ids, names: Mapping[str, str]) -> dict[str, str | int]:
    own = {names[_plain(name)]: item for name, item in value.items() if _plain(name) in names and _is_id(item)}
    parameter = names.get(f"{_plain(kind)}id")
    # An id that is known already is not replaced: `core_client.get_action` gives an action, in spite of its tag.
    if parameter and parameter not in {**around, **own} and _is_id(value.get("id")):
        own[parameter] = value["id"]
    return own


def _is_id(value: object) -> bool:
    if isinstance(value, str):
        return value.isprintable() and value not in _NOT_IN_A_PATH  # a lone surrogate cannot be sent
    return type(value) is int


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _kind(name: str, around: str) -> str:
    """What an object below this name is: `wallet` for `wallets`, and for `list` what is around it."""
    if name in _NAMELESS:
        return around
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
