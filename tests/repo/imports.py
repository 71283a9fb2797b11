"""The imports of the project's modules, read from their text: every one, inside functions and for types alone too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]


def modules(package: Path) -> dict[str, Path]:
    """Every module of an import package by its dotted name; templates are text, not modules."""
    return {
        _name(path, package): path
        for path in sorted(package.rglob("*.py"))
        if "templates" not in path.relative_to(package).parts
    }


def graph(package: Path) -> dict[str, set[str]]:
    """What each module of a package imports of that package."""
    known = modules(package)
    return {name: set(_imports(name, path, known)) - {name} for name, path in known.items()}


def circle(edges: Mapping[str, set[str]]) -> list[str] | None:
    """A circle of a graph, or None."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def rooms(edges: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same graph between the parts that stand directly in the package: its folders and single modules."""
    merged: dict[str, set[str]] = {}
    for module, imported in edges.items():
        merged.setdefault(_room(module), set()).update(_room(one) for one in imported)
    return {room: found - {room} for room, found in merged.items()}


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(name: str, path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    home = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, home)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                found = inner if inner in known else base
                if found in known:
                    yield found


def _base(node: ast.ImportFrom, home: str) -> str:
    if not node.level:
        return node.module or ""
    parts = home.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
