"""The same description with every parameter, body, response, header and example behind references."""

from __future__ import annotations

import json
from typing import Any

from qredo_codegen.description.document import Document, operations
from qredo_codegen.description.places import path_items

__all__ = ["behind_references"]


def behind_references(document: Document) -> Document:
    """Return a copy with each of these as a component, behind a chain of two references, one percent-encoded."""
    moved: Document = json.loads(json.dumps(document))
    components = moved.setdefault("components", {})
    for one in operations(moved):
        if "requestBody" in one.node:
            _content(components, one.node["requestBody"])
            one.node["requestBody"] = _moved(components, "requestBodies", one.node["requestBody"])
        for status, response in one.node["responses"].items():
            one.node["responses"][status] = _response(components, response)
    for holder in [*path_items(moved).values(), *(one.node for one in operations(moved))]:
        if "parameters" in holder:
            holder["parameters"] = [_parameter(components, parameter) for parameter in holder["parameters"]]
    return moved


def _response(components: Document, node: Document) -> Document:
    for name, header in node.get("headers", {}).items():
        node["headers"][name] = _moved(components, "headers", header)
    _content(components, node)
    return _moved(components, "responses", node)


def _parameter(components: Document, node: Document) -> Document:
    _examples(components, node)
    _content(components, node)
    return _moved(components, "parameters", node)


def _content(components: Document, node: Document) -> None:
    for media in node.get("content", {}).values():
        _examples(components, media)


def _examples(components: Document, node: Document) -> None:
    for name, example in node.get("examples", {}).items():
        node["examples"][name] = _moved(components, "examples", example)


def _moved(components: Document, kind: str, node: Any) -> Document:
    if "$ref" in node:
        return dict(node)
    named = components.setdefault(kind, {})
    name = f"{kind}.{len(named)}"
    named[name] = node
    named[f"{name}.alias"] = {"$ref": f"#/components/{kind}/{name}"}
    return {"$ref": f"#/components/{kind}/{name.replace('.', '%2E')}.alias"}
