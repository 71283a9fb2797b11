"""Reads the descriptions: what is served, how it is secured, what is valid."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import yaml
from qredo_signing._http.schemes import SCHEMES

from .yaml_1_2 import read_yaml

__all__ = [
    "METHODS",
    "MISSING",
    "Description",
    "Feed",
    "Operation",
    "Parameter",
    "ResponseSpec",
    "Security",
    "SpecError",
    "find_descriptions",
    "load_description",
    "read_document",
]

METHODS = ("get", "post", "put", "delete", "patch")
MISSING: Any = object()
"""Stands for "no example": null is an example."""

OPEN = ""
_UNKNOWN = "unknown"
# An operation that names a token and a signature as alternatives is one of an agent.
_SCHEMES = sorted(SCHEMES, key=lambda name: SCHEMES[name].proof != "token")
_STAMPS = ("timestamp", "nonce")
_HERE = Path(__file__).resolve().parents[1]


class SpecError(Exception):
    """A description that can't be served."""


@dataclass(frozen=True, slots=True)
class Security:
    """How a request of one operation proves who sends it.

    Attributes:
        scheme: Its name in the plugin's table of schemes, empty for an operation that anyone may call, or `unknown`.
        stamps: The stamps that a signature may carry: `timestamp`, `nonce` or both.
        headers: Header of each part in lower case: `api_key`, the scheme's name, and the stamps.
        nonce_rule: `counter` where each nonce is the last one plus one; `increasing` where it is greater.
    """

    scheme: str
    stamps: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    nonce_rule: Literal["counter", "increasing"] = "increasing"

    @property
    def proof(self) -> str:
        """What proves who sends a request: `rsa`, `hmac`, `token`, `none` or `unknown`."""
        if self.scheme == OPEN:
            return "none"
        return SCHEMES[self.scheme].proof if self.scheme in SCHEMES else _UNKNOWN


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path or query parameter."""

    name: str
    where: str
    required: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """One documented answer; `schema` is None where no body is documented."""

    schema: Mapping[str, Any] | None
    example: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a description, its references resolved."""

    id: str
    tag: str
    method: str
    path: str
    security: Security
    parameters: tuple[Parameter, ...]
    body: Mapping[str, Any] | None
    body_required: bool
    responses: Mapping[str, ResponseSpec]

    @property
    def verb(self) -> str:
        """The operation's name without its tag."""
        return self.id.removeprefix(f"{self.tag}_")

    @property
    def success(self) -> int | None:
        """The first documented 2xx status, None if there is none (a WebSocket upgrade)."""
        return next((int(status) for status in self.responses if status.startswith("2")), None)


@dataclass(frozen=True, slots=True)
class Feed:
    """A WebSocket feed, from `x-websocket` of a path item."""

    name: str
    path: str
    security: Security
    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Description:
    """One API version.

    Attributes:
        package: Name of its folder, which is the import package made from it.
        version: The description's `info.version`.
        base_paths: Path of every server, each once, in the order of the servers.
        servers: URL of every server.
    """

    package: str
    version: str
    base_paths: tuple[str, ...]
    servers: tuple[str, ...]
    operations: tuple[Operation, ...]
    feeds: tuple[Feed, ...]


def find_descriptions(folder: Path | None = None) -> dict[str, Path]:
    """Finds `<package>/openapi.yaml` in a folder.

    Args:
        folder: Where to look; None is the data of the wheel, or the repository's `spec`
            folder where the emulator runs from its source.

    Raises:
        SpecError: No description is there.
    """
    places = [folder] if folder else [_HERE / "_spec", _HERE.parents[1] / "spec"]
    for place in places:
        if found := {file.parent.name: file for file in sorted(place.glob("*/openapi.yaml"))}:
            return found
    raise SpecError(f"no <package>/openapi.yaml found in {' or '.join(str(place) for place in places)}")


def load_description(package: str, file: Path) -> Description:
    """Reads one description; one that did not change since is not read again.

    Raises:
        SpecError: It is not YAML, a reference leads nowhere, or a part that is needed is missing.
    """
    status = file.stat()
    return _load(package, file, (status.st_mtime_ns, status.st_size, status.st_ino))


def read_document(file: Path) -> Any:
    """The YAML document of a file, as it stands there.

    Raises:
        yaml.YAMLError: It is not YAML.
    """
    return read_yaml(file.read_bytes())


