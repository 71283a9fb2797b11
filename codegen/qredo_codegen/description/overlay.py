"""The OpenAPI Overlay Specification 1.0, applied strictly: https://spec.openapis.org/overlay/v1.0.0.html.

Stricter than it in this: an action that matches nothing is an error (the document has changed, and must be looked at),
each action gives its reason (`description`) and its evidence (`x-evidence`), unknown keys are errors, and so is a merge
of values that are not of one kind. Wider in one thing: `remove` may select a primitive value, as in the specification's
own set of examples.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from jsonpath import JSONPathEnvironment, JSONPathError

from qredo_codegen.errors import OverlayError

from .document import Document, lines, load, plain, pointer

__all__ = ["Action", "Applied", "Overlay", "apply", "apply_all", "load_overlay", "parse_overlay"]

_ENVIRONMENT = JSONPathEnvironment(strict=True)  # RFC 9535 and nothing else
_VERSION = re.compile(r"1\.0\.\d+")
_OVERLAY_KEYS = {"overlay", "info", "extends", "actions"}
_INFO_KEYS = {"title", "version"}
_ACTION_KEYS = {"target", "description", "update", "remove"}

Location = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One change to a document.

    Attributes:
        index: Its position in the overlay, from 0.
        target: JSONPath (RFC 9535) of what it changes.
        reason: Why the document must be changed there.
        evidence: What shows that the change is right.
        remove: Whether the targets are removed; otherwise `update` is merged into each.
        update: The value to merge into an object, or to append to an array.
        line: Where it begins in its file, from 1; 0 if it was not read from one.
    """

    index: int
    target: str
    reason: str
    evidence: str
    remove: bool
    update: Any
    line: int = 0

    def error(self, message: str) -> OverlayError:
        """Return an error that names this action."""
        return OverlayError(message, index=self.index, target=self.target)


@dataclass(frozen=True)
class Overlay:
    """Changes to a document, in order."""

    title: str
    actions: tuple[Action, ...]

    def without(self, indexes: Container[int | None]) -> Overlay:
        """Return it without some of its actions."""
        return Overlay(self.title, tuple(action for action in self.actions if action.index not in indexes))


class Applied(NamedTuple):
    """What an overlay made of a document.

    Attributes:
        document: The document with the changes of all actions that fit.
        touched: The JSON pointers of what each action changed, by its index.
        errors: What kept the other actions from fitting.
    """

    document: Document
    touched: Mapping[int, frozenset[str]]
    errors: tuple[OverlayError, ...]


def load_overlay(path: Path) -> Overlay:
    """Read an overlay.

    Raises:
        DocumentError: The file cannot be read as YAML.
        OverlayError: It is no Overlay 1.0 document, or an action is malformed or gives no reason.
    """
    overlay = parse_overlay(load(path))
    return Overlay(
        overlay.title,
        tuple(replace(one, line=line) for one, line in zip(overlay.actions, lines(path, "actions"), strict=True)),
    )


def parse_overlay(document: Document) -> Overlay:
    """Check an overlay that is already loaded, and return it as actions.

    Raises:
        OverlayError: It is no Overlay 1.0 document, or an action is malformed or gives no reason.
    """
    version = document.get("overlay")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise OverlayError(f"the overlay's version is {version!r}; 1.0.x is needed.")
    _refuse_unknown_keys(document, _OVERLAY_KEYS, "the overlay")
    info = document.get("info")
    if not isinstance(info, dict) or not all(isinstance(info.get(key), str) for key in _INFO_KEYS):
        raise OverlayError("the overlay's info needs a title and a version.")
    _refuse_unknown_keys(info, _INFO_KEYS, "info")
    actions = document.get("actions")
    if not isinstance(actions, list) or not actions:
        raise OverlayError("the overlay has no actions.")
    return Overlay(info["title"], tuple(_action(index, action) for index, action in enumerate(actions)))


def apply(document: Document, overlay: Overlay) -> Document:
    """Return a copy of a document with the changes of an overlay.

    Args:
        document: Any JSON document. It is not changed, and the result shares nothing with it nor with the overlay.
        overlay: The changes; each sees the result of those before it.

    Raises:
        OverlayError: An action matches nothing, or does not fit what it matches.
    """
    applied = apply_all(document, overlay)
    if applied.errors:
        raise applied.errors[0]
    return applied.document


