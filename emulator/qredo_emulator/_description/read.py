"""Read a description: its operations, feeds and servers."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import yaml

from .document import SpecError, read_document, resolve_references
from .operations import Operation, read_operations
from .security import Security, read_security

__all__ = ["Description", "Feed", "load_description"]


@dataclass(frozen=True, slots=True)
class Feed:
    """A WebSocket feed, from `x-websocket` of a path item."""

    name: str
    path: str
    security: Security


@dataclass(frozen=True, slots=True)
class Description:
    """One API version.

    Attributes:
        package: Name of its folder, which is the import package made from it.
        version: The description's `info.version`.
        openapi: The version of OpenAPI that it is written in, such as `3.0`.
        base_paths: Path of every server, each once, in the order of the servers.
        servers: URL of every server.
        started_from: The package whose description this one began as a copy of, None for none.
    """

    package: str
    version: str
    openapi: str
    base_paths: tuple[str, ...]
    servers: tuple[str, ...]
    operations: tuple[Operation, ...]
    feeds: tuple[Feed, ...]
    started_from: str | None = None


def load_description(package: str, file: Path) -> Description:
    """Read one description, from a cache if its file has not changed.

    Raises:
        SpecError: It is not YAML, a reference leads nowhere, a part that is needed is missing, or there is
            something that the emulator can't serve.
    """
    status = file.stat()
    return _load(package, file, (status.st_mtime_ns, status.st_size, status.st_ino))


@functools.lru_cache(maxsize=16)
def _load(package: str, file: Path, version: tuple[int, ...]) -> Description:
    try:
        return _read(package, read_document(file))
    except SpecError as error:
        raise SpecError(f"{file}: {error}") from None
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise SpecError(f"{file}: not a description that can be served: {type(error).__name__}: {error}") from error


def _read(package: str, document: Any) -> Description:
    resolve_references(document)
    needed = ("openapi", "info", "paths")
    if missing := [name for name in needed if not isinstance(document, dict) or name not in document]:
        raise SpecError(f"not a description in OpenAPI 3.0 or 3.1: it has no {', no '.join(missing)}")
    paths = list(document["paths"].items())
    openapi = ".".join(str(document["openapi"]).split(".")[:2])
    if openapi not in ("3.0", "3.1"):
        raise SpecError(f"is written in OpenAPI {openapi}; the emulator reads 3.0 and 3.1")
    operations = tuple(operation for path, item in paths for operation in read_operations(document, path, item))
    _check_ids(operations)
    servers = tuple(_url(server) for server in document.get("servers") or [{"url": "/"}])
    return Description(
        package=package,
        version=str(document["info"]["version"]),
        openapi=openapi,
        base_paths=tuple(dict.fromkeys(map(_base_path, servers))),
        servers=servers,
        operations=operations,
        feeds=tuple(
            Feed(feed["name"], path, read_security(document, feed["security"]))
            for path, item in paths
            if (feed := item.get("x-websocket"))
        ),
        started_from=document.get("x-started-from"),
    )


def _check_ids(operations: tuple[Operation, ...]) -> None:
    ids = [operation.id for operation in operations]
    if twice := next((name for name in ids if ids.count(name) > 1), None):
        raise SpecError(f"the operationId {twice!r} is there twice")


def _url(server: Mapping[str, Any]) -> str:
    """The URL of a server, with the default of each variable in it."""
    variables = server.get("variables", {})
    return re.sub(r"{([^{}]*)}", lambda found: str(variables[found[1]]["default"]), server["url"]).rstrip("/")


def _base_path(url: str) -> str:
    """The path of a server, which may be relative to where the description stands."""
    return urljoin("/", urlsplit(url).path).rstrip("/")
