"""What the parts of an `allOf` say together: those that are written there, referred to, or nested in others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from .annotations import MEMBERS, is_wide
from .document import Document, pointer, resolve_once

__all__ = ["Merged", "Part", "merge"]

Part = tuple[Any, str]
"""A schema as it is written, and its pointer."""

Report = Callable[[str, str], None]

_NESTED = ("$dynamicRef", "additionalProperties", "items", *MEMBERS)


@dataclass
class Merged:
    """What several schemas say together.

    Attributes:
        keywords: All but those of the fields; one that holds or names schemas comes with the pointer of its part.
        fields: What each part says of a field, by its name on the wire.
        required: Names of the fields that are always there, in order.
    """

    keywords: Document = field(default_factory=dict)
    fields: dict[str, list[Part]] = field(default_factory=dict)
    required: dict[str, None] = field(default_factory=dict)


def merge(document: Document, parts: list[Part], report: Report) -> Merged:
    """Merge schemas and the parts of their `allOf`.

    Args:
        document: The whole document.
        parts: The schemas.
        report: Told the pointer of a part and what is wrong with it.
    """
    merged = Merged()
    for leaf, at in _leaves(document, parts, (), report):
        for wire, child in leaf.get("properties", {}).items():
            if child is not False:
                merged.fields.setdefault(wire, []).append((child, at + pointer("properties", wire)))
        merged.required |= dict.fromkeys(leaf.get("required", ()))
        for key, value in leaf.items():
            if key not in ("properties", "required"):
                _add(merged.keywords, key, value, at, report)
    return merged


def _add(merged: Document, key: str, value: Any, at: str, report: Report) -> None:
    """Add a keyword of one part to those of the parts before it."""
    known: Any = merged.get(key)
    if key not in merged or key == "additionalProperties" or (key in _NESTED and is_wide(known[0])):
        merged[key] = (value, at) if key in _NESTED else value
    elif key == "type":
        both = _common_types(known, value)
        merged[key] = both or value
        if not both:
            report(at, f"is {value!r}, and another part of its allOf is {known!r}; agree on one.")
    elif key in _NESTED:
        if known[0] != value and not is_wide(value):
            report(at, f"has {key}, and so has another part of its allOf; write one of them.")
    elif key not in ("description", "nullable"):
        merged[key] = value


def _leaves(
    document: Document, parts: list[Part], above: tuple[str, ...], report: Report
) -> Iterator[tuple[Document, str]]:
    """The parts that stand for themselves, behind references and nested allOf."""
    for node, at in parts:
        if not isinstance(node, dict):
            continue
        if at in above:
            report(at, "is a part of its own allOf; it can never be complete.")
            continue
        own = {key: value for key, value in node.items() if key not in ("$ref", "allOf")}
        if any(_names(own.get(key), above) for key in MEMBERS):
            # A parent that lists its children, each of which is made of it: no part of one child.
            own = {key: value for key, value in own.items() if key not in (*MEMBERS, "discriminator")}
        if any(key != "type" or not node.get("allOf") for key in own):
            yield own, at
        inner: list[Part] = []
        if isinstance(node.get("$ref"), str):
            where = unquote(node["$ref"][1:])
            inner.append((_bare(resolve_once(document, where)), where))
        members = node.get("allOf", ())
        for index, part in enumerate(members):
            inner.append((_bare(part) if len(members) > 1 else part, at + pointer("allOf", index)))
        yield from _leaves(document, inner, (*above, at), report)


def _names(members: Any, above: tuple[str, ...]) -> bool:
    """Whether one of these members is a reference to a schema above."""
    return any(unquote(str(one.get("$ref"))[1:]) in above for one in members or () if isinstance(one, dict))


def _bare(node: Any) -> Any:
    """A part of an allOf without what it says of itself as a whole: the whole has words of its own."""
    if not isinstance(node, dict):
        return node
    return {key: value for key, value in node.items() if key not in ("nullable", "description", "discriminator")}


def _common_types(first: Any, second: Any) -> Any:
    ours, theirs = ([one] if isinstance(one, str) else list(one) for one in (first, second))
    both = [kind for kind in ours if kind in theirs]
    if not both and {"integer", "number"} <= {*ours, *theirs}:
        both = ["integer"]
    return both[0] if len(both) == 1 else both
