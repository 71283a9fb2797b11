"""Where an API is served: servers and feeds by their names, or servers by their URLs where they have none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .calls import generic
from .changes import Location
from .context import Context
from .schemas import compare_schemas
from .security import compare_security
from .shapes import Spot

__all__ = ["compare_feeds", "compare_servers", "feeds", "filled"]

Named = Mapping[str, tuple[str, Spot]]
"""Servers or feeds by name, each with where it is found."""


def compare_servers(old: Spot, new: Spot, context: Context) -> None:
    """Note each server that came, went, or is found elsewhere now."""
    pairs = _pairs(("server", "url"), _servers(old), _servers(new), lambda name: context.at(f"server {name}"))
    for ours, theirs, here in pairs:
        kinds = "server-undeprecated", "server-deprecated"
        here.switched(kinds, ours, theirs, ours.get("x-deprecated"), theirs.get("x-deprecated"))
        here.texts(ours, theirs)


def compare_feeds(old: Spot, new: Spot, context: Context) -> None:
    """Note each feed that came, went, or is found elsewhere now, and what differs in its messages."""
    pairs = _pairs(
        ("feed", "path"),
        feeds(old),
        feeds(new),
        lambda name: replace(context, call=Location(f"feed {name}", name=f"FEEDS[{name!r}]")),
    )
    for ours, theirs, here in pairs:
        compare_security(ours, theirs, here)
        compare_schemas(ours.child("message"), theirs.child("message"), here.at("message", "response"))
        here.texts(ours, theirs)


def feeds(root: Spot) -> dict[str, tuple[str, Spot]]:
    """The feeds of a document by name, with their paths."""
    found = ((path, item.child("x-websocket")) for path, item in root.children("paths").items())
    return {str(feed.get("name")): (generic(path), feed) for path, feed in found if feed is not None}


def _servers(root: Spot) -> dict[str, tuple[str, Spot]]:
    found = [(filled(one.value).rstrip("/"), one) for one in root.items("servers")]
    return {str(one.get("x-name") or url): (url, one) for url, one in found}


def filled(server: Mapping[str, Any]) -> str:
    """The URL of a server with the defaults of its variables."""
    url = str(server.get("url", ""))
    for name, variable in (server.get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", str(variable.get("default", "")) if isinstance(variable, dict) else "")
    return url


def _pairs(
    kind: tuple[str, str], ours: Named, theirs: Named, at: Callable[[str], Context]
) -> Iterator[tuple[Spot, Spot, Context]]:
    """Note what came, went or moved; yield what stands for each other, by name or else by where it is found."""
    stem, where = kind
    fresh = {name: one for name, one in theirs.items() if name not in ours}
    for name, (place, spot) in sorted(ours.items()):
        here = at(name)
        same = (other for other, (there, _) in fresh.items() if there == place)
        now = name if name in theirs else next(same, None)
        if now is None:
            here.add(f"{stem}-removed", spot, None, before=place, subject=name)
            continue
        fresh.pop(now, None)
        there, other = theirs[now]
        here.changed(f"{stem}-renamed", spot, other, name, now)
        here.changed(f"{stem}-{where}-changed", spot, other, place, there)
        yield spot, other, here
    for name, (place, spot) in sorted(fresh.items()):
        at(name).add(f"{stem}-added", None, spot, after=place, subject=name)
