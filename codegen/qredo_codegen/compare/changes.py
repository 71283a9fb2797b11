"""A difference between two descriptions: what kind it is, which clients it breaks, and its fingerprint.

One principle decides: what narrows what a client may send, or widens what it may receive, can break it; so does what
moves a name that Python users write. Where a kind has a direction, its name begins with it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

from .change_kinds import KINDS

__all__ = ["Change", "Effect", "Findings", "Key", "Location", "canonical_json"]

Key = tuple[int, str, int, str, str]
"""Two schemas, each by document and pointer, and who sends them."""

_LENGTH = 12


class Effect(StrEnum):
    """What a change does to a client that was made from the older description."""

    BREAKING = "breaking"
    COMPATIBLE = "compatible"
    TEXT = "text"


class Location(NamedTuple):
    """Where a client meets a change, in terms of the wire. The fingerprint is made of call and place.

    Attributes:
        call: Method and path without the names of its parameters, `feed <name>`, `python`, or empty for the whole API.
        place: The place in it, by field names: `request body members[].id`.
        name: What a report calls the operation: `<tag>.<verb>`, or method and path as written where it has no
            operationId.
        method: HTTP method of the operation, in capitals; empty where there is none.
        path: Path template of the operation, as written.
    """

    call: str = ""
    place: str = ""
    name: str = ""
    method: str = ""
    path: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.call, self.place)))

    @property
    def title(self) -> str:
        """The operation for a person: its method and path, as written where that is its only name."""
        return self.name if self.method and self.name == f"{self.method} {self.path}" else self.call


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference.

    Attributes:
        kind: Its id, one of `KINDS`.
        subject: What changed, by its own name, where it has one: a field, a parameter, a status, a value.
        old: JSON pointer in the older description; of the surroundings, for what is new.
        new: JSON pointer in the newer description, or None for what is gone.
        before: What was, as a short text or value; None for nothing.
        after: What is.
        locations: Where it is met, sorted; many, for a schema that many operations share.
    """

    kind: str
    subject: str
    old: str | None
    new: str | None
    before: Any
    after: Any
    locations: tuple[Location, ...]

    @property
    def effect(self) -> Effect:
        """Whether it breaks a client."""
        return Effect(KINDS[self.kind][0])

    @property
    def why(self) -> str:
        """One sentence: why it has this effect."""
        return KINDS[self.kind][1]

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that stay the same when texts, order or the names of schemas and operations change.

        All locations count: what was accepted in one place is not thereby accepted in another.
        """
        identity = [self.kind, [str(location) for location in self.locations], self.before, self.after]
        return hashlib.sha256(canonical_json(identity).encode()).hexdigest()[:_LENGTH]


class Findings:
    """Collects changes; one that is met in several places through one schema becomes one change.

    Attributes:
        pairs: Every pair of schemas that stand for each other, by pointer.
        seen: Pairs that were looked into: where nothing differs, not even a text, they need no second look.
    """

    def __init__(self) -> None:
        self._changes: dict[str, Change] = {}
        self.pairs: set[tuple[str, str]] = set()
        self.seen: set[Key] = set()

    def add(self, change: Change) -> None:
        """Note a change, or another location of one."""
        identity = [change.kind, change.old, change.new, change.subject, change.before, change.after]
        key = canonical_json(identity)
        known = self._changes.get(key)
        if known is not None:
            change = replace(change, locations=tuple(sorted({*known.locations, *change.locations})))
        self._changes[key] = change

    def __bool__(self) -> bool:
        """Whether there is a change that is more than text."""
        return any(change.effect is not Effect.TEXT for change in self._changes.values())

    def sorted(self) -> tuple[Change, ...]:
        """All changes, by place, then kind."""
        return tuple(sorted(self._changes.values(), key=lambda one: (one.locations[0], one.kind, one.fingerprint)))


def canonical_json(value: Any) -> str:
    """JSON text in which equal values are equal texts."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
