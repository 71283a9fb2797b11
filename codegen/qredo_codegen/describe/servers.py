"""Give servers the names and the plain https URLs that the client needs, and keep one host per package."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from qredo_codegen.description.document import Document, operations, pointer
from qredo_codegen.description.places import path_items

from .decisions import Decisions

__all__ = ["name_servers"]

_WORDS = ("sandbox", "demo", "staging", "stage", "test", "play", "dev", "local", "uat", "beta")
_UNKNOWN = "https://host.invalid"


def name_servers(document: Document, decisions: Decisions) -> None:
    """Name the servers of a document; leave out operations that are on another host than most."""
    _one_host(document, decisions)
    found: list[Document] = []
    for index, server in enumerate(document.get("servers") or ()):
        at = pointer("servers", index)
        url = _plain(server, at, decisions)
        if url and url not in [one["url"] for one in found]:
            found.append(
                {
                    "url": url,
                    "x-name": server.get("x-name") or _name(url, found),
                    "description": f"Server {index + 1} of the file.",
                }
                | {key: server[key] for key in ("x-deprecated",) if key in server}
            )
    if not found:
        decisions.add(
            "question", "/servers", f"No server with a host: {_UNKNOWN} stands there. Give base_url to the client."
        )
        found = [{"url": _UNKNOWN, "x-name": "production", "description": "The file names no host."}]
    document["servers"] = found


def _one_host(document: Document, decisions: Decisions) -> None:
    """Take the servers that most operations have as those of the document."""
    own = {one.pointer: _servers_of(document, one.path, one.node) for one in operations(document)}
    if not own:
        return
    most = Counter(map(_key, own.values())).most_common(1)[0][0]
    for one in list(operations(document)):
        if _key(own[one.pointer]) != most:
            hosts = ", ".join(_urls(own[one.pointer])) or "the document's servers"
            text = f"It goes to {hosts}, most operations to another server: describe it in a package of its own."
            decisions.add("lost", one.pointer, text)
            del document["paths"][one.path][one.method]
    document["servers"] = next(servers for servers in own.values() if _key(servers) == most)
    for path, item in path_items(document).items():
        if item.pop("servers", None):
            decisions.add("replaced", pointer("paths", path, "servers"), "The servers are those of the whole document.")
    for one in operations(document):
        if one.node.pop("servers", None):
            decisions.add("replaced", one.pointer + "/servers", "The servers are those of the whole document.")


def _servers_of(document: Document, path: str, node: Document) -> list[Any]:
    return node.get("servers") or document["paths"][path].get("servers") or document.get("servers") or []


def _key(servers: list[Any]) -> tuple[str, ...]:
    return tuple(sorted(url.rstrip("/") for url in _urls(servers)))


def _urls(servers: list[Any]) -> list[str]:
    return [_filled(server) for server in servers if isinstance(server, dict)]


def _filled(server: Mapping[str, Any]) -> str:
    variables = server.get("variables") or {}
    url = str(server.get("url", ""))
    for name, variable in variables.items():
        url = url.replace(f"{{{name}}}", str(variable.get("default", "")) if isinstance(variable, dict) else "")
    return url


def _plain(server: Mapping[str, Any], at: str, decisions: Decisions) -> str | None:
    """Return a server's URL as the client takes it, or None if it has no host."""
    given, filled = str(server.get("url", "")), _filled(server)
    if filled != given:
        decisions.add("replaced", at, f"The variables of {given} have their defaults: {filled}.")
    parts = urlsplit(filled if "://" in filled else f"https:{filled}" if filled.startswith("//") else filled)
    if not parts.netloc or re.search("[{}]", parts.netloc):
        decisions.add("question", at, f"{given!r} has no host: it is left out. Give base_url to the client.")
        return None
    path = re.sub("/+", "/", re.sub(r"\{[^}]*\}", "", parts.path)).rstrip("/")
    url = f"https://{parts.netloc}{path}"
    if parts.scheme not in ("https", ""):
        decisions.add("question", at, f"{given} is not https: {url} is used.")
    elif url != filled.rstrip("/"):
        decisions.add("replaced", at, f"{given} is {url}.")
    return url


def _name(url: str, taken: list[Document]) -> str:
    base = next((word for word in _WORDS if word in url.lower()), "production")
    names = [one["x-name"] for one in taken]
    return next(name for name in (base, *(f"{base}_{number}" for number in range(2, 1000))) if name not in names)
