"""Whether two schemas are equal for a client, also where they hold themselves.

All pairs of schemas on which that depends count as equal first. Those that say something else themselves are not, and
so are those that depend on a pair that is not, until no further one is found. What is left is equal.
"""

from __future__ import annotations

from collections.abc import Callable

from .changes import Key
from .context import Context
from .levels import Level, compare_level
from .shapes import Spot

__all__ = ["differ"]

Equal = Callable[[Spot, Spot], bool]


def differ(old: Spot, new: Spot, context: Context) -> bool:
    """Whether two schemas differ in more than words."""
    if context.key(old, new) not in context.differing:
        _decide(old, new, context)
    return context.differing[context.key(old, new)]


def _decide(old: Spot, new: Spot, context: Context) -> None:
    """Find out of a pair of schemas, and of all pairs on which it depends, which differ."""
    differing, levels = context.differing, dict[Key, Level]()
    pending = [(old, new)]
    while pending:
        pair = pending.pop()
        if (key := context.key(*pair)) in differing:
            continue
        trial = context.trial()
        level = compare_level(*pair, trial)
        differing[key] = bool(trial.found)
        if not trial.found:
            levels[key] = level
            pending += level.pairs()

    def equal(old: Spot, new: Spot) -> bool:
        return not differing[context.key(old, new)]

    while found := [key for key, level in levels.items() if not _is_equal(level, equal)]:
        for key in found:
            differing[key] = True
            del levels[key]


def _is_equal(level: Level, equal: Equal) -> bool:
    """Whether all that two schemas hold is equal."""
    inside = [(below.old, below.new) for below in level.below] + level.mapped
    return all(equal(*pair) for pair in inside) and all(_all_pair(one.olds, one.news, equal) for one in level.unions)


def _all_pair(olds: list[Spot], news: list[Spot], equal: Equal) -> bool:
    """Whether each alternative can be paired with one that is equal to it.

    Pairs that differ may still count as equal, so one that has a partner may take another one.
    """
    partners: dict[int, Spot] = {}

    def place(old: Spot, tried: set[int]) -> bool:
        for index, new in enumerate(news):
            if index not in tried and equal(old, new):
                tried.add(index)
                if index not in partners or place(partners[index], tried):
                    partners[index] = old
                    return True
        return False

    return len(olds) == len(news) and all(place(old, set()) for old in olds)
