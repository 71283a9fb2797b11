"""Give servers the names and the plain https URLs that the client needs, and keep one host per package."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain, count, takewhile
from typing import Any
from urllib.parse import urlsplit

from qredo_codegen.compare.servers import filled
from qredo_codegen.description.document import METHODS, Document, Operation, operations, pointer

from .decisions import Decisions
from .parameters import lists, with_all_parameters

__all__ = ["name_servers"]

_WORDS = ("sandbox", "demo", "staging", "stage", "test", "play", "dev", "local", "uat", "beta")
_UNKNOWN = "https://host.invalid"

_Key = tuple[str, ...]
"""A list of servers as its URLs, by which two lists are the same."""


def name_servers(document: Document, decisions: Decisions) -> None:
    """Name the servers of a document, and ask about operations that are on another host than most."""
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
    """Take the servers that most operations have as those of the document, and keep every operation under them."""
    own = {one.pointer: _servers_of(document, one.path, one.node) for one in operations(document)}
    if not own:
        return
    keys = [_key(servers) for servers in own.values()]
    most = Counter(keys).most_common(1)[0][0]
    prefixes = _prefixes(dict.fromkeys(keys), most)
    servers = next(servers for servers in own.values() if _key(servers) == most)
    document["servers"] = [_without_end(server, prefixes[most]) for server in servers if isinstance(server, dict)]
    for one in operations(document):
        if _key(own[one.pointer]) not in prefixes:
            _ask(one, ", ".join(_urls(own[one.pointer])) or "the document's servers", decisions)
    _move(document, {at: prefixes.get(_key(servers), "") for at, servers in own.items()}, decisions)
    for at, _, node in lists(document):
        if node.pop("servers", None):
            decisions.add("replaced", at + "/servers", "The servers are those of the whole document.")


def _prefixes(keys: Iterable[_Key], most: _Key) -> dict[_Key, str]:
    """Return what stands in front of the paths of each list of servers that is on the hosts of most operations.

    The base path that all of these have in common stays in the servers of the document.
    """
    hosts = {urlsplit(url).netloc for url in most}
    bases: dict[_Key, str] = {}
    for key in keys:
        paths = {urlsplit(url).path for url in key}
        if len(paths) == 1 and {urlsplit(url).netloc for url in key} <= hosts:
            bases[key] = paths.pop()
    if most not in bases:
        return {most: ""}
    parts = zip(*(base.split("/") for base in bases.values()), strict=False)
    common = "/".join(several[0] for several in takewhile(lambda several: len(set(several)) == 1, parts))
    return {key: base.removeprefix(common) for key, base in bases.items()}


def _without_end(server: Document, end: str) -> Document:
    """Return a server without the end of its path, which stands in front of the paths instead."""
    if not end:
        return server
    kept = {key: value for key, value in server.items() if key != "variables"}
    return {**kept, "url": filled(server).rstrip("/").removesuffix(end)}


def _ask(one: Operation, hosts: str, decisions: Decisions) -> None:
    """Leave an operation of another host to a client that a person connects there: credentials go to one origin."""
    text = (
        f"The file has it on {hosts}. A client sends it to the origin of its environment: to call it there, connect a "
        "client of its own to that origin, with `Environment.custom(origin, key_kind=..., base_path=...)`."
    )
    decisions.add("question", one.pointer, text)
    one.node["description"] = "\n\n".join(filter(None, (one.node.get("description"), text)))


def _move(document: Document, prefixes: Mapping[str, str], decisions: Decisions) -> None:
    """Put the end of a base path in front of the paths of the operations that have it, by their pointers."""
    moved = [one for one in operations(document) if prefixes[one.pointer]]
    nodes = [with_all_parameters(document, one) for one in moved]
    feeds = {one.path: document["paths"][one.path].get("x-websocket") for one in moved}
    for one in moved:
        item = document["paths"][one.path]
        del item[one.method]
        if not item.keys() & set(METHODS):
            del document["paths"][one.path]
    for one, node in zip(moved, nodes, strict=True):
        prefix = prefixes[one.pointer]
        item = document["paths"].setdefault(prefix + one.path, {})
        if feed := feeds[one.path]:
            item.setdefault("x-websocket", feed)
        if one.method in item:
            decisions.add("lost", one.pointer, f"{prefix}{one.path} is there already, on the same host.")
        else:
            decisions.add("replaced", one.pointer, f"{prefix}, from its server, stands in front of its path.")
            item[one.method] = node


def _servers_of(document: Document, path: str, node: Document) -> list[Any]:
    return node.get("servers") or document["paths"][path].get("servers") or document.get("servers") or []


def _key(servers: list[Any]) -> _Key:
    return tuple(sorted(url.rstrip("/") for url in _urls(servers)))


def _urls(servers: list[Any]) -> list[str]:
    return [filled(server) for server in servers if isinstance(server, dict)]


def _plain(server: Mapping[str, Any], at: str, decisions: Decisions) -> str | None:
    """Return a server's URL as the client takes it, or None if it has no host."""
    given, whole = str(server.get("url", "")), filled(server)
    if whole != given:
        decisions.add("replaced", at, f"The variables of {given} have their defaults: {whole}.")
    parts = urlsplit(whole if "://" in whole else f"https:{whole}" if whole.startswith("//") else whole)
    if not parts.netloc or re.search("[{}]", parts.netloc):
        decisions.add("question", at, f"{given!r} has no host: it is left out. Give base_url to the client.")
        return None
    path = re.sub("/+", "/", re.sub(r"\{[^}]*\}", "", parts.path)).rstrip("/")
    url = f"https://{parts.netloc}{path}"
    if parts.scheme not in ("https", ""):
        decisions.add("question", at, f"{given} is not https: {url} is used.")
    elif url != whole.rstrip("/"):
        decisions.add("replaced", at, f"{given} is {url}.")
    return url


def _name(url: str, taken: list[Document]) -> str:
    base = next((word for word in _WORDS if word in url.lower()), "production")
    names = [one["x-name"] for one in taken]
    return next(name for name in chain([base], (f"{base}_{number}" for number in count(2))) if name not in names)
