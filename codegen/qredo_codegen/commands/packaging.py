"""The files that list every version: a line for one more, beside that of another."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from qredo_codegen._checkout import Checkout
from qredo_codegen.errors import CodegenError

__all__ = ["PackagingError", "packaged", "registered", "with_siblings"]


class PackagingError(CodegenError):
    """A pyproject.toml that has no place for another version."""


def with_siblings(text: str, source: str, name: str) -> str:
    """A text in which every line that names one version has a line for another, at its place in the alphabet.

    Args:
        text: Lines of a list or table, one version each.
        source: The version that the lines name.
        name: The version that gets lines like them.
    """
    word = re.compile(rf"(?<!\w){re.escape(source)}(?!\w)")
    lines = text.splitlines(keepends=True)
    for line in [line for line in lines if word.search(line)]:
        form = re.compile(word.sub(r"\\w+", re.escape(line).replace(re.escape(source), source)))
        first = last = lines.index(line)
        while first and form.fullmatch(lines[first - 1]):
            first -= 1
        while last + 1 < len(lines) and form.fullmatch(lines[last + 1]):
            last += 1
        new = word.sub(name, line)
        at = next((index for index in range(first, last + 1) if lines[index] > new), last + 1)
        lines.insert(at, new)
    return "".join(lines)


def registered(checkout: Checkout, name: str, source: str) -> dict[Path, str]:
    """The files that list every version, with another one beside one of them: pyproject.toml, and the navigation."""
    pyproject, navigation = checkout.root / "pyproject.toml", checkout.root / "zensical.toml"
    texts = {pyproject: packaged(pyproject.read_text(encoding="utf-8"), name, source)}
    if navigation.is_file():
        texts[navigation] = with_siblings(navigation.read_text(encoding="utf-8"), source, name)
    return texts


def packaged(text: str, name: str, source: str) -> str:
    """pyproject.toml with another version in it; read again, to be sure that it says what it should."""
    after = with_siblings(text, source, name)
    try:
        found = _packaging(tomllib.loads(after))
    except tomllib.TOMLDecodeError:
        found = []
    if found != _packaging(tomllib.loads(text), name):
        raise PackagingError(
            f"pyproject.toml has no lines for {source} that could be copied for {name}: its package, its"
            " description for the emulator, and its entry point, on a line each."
        )
    return after


def _packaging(project: dict[str, Any], name: str = "") -> list[set[str]]:
    """What packaging says of all versions; with a name, what it should say after that one was added."""
    wheel = project.get("tool", {}).get("hatch", {}).get("build", {}).get("targets", {}).get("wheel", {})
    points = project.get("project", {}).get("entry-points", {}).get("qredo.api", {})
    found = [
        set(wheel.get("packages", ())),
        {f"{key} {value}" for key, value in wheel.get("force-include", {}).items()},
        {f"{key} {value}" for key, value in points.items()},
    ]
    if name:
        found[0].add(f"generated/{name}")
        found[1].add(f"spec/{name}/openapi.yaml qredo_emulator/_spec/{name}/openapi.yaml")
        found[2].add(f"{name} {name}")
    return found
