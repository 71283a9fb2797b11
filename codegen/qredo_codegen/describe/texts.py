"""Leave out the vendor's texts and extensions: a description needs names, types and rules."""

from __future__ import annotations

from collections import Counter
from typing import Any

from qredo_codegen.description.document import Document, pointer
from qredo_codegen.description.rules import EXTENSIONS

from .decisions import Decisions

__all__ = ["strip", "without_extras", "without_our_extensions"]

_TEXTS = frozenset(
    {"description", "summary", "title", "example", "examples", "externalDocs", "contact", "license", "termsOfService"}
)
_UNUSED = frozenset({"callbacks", "links", "webhooks"})
_DATA = frozenset({"default", "enum", "const", "mapping", "required", "scopes", "security", "example", "examples"})
# Keys whose values map names of the author's choice.
_NAMED = frozenset(
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
    cleaner = _Cleaner(decisions, with_texts)
    found: Document = cleaner.copy(document, "", named=False)
    found["info"] = {
        key: value
        for key, value in dict(document.get("info") or {}).items()
        if key in ("title", "version", "x-revision")
    } | (found["info"] if with_texts and isinstance(found.get("info"), dict) else {})
    cleaner.report()
    return found


def strip(document: Document) -> Document:
    """Return a copy without texts, examples and extensions; everything else stays as it is."""
    bare = without_our_extensions(document, Decisions())
    found: Document = _Cleaner(Decisions(), with_texts=False).copy(bare, "", named=False)
    if isinstance(found.get("info"), dict):
        found["info"] = {"title": "", **found["info"]}  # OpenAPI wants one
    return found


def without_our_extensions(node: Any, decisions: Decisions, at: str = "", *, named: bool = False) -> Any:
    """Return a copy of a vendor's file without extensions that mean something here: only an overlay says that."""
    if isinstance(node, list):
        return [without_our_extensions(item, decisions, at + pointer(index)) for index, item in enumerate(node)]
    if not isinstance(node, dict):
        return node
    found = {}
    for key, value in node.items():
        here = at + pointer(key)
        if not named and key in _OURS:
            decisions.add("dropped", here, f"The extension {key}, which only an overlay sets.")
        elif not named and key in _DATA:
            found[key] = value
        else:
            found[key] = without_our_extensions(value, decisions, here, named=not named and key in _NAMED)
    return found


class _Cleaner:
    def __init__(self, decisions: Decisions, with_texts: bool) -> None:
        self.decisions = decisions
        self.with_texts = with_texts
        self.extensions: Counter[str] = Counter()
        self.first: dict[str, str] = {}
        self.texts = 0

    def copy(self, node: Any, at: str, *, named: bool) -> Any:
        if isinstance(node, list):
            return [self.copy(item, at + pointer(index), named=False) for index, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        found: Document = {}
        for key, value in node.items():
            here = at + pointer(key)
            if not named and self._is_dropped(key, value, here):
                continue
            if not named and (key in _DATA or key in _OURS):
                found[key] = value
            else:
                found[key] = self.copy(value, here, named=not named and key in _NAMED)
                if key == "responses" and not named:
                    _describe_responses(found[key])
        return found

    def _is_dropped(self, key: str, value: Any, at: str) -> bool:
        if key.startswith("x-") and key not in _OURS and not (key == _NAMES and isinstance(value, list)):
            self.extensions[key] += 1
            self.first.setdefault(key, at)
            return True
        if key in _UNUSED and value:
            self.decisions.add("dropped", at, f"{key} are not generated.")
            return True
        if key in _TEXTS and not self.with_texts:
            self.texts += 1
            return True
        return False

    def report(self) -> None:
        if self.texts:
            self.decisions.add(
                "dropped", "", f"{self.texts} texts and examples, which are the vendor's; --with-texts takes them."
            )
        for key, count in sorted(self.extensions.items()):
            self.decisions.add("dropped", self.first[key], f"The extension {key}, in {count} place{'s'[: count > 1]}.")


def _describe_responses(responses: Any) -> None:
    """Give each response the description that OpenAPI asks for."""
    for node in responses.values() if isinstance(responses, dict) else ():
        if isinstance(node, dict) and "$ref" not in node:
            node.setdefault("description", "")
