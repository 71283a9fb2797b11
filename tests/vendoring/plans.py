"""What the descriptions say that can be called, with their own examples, for any copy of a package."""

from __future__ import annotations

from typing import Any

from ..versions import document_of

__all__ = ["operations"]

_METHODS = ("get", "post", "put", "delete")


def operations(package: str) -> list[dict[str, Any]]:
    """Every operation of a package but those that open a feed: its names, and examples of what it takes."""
    document = document_of(package)
    return [
        _operation(document, item, item[method])
        for item in document["paths"].values()
        for method in _METHODS
        if method in item and "x-websocket" not in item
    ]


def _operation(document: dict[str, Any], item: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    (tag,) = node["tags"]
    parameters = [_followed(document, one) for one in (*item.get("parameters", []), *node.get("parameters", []))]
    content = node.get("requestBody", {}).get("content", {}).get("application/json")
    return {
        "id": node["operationId"],
        "tag": tag,
        "verb": node["operationId"].removeprefix(f"{tag}_"),
        "path": [one["example"] for one in parameters if one["in"] == "path"],
        "query": {one["name"]: one["example"] for one in parameters if one["in"] == "query" and one.get("required")},
        "body": content and content["example"],
        "model": content and content["schema"]["$ref"].rsplit("/", 1)[-1],
    }


def _followed(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    parameter: dict[str, Any] = document["components"]["parameters"][node["$ref"].rsplit("/", 1)[-1]]
    return parameter
