"""Where an API is served: servers by their names, or by their URLs where they have none."""

from __future__ import annotations

from .context import Context
from .shapes import Spot

__all__ = ["compare_servers"]


def compare_servers(old: Spot, new: Spot, context: Context) -> None:
    """Note each server that came, went, or is found elsewhere now."""
    ours, theirs = _by_name(old), _by_name(new)
    for name, server in sorted(ours.items()):
        here = context.at(f"server {name}")
        other = theirs.pop(name, None) or _renamed(server, ours, theirs, here)
        if other is None:
            here.add("server-removed", server.pointer, None, before=_url(server), subject=name)
        else:
            _server(server, other, here)
    for name, server in sorted(theirs.items()):
        here = context.at(f"server {name}")
        here.add("server-added", None, server.pointer, after=_url(server), subject=name)


def _by_name(root: Spot) -> dict[str, Spot]:
    count = len(root.get("servers") or ())
    found = [server for index in range(count) if (server := root.child("servers", index)) is not None]
    return {str(server.get("x-name") or _url(server)): server for server in found}


def _url(server: Spot) -> str:
    """Its URL with the defaults of its variables."""
    url = str(server.get("url"))
    for name, variable in (server.get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    return url.rstrip("/")


def _renamed(server: Spot, ours: dict[str, Spot], theirs: dict[str, Spot], context: Context) -> Spot | None:
    """The server of now with the URL of one that is gone by its name."""
    for name, other in theirs.items():
        if _url(other) == _url(server) and name not in ours:
            before, after = server.get("x-name"), other.get("x-name")
            context.add("server-renamed", server.pointer, other.pointer, before=before, after=after)
            return theirs.pop(name)
    return None


def _server(old: Spot, new: Spot, context: Context) -> None:
    if _url(old) != _url(new):
        context.add("server-url-changed", old.pointer, new.pointer, before=_url(old), after=_url(new))
    flags = [bool(one.get("x-deprecated")) for one in (old, new)]
    if flags[0] != flags[1]:
        kind = "server-deprecated" if flags[1] else "server-undeprecated"
        context.add(kind, old.pointer, new.pointer)
    context.texts(old, new)
