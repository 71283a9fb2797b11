"""Each change of a vendor's file in one row: what it is, what becomes of it, and what it means for a client."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from urllib.parse import unquote

from qredo_codegen.compare.changes import Change, Effect
from qredo_codegen.compare.descriptions import compare
from qredo_codegen.compare.report import phrase
from qredo_codegen.describe.decisions import Decisions
from qredo_codegen.describe.structure import drop_broken_references
from qredo_codegen.describe.texts import NAMED, UNUSED
from qredo_codegen.description.document import Document, operations, plain, pointer
from qredo_codegen.description.overlay import Action, Applied, Overlay, apply_all
from qredo_codegen.description.places import references

from .edits import Edit, Element, edited, edits
from .rewriting import rewritten

__all__ = ["Row", "rows"]

_UNMET = {"effect": "none", "reason": "No client meets it."}
_WORST = (Effect.BREAKING, Effect.COMPATIBLE)
# What only moves a name in Python: where the overlay decides, the name stays.
_NAMES = frozenset(
    {"operation-renamed", "operation-tag-changed", "parameter-renamed", "server-renamed", "feed-renamed"}
    | {"value-renamed"}
)


@dataclass(frozen=True)
class Row:
    """One change of the vendor's.

    Attributes:
        edit: What the vendor changed.
        actions: The overlay's actions that decide what stands in that place.
        reaches: Whether the description changes with it.
        effect: `breaking`, `compatible`, or `none`.
        reason: What a client meets, in a few words.
    """

    edit: Edit
    actions: tuple[Action, ...]
    reaches: bool
    effect: str
    reason: str

    @property
    def becomes(self) -> str:
        """What becomes of the change."""
        if self.actions:
            named = ", ".join(f"action {one.index} (line {one.line})" for one in self.actions)
            return f"covered by overlay {named}"
        return "as it is" if self.reaches else "not described"


def rows(adopted: Document, vendor: Document, overlay: Overlay, ours: Document) -> list[Row]:
    """Return a row for every difference.

    Args:
        adopted: The shape of the vendor's file as it was last adopted.
        vendor: The shape of the file of now.
        overlay: What the package's overlay changes.
        ours: The package's description, whose names the operations keep.
    """
    found = list(edits(adopted, rewritten(adopted, vendor)))
    # What is new among the components changes nothing alone, and what refers to it needs it.
    base = adopted
    for edit in found:
        if _is_component(edit) and edit.kind == "added":
            base = edited(base, edit)
    used = {unquote(ref[1:]) for _, ref in references(vendor)}
    judge = _Judge(base, overlay, ours, used)
    by_path = {edit.path: edit for edit in found}
    others = [by_path.get(_other_half(edit)) for edit in found]
    return [
        judge.row(edit) if other is None else _Judge(edited(base, other), overlay, ours, used).row(edit)
        for edit, other in zip(found, others, strict=True)
    ]


def _other_half(edit: Edit) -> tuple[str | Element, ...]:
    """The path of the edit without which one says half: a new field, and its name in `required`."""
    if edit.kind == "added" and len(edit.path) > 1:
        *holder, above, last = edit.path
        if above == "required" and isinstance(last, Element):
            return (*holder, "properties", str(edit.after))
        if above == "properties":
            return (*holder, "required", Element(("str", last)))
    return ()


def _unused(edit: Edit) -> str | None:
    """The keyword above an edit that is not generated, if there is one."""
    is_name = False
    for part in edit.path:
        if not is_name and part in UNUSED:
            return str(part)
        is_name = not is_name and part in NAMED
    return None


def _is_component(edit: Edit) -> bool:
    return len(edit.path) == 3 and edit.path[0] == "components" and edit.path[1] != "securitySchemes"


class _Judge:
    """Judges one edit at a time, each alone."""

    def __init__(self, base: Document, overlay: Overlay, ours: Document, used: Container[str]) -> None:
        self.base = base
        self.used = used
        self.overlay = overlay
        self.named = {(one.method, one.path): one.node for one in operations(ours)}

    @cached_property
    def described(self) -> Applied:
        """What the overlay makes of what was adopted."""
        return self._apply(self.base, self.overlay)

    def _apply(self, vendor: Document, overlay: Overlay) -> Applied:
        """Apply an overlay, and name the operations as they are named here."""
        applied = apply_all(vendor, overlay)
        _complete(applied.document)
        for one in operations(applied.document):
            if ours := self.named.get((one.method, one.path)):
                one.node.update(tags=ours["tags"], operationId=ours["operationId"])
        return applied

    def row(self, edit: Edit) -> Row:
        is_lost = edit.kind == "removed" and edit.pointer in self.used
        if _is_component(edit) and edit.kind != "changed" and not is_lost:
            return Row(edit, (), reaches=False, effect="none", reason="Met where something refers to it.")
        if unused := _unused(edit):
            return Row(edit, (), reaches=False, effect="none", reason=f"{unused} are not generated.")
        vendor = edited(self.base, edit)
        applied = self._apply(vendor, self.overlay)
        reaches = applied.document != self.described.document
        if found := reaches and compare(self.described.document, applied.document).material:
            return Row(edit, (), reaches=True, **_effect(found))
        covering = self._covering(edit, vendor, applied.touched)
        if not covering:
            return Row(edit, (), reaches, **_UNMET)
        return Row(edit, covering, reaches=False, **self._covered(vendor, covering))

    def _covering(self, edit: Edit, vendor: Document, touched: Mapping[int, frozenset[str]]) -> tuple[Action, ...]:
        """Return the actions without which the change would reach the description."""
        before, at = self.described.touched, _holder(edit)
        near = [
            one
            for one in self.overlay.actions
            if any(_meet(place, at) for found in (before, touched) for place in found.get(one.index, ()))
        ]
        alone = [one for one in near if self._differs({one.index}, vendor)]
        if not alone and near and self._differs({one.index for one in near}, vendor):
            return tuple(near)
        return tuple(alone)

    def _differs(self, without: set[int], vendor: Document) -> bool:
        rest = self.overlay.without(without)
        return self._apply(self.base, rest).document != self._apply(vendor, rest).document

    def _covered(self, vendor: Document, actions: Sequence[Action]) -> dict[str, str]:
        """Return what a client meets at a service that changed in a place which the overlay describes otherwise."""
        rest = self.overlay.without({one.index for one in actions})
        before, after = (
            _by_print(compare(self.described.document, self._apply(one, rest).document).material)
            for one in (self.base, vendor)
        )
        if fresh := [change for key, change in after.items() if key not in before]:
            return _effect(fresh)
        if before.keys() - after.keys():
            return {"effect": "none", "reason": "The file says now what our description says."}
        found = list(_by_print(compare(*map(_complete, (plain(self.base), plain(vendor)))).material).values())
        return _effect(found) if found else _UNMET


def _complete(document: Document) -> Document:
    """Take anything where a reference leads nowhere, as `describe` does; return the document."""
    drop_broken_references(document, Decisions())
    return document


def _by_print(changes: Iterable[Change]) -> dict[str, Change]:
    return {change.fingerprint: change for change in changes if change.kind not in _NAMES}


def _effect(changes: Sequence[Change]) -> dict[str, str]:
    """Return the worst effect of some changes, and the first of them in words."""
    worst = next(effect for effect in _WORST if any(change.effect is effect for change in changes))
    first = next(change for change in changes if change.effect is worst)
    where = " ".join(filter(None, (first.locations[0].title, first.locations[0].place)))
    places = f" ({where})" if where not in ("", first.subject) else ""
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return {"effect": str(worst), "reason": f"{phrase(first)}{places}{more}. {first.why}"}


def _holder(edit: Edit) -> str:
    """Return the pointer of the innermost place that is not in a list."""
    return pointer(*map(str, takewhile(lambda part: isinstance(part, str), edit.path)))


def _meet(place: str, at: str) -> bool:
    """Tell whether one of two pointers is the other, or leads to it."""
    return f"{place}/".startswith(f"{at}/") or f"{at}/".startswith(f"{place}/")
