"""Parameters as the client sends them: those of the path complete, none that one call cannot set."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from qredo_codegen.compare.calls import placeholders
from qredo_codegen.description.document import Document, Operation, operations, pointer, resolve_once, walk
from qredo_codegen.description.places import parameters, path_items, target

from .decisions import Decisions

__all__ = ["drop_parameters", "fit_parameters", "fit_written", "lists", "with_all_parameters"]

_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
}
Why = Callable[[str | None, Document], str | None]
"""Why a parameter on a path (None for a component) is removed, or None if it stays."""


def drop_parameters(document: Document, why: Why, decisions: Decisions) -> None:
    """Remove each parameter for which there is a reason, wherever it is used."""
    for at, path, node in lists(document):
        kept = []
        for index, written in enumerate(node.get("parameters", ())):
            found = target(document, written)
            reason = why(path, found) if isinstance(found, dict) else None
            if reason is None:
                kept.append(written)
            else:
                decisions.add("dropped", at + pointer("parameters", index), reason)
        if "parameters" in node:
            node["parameters"] = kept
    components = document.get("components", {}).get("parameters", {})
    for name in [name for name, node in components.items() if why(None, node)]:
        del components[name]


def fit_written(document: Document, decisions: Decisions) -> None:
    """Correct each parameter that is wrong in one keyword, before the rest of it would be dropped as no OpenAPI."""
    for at, node in walk(document):
        if not isinstance(node, dict) or node.get("type") == "apiKey":
            continue
        if str(node.get("in")) in _STYLES and isinstance(node.get("name"), str):
            _fit_one(at, node, decisions)


def fit_parameters(document: Document, decisions: Decisions) -> None:
    """Keep the parameters that one call can send, and complete those of each path."""
    drop_parameters(document, _misplaced, decisions)
    for one in operations(document):
        _complete(document, one, decisions)


def lists(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Yield all that can have parameters and servers, paths first: its pointer, its path, and itself."""
    for path, item in path_items(document).items():
        yield pointer("paths", path), path, item
    for one in operations(document):
        yield one.pointer, one.path, one.node


def _misplaced(path: str | None, node: Document) -> str | None:
    place, name = node.get("in"), node.get("name")
    if place == "cookie":
        return f"The cookie {name}: one call cannot set it; set it on the httpx client."
    if place == "path" and path is not None and name not in placeholders(path):
        return f"The path parameter {name} is not in the path."
    return None


def _fit_one(at: str, node: Document, decisions: Decisions) -> None:
    place, style = str(node["in"]), node.get("style")
    if style is not None and style not in _STYLES[place]:
        decisions.add("dropped", at, f"The style {style}, which a {place} parameter cannot have.")
        del node["style"]
    if node.pop("allowReserved", False):
        decisions.add("dropped", at, "allowReserved: characters with a meaning in a URL are percent-encoded.")
    if "schema" not in node and "content" not in node:
        moved = {key: node.pop(key) for key in ("type", "format", "enum", "items") if key in node}
        node["schema"] = moved or {"type": "string"}
        decisions.add(
            "replaced", at, "It has no schema: what it says itself is one." if moved else "It has no schema: a text."
        )
    if place == "path" and node.get("required") is not True:
        decisions.add("replaced", at, "A path parameter is always required.")
        node["required"] = True


def _complete(document: Document, one: Operation, decisions: Decisions) -> None:
    declared = {name for place, name in parameters(document, one) if place == "path"}
    for name in dict.fromkeys(placeholders(one.path)):
        if name not in declared:
            decisions.add("replaced", one.pointer, f"The path has {{{name}}}, which is not described: it is a text.")
            added = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            one.node.setdefault("parameters", []).append(added)


def with_all_parameters(document: Document, one: Operation) -> Document:
    """Return an operation with the parameters of its path."""
    given = [resolve_once(document, at) for at, _ in parameters(document, one).values()]
    return {**one.node, "parameters": given} if given else one.node
