"""Leave out the vendor's texts and extensions: a description needs names, types and rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qredo_codegen.description.document import Document, pointer
from qredo_codegen.description.rules import EXTENSIONS

from .decisions import Decisions

__all__ = ["NAMED", "TEXTS", "UNUSED", "is_extension", "pruned", "without_extras", "without_our_extensions"]

TEXTS = frozenset(
    {"description", "summary", "title", "example", "examples", "externalDocs", "contact", "license", "termsOfService"}
)
UNUSED = frozenset({"callbacks", "links", "webhooks"})
_DATA = frozenset({"default", "enum", "const", "mapping", "required", "scopes", "security", "example", "examples"})
# Keys whose values map names of the author's choice.
NAMED = frozenset(
    {"callbacks", "content", "definitions", "$defs", "dependentSchemas", "encoding", "headers", "links", "parameters"}
    | {"pathItems", "paths", "patternProperties", "properties", "requestBodies", "responses", "schemas"}
    | {"securitySchemes", "variables", "webhooks"}
)
_NAMES = "x-enum-varnames"
_OURS = EXTENSIONS - {_NAMES}


def without_extras(document: Document, decisions: Decisions, *, with_texts: bool) -> Document:
    """Return a copy without extensions and without what is not generated.

    Args:
        document: The file, as loaded.
        decisions: Takes what is dropped.
        with_texts: Whether descriptions, summaries, titles and examples stay.
    """
    extras = _Extras(decisions, with_texts)
    found: Document = pruned(document, extras.drops)
    found["info"] = {
        key: value
        for key, value in dict(document.get("info") or {}).items()
        if key in ("title", "version", "x-revision")
    } | (found["info"] if with_texts and isinstance(found.get("info"), dict) else {})
    extras.report()
    return found


def without_our_extensions(vendor: Document, decisions: Decisions) -> Document:
    """Return a copy of a vendor's file without extensions that mean something here: only an overlay says that."""

    def drops(key: str, _: Any, at: str) -> bool:
        if key in _OURS:
            decisions.add("dropped", at, f"The extension {key}, which only an overlay sets.")
        return key in _OURS

    found: Document = pruned(vendor, drops)
    return found


def pruned(node: Any, drops: Callable[[str, Any, str], bool], at: str = "", *, named: bool = False) -> Any:
    """Return a copy without the keywords that `drops` tells by key, value and pointer; data stays as it is."""
    if isinstance(node, list):
        return [pruned(item, drops, at + pointer(index)) for index, item in enumerate(node)]
    if not isinstance(node, dict):
        return node
    found: Document = {}
    for key, value in node.items():
        here = at + pointer(key)
        if named:
            found[key] = pruned(value, drops, here)
        elif not drops(key, value, here):
            is_data = key in _DATA or key in _OURS
            found[key] = value if is_data else pruned(value, drops, here, named=key in NAMED)
            if key == "responses":
                _describe_responses(found[key])
    return found


def is_extension(key: str, value: Any) -> bool:
    """Whether a key is an extension that means nothing here."""
    return key.startswith("x-") and key not in _OURS and not (key == _NAMES and isinstance(value, list))


class _Extras:
    """What is left out: one row for all texts, and one for all places of an extension."""

    def __init__(self, decisions: Decisions, with_texts: bool) -> None:
        self.decisions = decisions
        self.with_texts = with_texts
        self.extensions: dict[str, list[str]] = {}
        self.texts = 0

    def drops(self, key: str, value: Any, at: str) -> bool:
        if is_extension(key, value):
            self.extensions.setdefault(key, []).append(at)
            return True
        if key in UNUSED and value:
            self.decisions.add("dropped", at, f"{key} are not generated.")
            return True
        is_text = key in TEXTS and not self.with_texts
        self.texts += is_text
        return is_text

    def report(self) -> None:
        if self.texts:
            self.decisions.add(
                "dropped", "", f"{self.texts} texts and examples, which are the vendor's; --with-texts takes them."
            )
        for key, places in sorted(self.extensions.items()):
            count = len(places)
            self.decisions.add("dropped", places[0], f"The extension {key}, in {count} place{'s'[: count > 1]}.")


def _describe_responses(responses: Any) -> None:
    """Give each response the description that OpenAPI asks for."""
    for node in responses.values() if isinstance(responses, dict) else ():
        if isinstance(node, dict) and "$ref" not in node:
            node.setdefault("description", "")
