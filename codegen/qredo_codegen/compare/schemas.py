"""Two schemas, and all that is inside them: every difference, at each place where clients meet it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

from qredo_codegen.description.places import reached

from .changes import Key
from .context import Context
from .equality import differ
from .levels import Below, Union, compare_level, discriminator_changed, schemas_below
from .shapes import Spot, describe, shape

__all__ = ["compare_schemas"]


def compare_schemas(old: Spot | None, new: Spot | None, context: Context) -> None:
    """Note every difference between two schemas, references followed.

    What is in a circle of references is noted once for each way into the circle, at the shortest path.

    Args:
        old: The old schema; None is a schema that allows anything.
        new: The schema of now.
        context: Where clients meet it.
    """
    pending = deque((below, set[Key]()) for below in schemas_below(old, new, context))
    reach = cache(lambda at: {f"{found}/" for found in reached(old.document if old else {}, [at])})
    while pending:
        (ours, theirs, here), circle = pending.popleft()
        key = here.key(ours, theirs)
        if key in circle or (key in here.found.seen and not differ(ours, theirs, here)):
            continue
        circle.add(key)
        here.found.seen.add(key)
        for below in _compare(ours, theirs, here):
            is_back = any(f"{ours.pointer}/".startswith(at) for at in reach(below.old.pointer))
            pending.append((below, circle if is_back else set()))


def _compare(old: Spot, new: Spot, context: Context) -> Iterator[Below]:
    """Note what two schemas say themselves; yield what to compare next."""
    level = compare_level(old, new, context)
    if any(differ(*pair, context) for pair in level.mapped):
        discriminator_changed(level.pair)
    yield from level.below
    for union in level.unions:
        yield from _paired(union, context)


@dataclass(frozen=True, eq=False)
class _Alternative:
    """A member of a union."""

    spot: Spot

    @cached_property
    def type(self) -> str:
        return describe(self.spot)

    @cached_property
    def fields(self) -> Set[str]:
        return shape(self.spot).properties.keys()

    def __str__(self) -> str:
        return f"{self.type} ({', '.join(sorted(self.fields))})" if self.fields else self.type


def _paired(union: Union, context: Context) -> Iterator[Below]:
    """Pair the alternatives: equal ones first, then those of one type; note what is left as added or removed."""
    olds, news = (list(map(_Alternative, spots)) for spots in (union.olds, union.news))
    likely = sorted(product(olds, news), key=_likeness, reverse=True)
    for fits in (_are_equal, _have_one_type):
        for old, new in likely:
            if old in olds and new in news and fits(old, new, context):
                yield Below(old.spot, new.spot, context.inside(f"<{old.type}>"))
                olds.remove(old)
                news.remove(new)
    for old in olds:
        context.add("union-member-removed", *union.places, before=str(old))
    for new in news:
        context.add("union-member-added", *union.places, after=str(new))


def _likeness(pair: tuple[_Alternative, _Alternative]) -> tuple[bool, int]:
    """How likely one alternative was made from another: by its name, then by its fields."""
    old, new = pair
    is_named = old.spot.pointer == new.spot.pointer and old.spot.pointer.rpartition("/")[0] == "/components/schemas"
    return is_named, len(old.fields & new.fields)


def _are_equal(old: _Alternative, new: _Alternative, context: Context) -> bool:
    return not differ(old.spot, new.spot, context)


def _have_one_type(old: _Alternative, new: _Alternative, _: Context) -> bool:
    return old.type == new.type
