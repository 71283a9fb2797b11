"""Two descriptions of an API: everything that differs between them and that a client could notice.

Schemas are compared where a request or a response uses them, not by their names: what is renamed, reordered, reworded
or moved behind a reference is no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from qredo_codegen.description.document import Document

from .calls import Call, calls, generic
from .changes import Change, Effect, Findings
from .context import Context
from .operations import compare_calls
from .schemas import compare_schemas
from .security import alternatives, compare_schemes, compare_security
from .servers import compare_servers
from .shapes import Spot

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """What differs between two descriptions.

    Attributes:
        old: The description of before.
        new: The description of now.
        changes: All differences, texts too, by place.
        pairs: Pointers of the schemas that stand for each other.
    """

    old: Document
    new: Document
    changes: tuple[Change, ...]
    pairs: frozenset[tuple[str, str]]

    @property
    def breaking(self) -> tuple[Change, ...]:
        """What breaks a client."""
        return tuple(change for change in self.changes if change.effect is Effect.BREAKING)

    @property
    def material(self) -> tuple[Change, ...]:
        """What is more than text."""
        return tuple(change for change in self.changes if change.effect is not Effect.TEXT)


def compare(old: Document, new: Document) -> Comparison:
    """Compare two descriptions.

    Args:
        old: Valid OpenAPI 3.0 or 3.1 (see `validate`): what clients were made from.
        new: What they would be made from now.

    Raises:
        DocumentError: A reference leads nowhere.
    """
    context = Context(found=Findings())
    roots = Spot(old, "", old), Spot(new, "", new)
    compare_servers(*roots, context)
    _operations(old, new, context)
    _feeds(*roots, context)
    compare_schemes(*roots, _schemes_in_use(old), context)
    _words(*roots, context)
    return Comparison(old, new, context.found.sorted(), frozenset(context.pairs))


def _operations(old: Document, new: Document, context: Context) -> None:
    pairs, gone, fresh = _match(calls(old), calls(new))
    for ours, theirs in pairs:
        compare_calls(ours, theirs, replace(context, call=str(ours), name=ours.name))
    for call in gone:
        here = replace(context, call=str(call), name=call.name)
        here.add("operation-removed", call.spot.pointer, None, before=str(call), subject=call.name)
    for call in fresh:
        here = replace(context, call=str(call), name=call.name)
        here.add("operation-added", None, call.spot.pointer, after=str(call), subject=call.name)


def _match(olds: list[Call], news: list[Call]) -> tuple[list[tuple[Call, Call]], list[Call], list[Call]]:
    """Pair operations by operationId, then by method and path."""
    pairs: list[tuple[Call, Call]] = []
    for key in (lambda call: call.id, str):
        known = {key(call): call for call in news}
        matched = [(call, known[key(call)]) for call in olds if key(call) in known]
        pairs += matched
        olds = [call for call in olds if all(call is not one for one, _ in matched)]
        news = [call for call in news if all(call is not one for _, one in matched)]
    return pairs, olds, news


def _feeds(old: Spot, new: Spot, context: Context) -> None:
    ours, theirs = _by_name(old), _by_name(new)
    for name, (path, feed) in sorted(ours.items()):
        here = replace(context, call=f"feed {name}", name=f"FEEDS[{name!r}]")
        other = theirs.pop(name, None) or _renamed(path, ours, theirs, feed, here)
        if other is None:
            here.add("feed-removed", feed.pointer, None, before=generic(path), subject=name)
        else:
            _feed(path, feed, *other, here)
    for name, (path, feed) in sorted(theirs.items()):
        here = replace(context, call=f"feed {name}", name=f"FEEDS[{name!r}]")
        here.add("feed-added", None, feed.pointer, after=generic(path), subject=name)


def _by_name(root: Spot) -> dict[str, tuple[str, Spot]]:
    found = ((path, item.child("x-websocket")) for path, item in root.children("paths").items())
    return {str(feed.get("name")): (path, feed) for path, feed in found if feed is not None}


def _renamed(path: str, ours: Any, theirs: Any, feed: Spot, context: Context) -> tuple[str, Spot] | None:
    """The feed of now on the path of one that is gone by its name."""
    names = (name for name, (at, _) in theirs.items() if generic(at) == generic(path) and name not in ours)
    name = next(names, None)
    if name is None:
        return None
    other: tuple[str, Spot] = theirs.pop(name)
    context.add("feed-renamed", feed.pointer, other[1].pointer, before=str(feed.get("name")), after=name)
    return other


def _feed(path: str, old: Spot, now: str, new: Spot, context: Context) -> None:
    if generic(path) != generic(now):
        context.add("feed-path-changed", old.pointer, new.pointer, before=generic(path), after=generic(now))
    compare_security(old, new, context)
    compare_schemas(old.child("message"), new.child("message"), context.at("message", "response"))
    context.texts(old, new)


def _schemes_in_use(document: Document) -> set[str]:
    root = Spot(document, "", document)
    holders = [*(call.spot for call in calls(document)), *(feed for _, feed in _by_name(root).values())]
    return {name for holder in holders for names in alternatives(holder)[1].values() for name in names}


def _words(old: Spot, new: Spot, context: Context) -> None:
    """Texts of the whole: `info`, with its version, and the tags."""
    for key in ("info", "tags"):
        if (before := old.get(key)) != (after := new.get(key)):
            context.at(key).add("text-changed", f"/{key}", f"/{key}", before=before, after=after)
