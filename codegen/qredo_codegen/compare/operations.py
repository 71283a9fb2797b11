"""Two operations: name and place, parameters, bodies, responses, security, and what the extensions promise."""

from __future__ import annotations

from typing import Any

from .bodies import compare_bodies, compare_responses
from .calls import Call, generic
from .changes import canonical_json
from .context import Context
from .parameters import compare_deprecation, compare_parameters
from .security import compare_security
from .shapes import TEXTS, Spot

__all__ = ["compare_calls"]

_HANDLED = frozenset(
    {
        *TEXTS,
        *("deprecated", "operationId", "parameters", "requestBody", "responses", "security", "tags"),
        *("x-idempotency-key", "x-idempotent", "x-outcome", "x-pagination", "x-websocket"),
    }
)


def compare_calls(old: Call, new: Call, context: Context) -> None:
    """Note every difference between an old and a new operation."""
    _identity(old, new, context)
    compare_parameters(old, new, context)
    compare_bodies(old, new, context)
    compare_responses(old, new, context)
    compare_security(old.spot, new.spot, context)
    _promises(old.spot, new.spot, context)
    _rest(old, new, context)
    context.texts(old.spot, new.spot)


def _identity(old: Call, new: Call, context: Context) -> None:
    places = old.spot, new.spot
    if old.id != new.id and old.key != new.key:
        context.add("operation-renamed", *places, before=old.name, after=new.name)
    elif old.key != new.key:  # without an operationId, the name in a report does not have the tag
        before, after = (old.name, new.name) if old.spot.get("operationId") else (old.tag, new.tag)
        context.add("operation-tag-changed", *places, before=before, after=after)
    context.changed("operation-method-changed", *places, old.method, new.method)
    context.changed("operation-path-changed", *places, generic(old.path), generic(new.path))


def _promises(old: Spot, new: Spot, context: Context) -> None:
    """What the extensions promise about repeating a call, and about pages."""
    context.changed("outcome-changed", old, new, old.get("x-outcome"), new.get("x-outcome"))
    pages = [dict(one.get("x-pagination") or {}) for one in (old, new)]
    sizes = [one.pop("page_size", None) for one in pages]
    promises = {
        "idempotency-key": [one.get("x-idempotency-key") for one in (old, new)],
        "idempotent": [one.get("x-idempotent") or None for one in (old, new)],
        "pagination": [one or None for one in pages],
    }
    for stem, (before, after) in promises.items():
        verb = "added" if before is None else "removed" if after is None else "changed"
        context.changed(f"{stem}-{verb}", old, new, before, after)
    if None not in sizes:
        context.changed("page-size-changed", old, new, *sizes)


def _rest(old: Call, new: Call, context: Context) -> None:
    """Keywords that nothing above knows, and servers of its own."""
    compare_deprecation(old.spot, new.spot, context)
    ours, theirs = (_unknown(call) for call in (old, new))
    for key in sorted(ours.keys() | theirs.keys()):
        before, after = ours.get(key), theirs.get(key)
        if canonical_json(before) != canonical_json(after):
            kind = "extension-changed" if key.startswith("x-") else "operation-keyword-changed"
            context.at(key).add(kind, old.spot, new.spot, before=before, after=after, subject=key)


def _unknown(call: Call) -> dict[str, Any]:
    node: dict[str, Any] = {"servers": call.item.get("servers"), **call.spot.value}
    return {key: value for key, value in node.items() if key not in _HANDLED and value is not None}
