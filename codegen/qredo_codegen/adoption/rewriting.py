"""A vendor's new file as the adopted one writes it: what only stands elsewhere, or behind a reference, is no change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from qredo_codegen.compare.calls import generic, placeholders
from qredo_codegen.compare.changes import Findings
from qredo_codegen.compare.context import Context, Direction
from qredo_codegen.compare.descriptions import compare
from qredo_codegen.compare.equality import differ
from qredo_codegen.compare.servers import filled
from qredo_codegen.compare.shapes import Spot
from qredo_codegen.describe.texts import NAMED
from qredo_codegen.description.document import METHODS, Document, operations, plain, pointer, tokens, walk
from qredo_codegen.description.names import argument_name
from qredo_codegen.description.places import reached, references, target
from qredo_codegen.errors import DocumentError

__all__ = ["rewritten"]

_MAPS = frozenset({"properties", "patternProperties"})
_SCHEMAS = frozenset({"additionalProperties", "items", "schema"})
_WAYS: tuple[Direction, ...] = ("request", "response")


def rewritten(old: Document, new: Document) -> Document:
    """Return a shape that says what the new one says, written as the old one is wherever that is possible."""
    with suppress(DocumentError):  # a reference to nothing
        found = _Rewriting(old, _with_old_paths(old, new)).document()
        if not compare(new, found).material:
            return found
    return new


def _with_old_paths(old: Document, new: Document) -> Document:
    """Return the new shape with the old names of parameters in paths, where Python has one name for both."""
    before = {generic(path): path for path in old.get("paths", {})}
    names: dict[str, str] = {}
    paths = {}
    for path, item in new.get("paths", {}).items():
        then = before.get(generic(path), path)
        renamed = dict(zip(placeholders(path), placeholders(then), strict=True))
        if then in new["paths"] or any(argument_name(now) != argument_name(was) for now, was in renamed.items()):
            then, renamed = path, {}
        names |= renamed
        paths[then] = item
    found: Document = plain({**new, "paths": paths})
    for _, node in walk(found) if names else ():
        if isinstance(node, dict) and node.get("in") == "path" and node.get("name") in names:
            node["name"] = names[node["name"]]
    return found


@dataclass
class _Rewriting:
    """Two shapes, and what is known of them.

    Attributes:
        old: The shape whose way of writing is kept.
        new: The shape whose content is kept.
        moved: What components of the old shape hold now that the new one uses none of that name.
        entered: Pairs of places that are being rewritten: references may lead back to them.
    """

    old: Document
    new: Document
    context: Context = field(default_factory=lambda: Context(found=Findings()))
    moved: dict[str, Any] = field(default_factory=dict)
    entered: set[tuple[str, str]] = field(default_factory=set)

    @cached_property
    def used(self) -> set[str]:
        """The components that the new shape uses."""
        return reached(self.new, ["/paths"])

    def document(self) -> Document:
        """Return the new shape as the old one writes it."""
        found = dict(self.new)
        found["paths"] = plain({path: self._path(path, item) for path, item in self.new.get("paths", {}).items()})
        _keep_security(self.old, self.new, found)
        if _urls(self.old) == _urls(self.new):
            found["servers"] = self.old.get("servers")
        found["components"] = self._components(found)
        return {key: value for key, value in found.items() if value is not None}

    def _path(self, path: str, item: Document) -> Any:
        before = self.old.get("paths", {}).get(path, {})
        if "$ref" in before or "$ref" in item:
            return before if target(self.old, before) == target(self.new, item) else item
        old, new = (Spot(one, pointer("paths", path), node) for one, node in ((self.old, before), (self.new, item)))
        if "parameters" not in before and "parameters" not in item:
            return self._value(old, new)
        return self._with_parameters(old, new) or self._value(old, new)

    def _with_parameters(self, old: Spot, new: Spot) -> Document | None:
        """Rewrite a path whose parameters stand beside its operations, each where it stood; None if it cannot be."""
        shared = list(_keyed(old))
        methods = [method for method in METHODS if method in new.value]
        lists = {method: self._matched(_parameters(old, method), _parameters(new, method)) for method in methods}
        if any(key not in found or found[key] != lists[methods[0]][key] for found in lists.values() for key in shared):
            return None
        ours, theirs = (Spot(one.document, one.pointer, _without_parameters(one.value)) for one in (old, new))
        found: Document = self._value(ours, theirs)
        for method, given in lists.items():
            if own := [value for key, value in given.items() if key not in shared]:
                found[method] = {**found[method], "parameters": own}
        return found | ({"parameters": [lists[methods[0]][key] for key in shared]} if shared and methods else {})

    def _value(self, old: Spot, new: Spot, key: str = "") -> Any:
        """Rewrite what stands in one place of both shapes; neither reference is followed yet."""
        if key in _SCHEMAS and isinstance(old.value, dict) and isinstance(new.value, dict) and self._equal(old, new):
            return old.value
        if old.get("$ref") or new.get("$ref"):
            has_more = any("$ref" in spot.value and len(spot.value) > 1 for spot in (old, new))
            return new.value if has_more else self._behind(old, new, key)
        if isinstance(old.value, dict) and isinstance(new.value, dict):
            new = replace(new, value=_with_old_null(old.value, new.value))
            found = {name: self._inside(old, new, name, key) for name in new.value}
            if isinstance(found.get("parameters"), list):
                found["parameters"] = list(self._matched(_keyed(old), _keyed(new)).values())
            return found
        return new.value

    def _inside(self, old: Spot, new: Spot, name: str, key: str) -> Any:
        if name not in old.value:
            return new.value[name]
        ours, theirs = (Spot(one.document, one.pointer + pointer(name), one.value[name]) for one in (old, new))
        return self._value(ours, theirs, "schema" if key in _MAPS else "" if key in NAMED else name)

    def _behind(self, old: Spot, new: Spot, key: str) -> Any:
        """Rewrite what stands behind a reference in one shape or both."""
        ours, theirs = old.target(), new.target()
        pair = ours.pointer, theirs.pointer
        if ours.pointer == theirs.pointer or pair in self.entered:
            return old.value if old.get("$ref") and pair in self.entered else new.value
        self.entered.add(pair)
        found = self._value(ours, theirs, key)
        self.entered.discard(pair)
        if not old.get("$ref"):
            return found
        if found == ours.value:
            return old.value
        is_unused = ours.pointer not in self.used
        return old.value if is_unused and self.moved.setdefault(ours.pointer, found) == found else new.value

    def _matched(self, olds: Mapping[str, Spot], news: Mapping[str, Spot]) -> dict[str, Any]:
        return {key: self._value(olds[key], new) if key in olds else new.value for key, new in news.items()}

    def _equal(self, old: Spot, new: Spot) -> bool:
        contexts = (self.context.at("", way) for way in _WAYS)
        return not any(differ(old.schema(), new.schema(), context) for context in contexts)

    def _components(self, found: Document) -> Document:
        """Rewrite the components. One that came or went only because it is written elsewhere now does neither."""
        spots = [Spot(one, "/components", one.get("components", {})) for one in (self.old, self.new)]
        ours, theirs = (dict(_components(spot)) for spot in spots)
        both = {at: self._value(ours[at], new, _role(at)) if at in ours else new.value for at, new in theirs.items()}
        whole = {at: one.value for at, one in ours.items()} | both | self.moved
        now: Document = {**found, "components": _nested(both | self.moved)}
        needed = reached({**found, "components": _nested(whole)}, ["/paths"])
        needed |= (ours.keys() & theirs.keys()) | (theirs.keys() - (_referred(self.new) - _referred(now)))
        return _nested({at: one for at, one in whole.items() if at in needed})


def _with_old_null(old: Document, new: Document) -> Document:
    """Return a schema that says of null in the way of the old one, a mark or a type, whether it is a value."""
    before, given = old.get("type"), new.get("type")
    if isinstance(before, str) and isinstance(given, list) and "null" in given and len(given) == 2:
        (kind,) = [one for one in given if one != "null"]
        return {**new, "type": kind, "nullable": True}
    if isinstance(before, list) and isinstance(given, str) and new.get("nullable") is True:
        return {**{key: value for key, value in new.items() if key != "nullable"}, "type": [given, "null"]}
    return new


def _components(spot: Spot) -> Iterator[tuple[str, Spot]]:
    """Yield each component by its pointer."""
    for section, given in spot.value.items():
        for name, value in given.items() if isinstance(given, dict) else ():
            at = spot.pointer + pointer(section, name)
            yield at, Spot(spot.document, at, value)


def _referred(document: Document) -> set[str]:
    return {unquote(ref[1:]) for _, ref in references(document)}


def _nested(components: Mapping[str, Any]) -> Document:
    """Return components by section and name."""
    found: Document = {}
    for at, value in components.items():
        _, section, name = tokens(at)
        found.setdefault(section, {})[name] = value
    return found


def _role(at: str) -> str:
    return "schema" if at.startswith("/components/schemas/") else ""


def _parameters(item: Spot, method: str) -> dict[str, Spot]:
    """Return the parameters of an operation by place and name, with those of its path."""
    return _keyed(item) | _keyed(Spot(item.document, item.pointer + pointer(method), item.get(method)))


def _keyed(holder: Spot) -> dict[str, Spot]:
    found = {}
    for index, given in enumerate(holder.get("parameters") or ()):
        spot = Spot(holder.document, holder.pointer + pointer("parameters", index), given)
        one = spot.target()
        found[f"{one.get('in')}:{one.get('name')}"] = spot
    return found


def _without_parameters(item: Document) -> Document:
    """Return a path without all parameters of its own and of its operations."""
    bare = {key: value for key, value in item.items() if key != "parameters"}
    return {
        key: {name: one for name, one in value.items() if name != "parameters"} if key in METHODS else value
        for key, value in bare.items()
    }


def _keep_security(old: Document, new: Document, found: Document) -> None:
    """Say where the old shape does which security each operation has, if that is the same for all of them."""
    ours, theirs = ({(one.path, one.method): one.node for one in operations(shape)} for shape in (old, new))
    pairs = [(ours[key], theirs[key], found["paths"][key[0]][key[1]]) for key in ours.keys() & theirs.keys()]
    if any(
        one.get("security", old.get("security")) != two.get("security", new.get("security")) for one, two, _ in pairs
    ):
        return
    found["security"] = old.get("security")
    for one, _, now in pairs:
        now.pop("security", None)
        now |= {"security": one["security"]} if "security" in one else {}


def _urls(document: Document) -> set[str]:
    return {filled(server).rstrip("/") for server in document.get("servers") or ()}
