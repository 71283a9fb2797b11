"""Each change of a vendor's file in one row: what it is, what becomes of it, and what it means for a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from qredo_codegen.compare.changes import Change, Effect
from qredo_codegen.compare.descriptions import compare
from qredo_codegen.compare.report import phrase
from qredo_codegen.description.document import Document, operations
from qredo_codegen.description.overlay import Action, Applied, Overlay, apply_all
from qredo_codegen.errors import DocumentError

from .edits import Edit, Element, edited, edits

__all__ = ["Row", "rows"]

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
    found = list(edits(adopted, vendor))
    # What is new among the components changes nothing alone, and what refers to it needs it.
    base = adopted
    for edit in found:
        if _is_component(edit) and edit.kind == "added":
            base = edited(base, edit)
    judge = _Judge(base, overlay, ours)
    by_path = {edit.path: edit for edit in found}
    fields = [by_path.get(_field(edit)) for edit in found]
    return [
        judge.row(edit) if field is None else _Judge(edited(base, field), overlay, ours).row(edit)
        for edit, field in zip(found, fields, strict=True)
    ]


def _field(edit: Edit) -> tuple[str | Element, ...]:
    """The path of the field that an edit requires: a name in `required` says nothing before the field is there."""
    is_name = edit.kind == "added" and isinstance(edit.path[-1], Element) and edit.path[-2] == "required"
    return (*edit.path[:-2], "properties", str(edit.after)) if is_name else ()


def _is_component(edit: Edit) -> bool:
    return len(edit.path) == 3 and edit.path[0] == "components" and edit.path[1] != "securitySchemes"


class _Judge:
    """Judges one edit at a time, each alone."""

    def __init__(self, base: Document, overlay: Overlay, ours: Document) -> None:
        self.base = base
        self.overlay = overlay
        self.named = {(one.method, one.path): one.node for one in operations(ours)}

    @cached_property
    def described(self) -> Document:
        """The description that the overlay makes of what was adopted."""
        return self._apply(self.base, self.overlay).document

    def _apply(self, vendor: Document, overlay: Overlay) -> Applied:
        """Apply an overlay, and name the operations as they are named here."""
        applied = apply_all(vendor, overlay)
        for one in operations(applied.document):
            if ours := self.named.get((one.method, one.path)):
                one.node.update(tags=ours["tags"], operationId=ours["operationId"])
        return applied

    def row(self, edit: Edit) -> Row:
        if _is_component(edit) and edit.kind != "changed":
            return Row(edit, (), reaches=False, effect="none", reason="Met where something refers to it.")
        vendor = edited(self.base, edit)
        applied = self._apply(vendor, self.overlay)
        if applied.document != self.described:
            found = _material(self.described, applied.document)
            if found:
                return Row(edit, (), reaches=True, **_effect(found))
        covering = self._covering(edit, vendor, applied.touched)
        if not covering:
            return Row(
                edit, (), reaches=applied.document != self.described, effect="none", reason="No client meets it."
            )
        return Row(edit, covering, reaches=False, **self._covered(vendor, covering))

    def _covering(self, edit: Edit, vendor: Document, touched: Mapping[int, frozenset[str]]) -> tuple[Action, ...]:
        """Return the actions without which the change would reach the description."""
        places = {**self._apply(self.base, self.overlay).touched}
        for index, more in touched.items():
            places[index] = places.get(index, frozenset()) | more
        at = _holder(edit)
        near = [one for one in self.overlay.actions if any(_meet(place, at) for place in places.get(one.index, ()))]
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
        try:
            before = _by_print(compare(self.described, self._apply(self.base, rest).document).material)
            after = _by_print(compare(self.described, self._apply(vendor, rest).document).material)
        except DocumentError:  # the rest of the overlay removes what these actions no longer refer to
            before = after = {}
        if fresh := [change for key, change in after.items() if key not in before]:
            return _effect(fresh)
        if before.keys() - after.keys():
            return {"effect": "none", "reason": "The file says now what our description says."}
        found = list(_by_print(compare(self.base, vendor).material).values())
        return _effect(found) if found else {"effect": "none", "reason": "No client meets it."}


def _material(old: Document, new: Document) -> tuple[Change, ...]:
    return compare(old, new).material


def _by_print(changes: Iterable[Change]) -> dict[str, Change]:
    return {change.fingerprint: change for change in changes if change.kind not in _NAMES}


def _effect(changes: Sequence[Change]) -> dict[str, str]:
    """Return the worst effect of some changes, and the first of them in words."""
    worst = next(effect for effect in _WORST if any(change.effect is effect for change in changes))
    first = next(change for change in changes if change.effect is worst)
    where = " ".join(filter(None, (first.locations[0].title, first.locations[0].place))) if first.locations else ""
    places = f" ({where})" if where not in ("", first.subject) else ""
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return {"effect": str(worst), "reason": f"{phrase(first)}{places}{more}. {first.why}"}


def _holder(edit: Edit) -> str:
    """Return the pointer of the innermost place that is not in a list."""
    path = []
    for part in edit.path:
        if not isinstance(part, str):
            break
        path.append(part)
    return Edit(tuple(path), None, None).pointer


def _meet(place: str, at: str) -> bool:
    """Tell whether one of two pointers is the other, or leads to it."""
    return f"{place}/".startswith(f"{at}/") or f"{at}/".startswith(f"{place}/")
