"""Finds the operation that a path means: literal segments win over templates.

The raw path is matched, segment by segment, and decoded afterwards, so that an encoded slash
stays inside its parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from .read import Description, Feed, Operation

__all__ = ["Endpoint", "Match", "Router", "unknown_path"]


@dataclass(slots=True)
class Endpoint:
    """Everything that is served at one path template."""

    package: str
    template: str
    operations: dict[str, Operation] = field(default_factory=dict)
    feed: Feed | None = None

    @property
    def names(self) -> list[str]:
        """The template's parameters, in order."""
        return [part[1:-1] for part in self.template.split("/") if part.startswith("{")]


@dataclass(frozen=True, slots=True)
class Match:
    """An endpoint, the base path under which it was found, and the values in the path."""

    endpoint: Endpoint
    base_path: str
    parameters: Mapping[str, str]


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    template: _Node | None = None
    leaf: tuple[Endpoint, str] | None = None


class Router:
    """All paths of all descriptions.

    Args:
        descriptions: Each is served at `/<package><base path>`.
        default: Package that is served at its bare base paths, too.
    """

    def __init__(self, descriptions: Iterable[Description], default: str) -> None:
        self._root = _Node()
        self.base_paths: dict[str, tuple[str, ...]] = {}
        for description in descriptions:
            prefixes = tuple(f"/{description.package}{base}" for base in description.base_paths)
            if description.package == default:
                prefixes += description.base_paths
            self.base_paths[description.package] = prefixes
            for endpoint in _endpoints(description):
                for prefix in prefixes:
                    self._add(prefix, endpoint)

    def _add(self, prefix: str, endpoint: Endpoint) -> None:
        node = self._root
        for part in f"{prefix}{endpoint.template}".split("/"):
            if part.startswith("{"):
                node.template = node = node.template or _Node()
            else:
                node = node.literals.setdefault(part, _Node())
        node.leaf = (endpoint, prefix)

    def find(self, raw_path: str) -> Match | None:
        """The endpoint of a path as it was sent, None if there is none."""
        parts = [unquote(part) for part in raw_path.split("/")] if "%" in raw_path else raw_path.split("/")
        found = _search(self._root, parts, 0, ())
        if found is None:
            return None
        (endpoint, prefix), values = found
        return Match(endpoint, prefix, dict(zip(endpoint.names, values, strict=True)))


def _search(
    node: _Node, parts: list[str], at: int, values: tuple[str, ...]
) -> tuple[tuple[Endpoint, str], tuple[str, ...]] | None:
    if at == len(parts):
        return None if node.leaf is None else (node.leaf, values)
    part = parts[at]
    if part in node.literals and (found := _search(node.literals[part], parts, at + 1, values)):
        return found
    if node.template is not None and part:
        return _search(node.template, parts, at + 1, (*values, part))
    return None


def _endpoints(description: Description) -> Iterable[Endpoint]:
    endpoints: dict[str, Endpoint] = {}
    for operation in description.operations:
        endpoint = endpoints.setdefault(operation.path, Endpoint(description.package, operation.path))
        endpoint.operations[operation.method] = operation
    for feed in description.feeds:
        endpoints.setdefault(feed.path, Endpoint(description.package, feed.path)).feed = feed
    return endpoints.values()


def unknown_path(router: Router, raw_path: str) -> str:
    """Says that a path is not served, and which is, if one comes close."""
    bases = ", ".join(base for bases in router.base_paths.values() for base in bases)
    meant = next((path for path in _near(router, raw_path) if router.find(path)), None)
    return f"no such path; {f'did you mean {meant}? ' if meant else ''}base paths are {bases}"


def _near(router: Router, path: str) -> Iterator[str]:
    plain = re.sub("/{2,}", "/", path).rstrip("/")
    yield plain
    for bases in router.base_paths.values():
        own = next((base for base in bases if plain.startswith(f"{base}/")), None)
        if own is not None:  # of this version; another may have the rest of the path
            yield from (f"{others[0]}{plain[len(own) :]}" for others in router.base_paths.values())
    for bases in reversed(router.base_paths.values()):
        yield f"{bases[0]}{plain}"
