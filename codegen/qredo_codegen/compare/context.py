"""Where a comparison stands while it walks, and how it notes what it finds there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .changes import Change, Findings, Location
from .shapes import TEXTS, Spot

__all__ = ["Context", "Direction"]

Direction = Literal["request", "response"]


@dataclass(frozen=True, kw_only=True)
class Context:
    """One place of the API, and the collector of what differs there.

    Attributes:
        found: The collector.
        call: Method and path, or feed, of the older description.
        name: What Python calls the operation.
        part: Which part of it: `request body`, `response 200 body`.
        path: The way into the part by field names.
        direction: Whether clients send or receive what stands here.
        visited: Pairs of schemas that are being compared around this place: where a schema holds itself, it ends.
        pairs: Every pair of schemas that stand for each other, by pointer.
        equal: Pairs in which nothing differs, not even a text: they need no second look.
    """

    found: Findings
    pairs: set[tuple[str, str]] = field(default_factory=set)
    equal: set[tuple[str, str, Direction]] = field(default_factory=set)
    call: str = ""
    name: str = ""
    part: str = ""
    path: str = ""
    direction: Direction = "request"
    visited: frozenset[tuple[str, str]] = frozenset()

    def at(self, part: str, direction: Direction | None = None) -> Context:
        """The same call, another part of it."""
        return replace(self, part=part, path="", direction=direction or self.direction)

    def field(self, name: str) -> Context:
        """A field of what stands here."""
        return replace(self, path=f"{self.path}.{name}" if self.path else name)

    def inside(self, suffix: str) -> Context:
        """The items (`[]`), the values (`{}`) or an alternative of what stands here."""
        return replace(self, path=self.path + suffix)

    def entering(self, old: Spot, new: Spot) -> Context | None:
        """For a look into a pair of schemas; None when that is going on already."""
        pair = (old.pointer, new.pointer)
        return None if pair in self.visited else replace(self, visited=self.visited | {pair})

    def trial(self) -> Context:
        """The same place with a collector of its own, to see whether anything differs."""
        return replace(self, found=Findings(), pairs=set(), equal=set(), visited=frozenset())

    def add(
        self,
        kind: str,
        old: str | None,
        new: str | None,
        *,
        before: Any = None,
        after: Any = None,
        subject: str = "",
        directed: bool = False,
    ) -> None:
        """Note a difference; with `directed`, its kind depends on who sends what stands here."""
        place = " ".join(filter(None, (self.part, self.path)))
        self.found.add(
            Change(
                kind=f"{self.direction}-{kind}" if directed else kind,
                subject=subject,
                old=old,
                new=new,
                before=before,
                after=after,
                locations=(Location(self.call, place, self.name),),
            )
        )

    def texts(self, old: Spot, new: Spot) -> None:
        """Note what differs in words and examples alone."""
        for key in sorted(TEXTS):
            before, after = _text(old, key), _text(new, key)
            if before != after:
                self.inside(f" ({key})").add("text-changed", old.pointer, new.pointer, before=before, after=after)


def _text(spot: Spot, key: str) -> Any:
    """A text or an example; of examples by name, what stands behind a reference."""
    named = spot.children(key)
    return {name: one.value for name, one in named.items()} if key == "examples" and named else spot.get(key)
