"""Two descriptions of an API: everything that differs between them and that a client could notice.

Schemas are compared where a request or a response uses them, not by their names: what is renamed, reordered, reworded
or moved behind a reference is no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from qredo_codegen.description.document import Document

from .calls import Call, calls
from .changes import Change, Effect, Findings
from .context import Context
from .operations import compare_calls
from .security import alternatives, compare_schemes
from .servers import compare_feeds, compare_servers, feeds
from .shapes import Spot

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """What differs between two descriptions.

    Attributes:
        old: The old description.
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
    compare_feeds(*roots, context)
    compare_schemes(*roots, _schemes_in_use(roots[0]), context)
    _words(*roots, context)
    return Comparison(old, new, context.found.sorted(), frozenset(context.found.pairs))


def _operations(old: Document, new: Document, context: Context) -> None:
    pairs, gone, fresh = _match(calls(old), calls(new))
    for ours, theirs in pairs:
        compare_calls(ours, theirs, replace(context, call=ours.location))
    for call in gone:
        here = replace(context, call=call.location)
        here.add("operation-removed", call.spot, None, before=str(call), subject=call.name)
    for call in fresh:
        here = replace(context, call=call.location)
        here.add("operation-added", None, call.spot, after=str(call), subject=call.name)


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


def _schemes_in_use(root: Spot) -> set[str]:
    holders = [*(call.spot for call in calls(root.document)), *(feed for _, feed in feeds(root).values())]
    return {name for holder in holders for names in alternatives(holder)[1].values() for name in names}


def _words(old: Spot, new: Spot, context: Context) -> None:
    """Texts of the whole: `info`, with its version, and the tags."""
    for key in ("info", "tags"):
        context.at(key).changed("text-changed", f"/{key}", f"/{key}", old.get(key), new.get(key))