@functools.lru_cache(maxsize=16)
def _load(package: str, file: Path, version: tuple[int, ...]) -> Description:
    try:
        document = read_document(file)
        _resolve_references(document)
        paths = [(path, item) for path, item in document["paths"].items()]
        servers = tuple(server["url"].rstrip("/") for server in document["servers"])
        operations = tuple(operation for path, item in paths for operation in _operations(document, path, item))
        return Description(
            package=package,
            version=str(document["info"]["version"]),
            base_paths=tuple(dict.fromkeys(urlsplit(server).path for server in servers)),
            servers=servers,
            operations=operations,
            feeds=tuple(_feed(document, path, item["x-websocket"]) for path, item in paths if "x-websocket" in item),
        )
    except (yaml.YAMLError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise SpecError(f"{file}: not a description that can be served: {type(error).__name__}: {error}") from error


def _resolve_references(document: Any) -> None:
    """Puts the thing itself in the place of each `$ref`; a recursive schema becomes a cyclic graph."""
    seen: set[int] = set()
    queue = [document]
    while queue:
        node = queue.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        children = node.items() if isinstance(node, dict) else enumerate(node)
        for key, child in list(children):
            if isinstance(child, dict) and isinstance(child.get("$ref"), str):
                child = node[key] = _follow(document, child)
            if isinstance(child, dict | list):
                queue.append(child)


def _follow(document: Any, node: Any) -> Any:
    hops = 0
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        reference, hops = node["$ref"], hops + 1
        if not reference.startswith("#/") or hops > 100:
            raise SpecError(f"$ref {reference!r} does not lead to a place in the same document")
        node = document
        for part in reference[2:].split("/"):
            try:
                node = node[part.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                raise SpecError(f"$ref {reference!r} leads nowhere") from None
    return node


def _operations(document: Any, path: str, item: Mapping[str, Any]) -> Iterator[Operation]:
    shared = item.get("parameters", [])
    for method in METHODS:
        if method not in item:
            continue
        node = item[method]
        body = node.get("requestBody", {})
        yield Operation(
            id=node["operationId"],
            tag=node["tags"][0],
            method=method.upper(),
            path=path,
            security=_security(document, node.get("security", document.get("security", []))),
            parameters=_parameters([*shared, *node.get("parameters", [])]),
            body=body["content"]["application/json"]["schema"] if body else None,
            body_required=bool(body.get("required")),
            responses={str(status): _response(response) for status, response in node["responses"].items()},
        )


def _parameters(nodes: list[Any]) -> tuple[Parameter, ...]:
    # An operation's own parameter replaces one of the same name and place of the path item.
    latest = {(node["name"], node["in"]): node for node in nodes}
    return tuple(
        Parameter(node["name"], node["in"], bool(node.get("required")), node.get("schema", {}))
        for node in latest.values()
    )


def _response(node: Mapping[str, Any]) -> ResponseSpec:
    media = node.get("content", {}).get("application/json")
    if media is None:
        return ResponseSpec(None, MISSING)
    example = media.get("example", MISSING)
    if example is MISSING and media.get("examples"):
        example = next(iter(media["examples"].values())).get("value", MISSING)
    return ResponseSpec(media.get("schema", {}), example)


def _scheme(named: set[str]) -> str:
    for scheme in _SCHEMES:
        if scheme in named:
            return scheme
    return _UNKNOWN


def _security(document: Any, alternatives: list[Mapping[str, Any]]) -> Security:
    named = {name for names in alternatives for name in names}
    if not named:
        return Security(OPEN)
    scheme = _scheme(named)
    if scheme == _UNKNOWN:
        return Security(scheme)
    schemes = document["components"]["securitySchemes"]
    parts = (
        [scheme]
        if SCHEMES[scheme].proof == "token"
        else ["api_key", scheme, *(name for name in _STAMPS if name in named)]
    )
    return Security(
        scheme,
        tuple(name for name in _STAMPS if name in parts),
        {name: schemes[name]["name"].lower() for name in parts},
        "counter" if "nonce" in parts and schemes["nonce"].get("x-stamp-rule") == "counter" else "increasing",
    )


def _feed(document: Any, path: str, node: Mapping[str, Any]) -> Feed:
    return Feed(node["name"], path, _security(document, node["security"]), node["message"])