def apply_all(document: Document, overlay: Overlay) -> Applied:
    """Apply every action that fits, and collect what keeps the others from it.

    Args:
        document: As of `apply`.
        overlay: The changes; an action that does not fit changes nothing.
    """
    changed: Document = plain(document)
    touched: dict[int, frozenset[str]] = {}
    errors: list[OverlayError] = []
    for action in overlay.actions:
        try:
            touched[action.index] = frozenset(_apply(action, changed))
        except OverlayError as error:
            errors.append(error)
    return Applied(changed, touched, tuple(errors))


def _apply(action: Action, changed: Document) -> Iterator[str]:
    """Make one change; yield the pointers of what it touched."""
    locations = _locations(action, changed)
    if action.remove:
        _remove(action, changed, locations)
        yield from (pointer(*location) for location in locations)
        return
    for location in locations:
        _update(action, _at(changed, location), location)
        yield from _touched(action.update, location)


def _touched(update: Any, location: Location) -> Iterator[str]:
    if not isinstance(update, dict) or not update:
        yield pointer(*location)
    else:
        for key, value in update.items():
            yield from _touched(value, (*location, key))


def _action(index: int, given: Any) -> Action:
    if not isinstance(given, dict):
        raise OverlayError(f"is {given!r}; a mapping is needed.", index=index)
    target = given.get("target")
    if not isinstance(target, str):
        raise OverlayError("has no target.", index=index)
    _refuse_unknown_keys(given, _ACTION_KEYS, "the action", index=index, target=target)
    for key in ("description", "x-evidence"):
        if not isinstance(given.get(key), str) or not given[key].strip():
            raise OverlayError(f"gives no {key}.", index=index, target=target)
    remove = given.get("remove", False)
    if not isinstance(remove, bool):
        raise OverlayError(f"remove is {remove!r}; true or false is needed.", index=index, target=target)
    if remove == ("update" in given):
        raise OverlayError("needs either an update or remove: true.", index=index, target=target)
    return Action(
        index=index,
        target=target,
        reason=given["description"],
        evidence=given["x-evidence"],
        remove=remove,
        update=given.get("update"),
    )


def _refuse_unknown_keys(given: Document, known: set[str], what: str, **place: Any) -> None:
    unknown = sorted(key for key in given if key not in known and not key.startswith("x-"))
    if unknown:
        raise OverlayError(f"{what} has the unknown keys {', '.join(unknown)}.", **place)


def _locations(action: Action, document: Document) -> list[Location]:
    """Return where the target's matches stand, each once."""
    try:
        matches = list(_ENVIRONMENT.finditer(action.target, document))
    except JSONPathError as error:
        raise action.error(f"the target is no JSONPath (RFC 9535): {error}") from error
    if not matches:
        raise action.error(f"matches nothing. Its reason was: {action.reason}")
    return list(dict.fromkeys(tuple(match.parts) for match in matches))


def _at(document: Any, location: Sequence[str | int]) -> Any:
    for part in location:
        document = document[part]
    return document


def _remove(action: Action, document: Document, locations: list[Location]) -> None:
    if () in locations:
        raise action.error("removes the whole document.")
    # From the end: what is removed must not move what is still to be removed.
    for location in sorted(locations, key=_order, reverse=True):
        del _at(document, location[:-1])[location[-1]]


def _order(location: Location) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in location]


def _update(action: Action, target: Any, location: Location) -> None:
    if isinstance(target, dict) and isinstance(action.update, dict):
        _merge(action, target, action.update, location)
    elif isinstance(target, list) and not isinstance(action.update, list):
        target.append(plain(action.update))
    elif isinstance(target, list):
        # Overlay 1.0 makes it one element, 1.1 makes it many: better say it in a way that means one thing.
        raise action.error("updates an array with an array; update the object that holds it, or append one by one.")
    else:
        raise action.error(f"cannot merge {_kind(action.update)} into {_kind(target)} at {_show(location)}.")


def _merge(action: Action, target: Document, update: Document, location: Location) -> None:
    for key, value in update.items():
        here = (*location, key)
        if key not in target:
            target[key] = plain(value)
        elif isinstance(target[key], dict) and isinstance(value, dict):
            _merge(action, target[key], value, here)
        elif isinstance(target[key], list) and isinstance(value, list):
            target[key].extend(plain(value))
        elif isinstance(target[key], dict | list) or isinstance(value, dict | list):
            raise action.error(f"cannot merge {_kind(value)} into {_kind(target[key])} at {_show(here)}.")
        else:
            target[key] = value


def _kind(value: Any) -> str:
    return "an object" if isinstance(value, dict) else "an array" if isinstance(value, list) else f"{value!r}"


def _show(location: Location) -> str:
    return "$" + "".join(f"[{part!r}]" for part in location)
