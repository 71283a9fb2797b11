"""A description as the tests of its generated package read it."""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple

from ..versions import document_of

METHODS = ("get", "post", "put", "delete")
STAMPS = {"timestamp", "nonce"}


class Described(NamedTuple):
    """An operation, read from the description without the generator's own code; `stamps` names headers that sign."""

    tag: str
    verb: str
    method: str
    path: str
    parameters: list[dict[str, Any]]
    body: dict[str, Any] | None
    model: str | None
    agent: bool
    stamps: frozenset[str]
    feed: str | None

    @property
    def id(self) -> str:
        return f"{self.tag}.{self.verb}"


def described(package: str) -> list[Described]:
    """Every operation of a description."""
    document = document_of(package)
    return [
        _described(document, path, item, method)
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def agent_token(agent_id: str) -> str:
    """A token of the form that agents send; the emulator takes any that is fresh, of an agent that it knows."""
    return json.dumps({"ID": agent_id, "ET": int(time.time()), "U": "dQ==", "V": "dg=="}).encode().hex()


def _described(document: dict[str, Any], path: str, item: dict[str, Any], method: str) -> Described:
    node = item[method]
    (tag,) = node["tags"]
    given = (*item.get("parameters", []), *node.get("parameters", []))
    parameters = [_follow(document, parameter) for parameter in given]
    content = node.get("requestBody", {}).get("content", {}).get("application/json", {})
    schemes = document["components"]["securitySchemes"]
    first: dict[str, list[str]] = next(iter(node.get("security", document["security"])), {})
    return Described(
        tag=tag,
        verb=node["operationId"].removeprefix(f"{tag}_"),
        method=method.upper(),
        path=path,
        parameters=parameters,
        body=content.get("example"),
        model=content["schema"]["$ref"].rsplit("/", 1)[-1] if content else None,
        agent="agent_token" in first,
        stamps=frozenset(schemes[name]["name"] for name in STAMPS & first.keys()),
        feed=item.get("x-websocket", {}).get("name"),
    )


def _follow(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        return dict(document["components"]["parameters"][node["$ref"].rsplit("/", 1)[-1]])
    return node
