"""Where a comparison stands while it walks, and how it notes what it finds there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .change_kinds import KINDS
from .changes import Change, Findings, Key, Location
from .shapes import TEXTS, Shape, Spot

__all__ = ["Context", "Pair"]

Direction = Literal["request", "response"]
_API = Location()


@dataclass(frozen=True, kw_only=True)
class Context:
    """One place of the API, and the collector of what differs there.

    Attributes:
        found: The collector.
        call: The operation or feed of the older description.
        part: Which part of it: `request body`, `response 200 body`.
        path: The way into the part by field names.
        direction: Whether clients send or receive what stands here.
        differing: Which pairs of schemas differ, as far as that was asked.
    """

    found: Findings
    call: Location = _API
    part: str = ""
    path: str = ""
    direction: Direction = "request"
    differing: dict[Key, bool] = field(default_factory=dict)

    def at(self, part: str, direction: Direction | None = None) -> Context:
        """The same call, another part of it."""
        return replace(self, part=part, path="", direction=direction or self.direction)

    def field(self, name: str) -> Context:
        """A field of what stands here."""
        return replace(self, path=f"{self.path}.{name}" if self.path else name)

    def inside(self, suffix: str) -> Context:
        """The items (`[]`), the values (`{}`) or an alternative of what stands here."""
        return replace(self, path=self.path + suffix)

    def key(self, old: Spot, new: Spot) -> Key:
        """A pair of schemas and who sends them. What stands for no schema has the pointer and document of the other."""
        return id(old.document), old.pointer, id(new.document), new.pointer, self.direction

    def trial(self) -> Context:
        """The same place with a collector of its own, to see whether anything differs."""
        return replace(self, found=Findings())

    def add(
        self,
        kind: str,
        old: Spot | str | None,
        new: Spot | str | None,
        *,
        before: Any = None,
        after: Any = None,
        subject: str = "",
    ) -> None:
        """Note a difference. Where it matters who sends what stands here, its kind in full begins with that."""
        pointers = [one.pointer if isinstance(one, Spot) else one for one in (old, new)]
        place = " ".join(filter(None, (self.part, self.path)))
        self.found.add(
            Change(
                kind=kind if kind in KINDS else f"{self.direction}-{kind}",
                subject=subject,
                old=pointers[0],
                new=pointers[1],
                before=before,
                after=after,
                locations=(self.call._replace(place=place),),
            )
        )

    def changed(self, kind: str, old: Spot | str, new: Spot | str, before: Any, after: Any, subject: str = "") -> None:
        """Note a difference of two values, if there is one."""
        if before != after or isinstance(before, bool) != isinstance(after, bool):  # True is 1 in Python alone
            self.add(kind, old, new, before=before, after=after, subject=subject)

    def required(self, stem: str, old: Spot | str, new: Spot | str, flags: Sequence[bool], subject: str = "") -> None:
        """Note that something must be there now, or may be left out now."""
        ours, theirs = (("optional", "required")[flag] for flag in flags)
        self.changed(f"{stem}-became-{theirs}", old, new, ours, theirs, subject)

    def switched(self, kinds: tuple[str, str], old: Spot | str, new: Spot | str, before: Any, after: Any) -> None:
        """Note that a mark was set or removed: kinds for removed and set."""
        if bool(before) != bool(after):
            self.add(kinds[bool(after)], old, new)

    def texts(self, old: Spot, new: Spot) -> None:
        """Note what differs in words and examples alone."""
        for key in sorted(TEXTS):
            before, after = _text(old, key), _text(new, key)
            if before != after:
                self.inside(f" ({key})").add("text-changed", old, new, before=before, after=after)


@dataclass(frozen=True)
class Pair:
    """Two schemas that stand for each other, and where clients meet them."""

    old: Shape
    new: Shape
    context: Context

    def __iter__(self) -> Iterator[Shape]:
        return iter((self.old, self.new))

    def keyword(self, key: str) -> tuple[Any, Any]:
        """The values of a keyword."""
        return self.old.keywords.get(key), self.new.keywords.get(key)

    def add(self, kind: str, key: str, *, before: Any = None, after: Any = None, subject: str = "") -> None:
        """Note a difference at a keyword."""
        self.context.add(kind, self.old.place(key), self.new.place(key), before=before, after=after, subject=subject)

    def changed(self, kind: str, key: str, before: Any, after: Any) -> None:
        """Note a difference of two values at a keyword, if there is one."""
        self.context.changed(kind, self.old.place(key), self.new.place(key), before, after)


def _text(spot: Spot, key: str) -> Any:
    """A text or an example; of examples by name, what stands behind a reference."""
    named = spot.children(key)
    return {name: one.value for name, one in named.items()} if key == "examples" and named else spot.get(key)
