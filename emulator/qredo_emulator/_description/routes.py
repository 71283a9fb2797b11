"""Find the operation of a path. Literal segments win over templates, and `{id}:freeze` over `{id}`.

The raw path is matched, segment by segment, and decoded afterwards, so that an encoded slash
stays inside its parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from .document import SpecError
from .operations import Operation
from .read import Description, Feed

__all__ = ["Endpoint", "Match", "Router", "unknown_path"]

_NAME = re.compile(r"{([^{}]*)}")


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
        return _NAME.findall(self.template)


@dataclass(frozen=True, slots=True)
class Match:
    """An endpoint, the base path under which it was found, and the texts in the path, as they were sent."""

    endpoint: Endpoint
    base_path: str
    sent: Mapping[str, str]

    @property
    def parameters(self) -> Mapping[str, str]:
        """The texts in the path, decoded."""
        return {name: unquote(text) for name, text in self.sent.items()}


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    patterns: dict[str, tuple[re.Pattern[str], _Node]] = field(default_factory=dict)
    leaf: tuple[Endpoint, str] | None = None

    def child(self, part: str) -> _Node:
        """The node of a segment of a template, made if there is none yet."""
        if "{" not in part:
            return self.literals.setdefault(part, _Node())
        shape = _NAME.sub("{}", part)
        if shape not in self.patterns:
            pattern = "(.+?)".join(map(re.escape, shape.split("{}")))
            self.patterns[shape] = (re.compile(pattern, re.DOTALL), _Node())
            # Those with more literal characters say more, so they are tried first.
            self.patterns = dict(sorted(self.patterns.items(), key=lambda item: -len(item[0].replace("{}", ""))))
        return self.patterns[shape][1]


class Router:
    """All paths of all descriptions.

    Args:
        descriptions: Each is served at `/<package><base path>`.
        default: Package that is served at its bare base paths, too.
    """

    def __init__(self, descriptions: Iterable[Description], default: str) -> None:
        self._root = _Node()
        self.default: str = default
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
            node = node.child(part)
        other = node.leaf[0].template if node.leaf else endpoint.template
        if other != endpoint.template:
            raise SpecError(f"{other} and {endpoint.template} are one path: give its parameters one name")
        node.leaf = (endpoint, prefix)

    def find(self, raw_path: str) -> Match | None:
        """The endpoint of a path as it was sent, None if there is none."""
        found = _search(self._root, raw_path.split("/"), 0, ())
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
    literal = node.literals.get(unquote(part) if "%" in part else part)
    if literal is not None and (found := _search(literal, parts, at + 1, values)):
        return found
    for pattern, child in node.patterns.values():
        if (match := pattern.fullmatch(part)) and (found := _search(child, parts, at + 1, (*values, *match.groups()))):
            return found
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
    """Return the message for an unknown path, with a suggestion if a similar path exists."""
    bases = ", ".join(base or "/" for bases in router.base_paths.values() for base in bases)
    meant = next((path for path in _near(router, raw_path) if router.find(path)), None)
    return f"no such path; {f'did you mean {meant}? ' if meant else ''}base paths are {bases}"


def _near(router: Router, path: str) -> Iterator[str]:
    plain = re.sub("/{2,}", "/", path).rstrip("/")
    yield plain
    for bases in router.base_paths.values():
        own = next((base for base in bases if plain.startswith(f"{base}/")), None)
        if own is not None:  # of this version; another may have the rest of the path
            yield from (f"{others[0]}{plain[len(own) :]}" for others in router.base_paths.values())
    for package in (router.default, *reversed(router.base_paths)):
        yield f"{router.base_paths[package][0]}{plain}"
