"""What a user gets along with this project: each dependency stands in docs/dependencies.md with its licence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "dependencies.md"
DISTRIBUTION = "qredo-partner-client"


def rows() -> dict[str, tuple[str, str]]:
    """The page's table: name -> what brings it, and its licence. Each row also has a date and who maintains it."""
    pattern = r"^\| `([\w.-]+)` \| ([^|]+) \| ([^|]+) \| \d{4}-\d\d-\d\d \| [^|]+ \|$"
    found = re.findall(pattern, PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: (brought.strip(), licence.strip()) for name, brought, licence in found}


def wanted(requirements: Iterable[str], extra: str, found: set[str]) -> None:
    """Add to `found` what these requirements, of this extra, bring in turn on this machine."""
    for each in map(Requirement, requirements):
        name = canonicalize_name(each.name)
        if name in found or (each.marker and not each.marker.evaluate({"extra": extra})):
            continue
        found.add(name)
        for further in ("", *each.extras):
            wanted(metadata.requires(name) or [], further, found)


def brought_by(extra: str) -> set[str]:
    """All distributions that an extra brings; those of no extra for the empty name."""
    found: set[str] = set()
    wanted(metadata.requires(DISTRIBUTION) or [], extra, found)
    return found


def licence_of(name: str) -> str:
    """The licence of a distribution, as its metadata declares it."""
    declared = metadata.metadata(name)
    classifiers = [text.split(" :: ")[-1] for text in declared.get_all("Classifier", []) if text.startswith("License")]
    return ", ".join(declared.get_all("License-Expression", []) or classifiers or declared.get_all("License", []))


def test_every_dependency_is_listed_with_its_licence() -> None:
    """What installing the project or an extra brings is in the table: what brings it, and under which license."""
    core = brought_by("")
    extras = metadata.metadata(DISTRIBUTION).get_all("Provides-Extra", [])
    brought: dict[str, list[str]] = {name: ["always"] for name in core}
    for extra in sorted(extras):
        for name in brought_by(extra) - core:
            brought.setdefault(name, []).append(f"`{extra}`")
    listed = rows()
    actual = {name: (", ".join(by), licence_of(name)) for name, by in sorted(brought.items())}
    assert {name: listed.get(name) for name in actual} == actual
    # The others are for another system or a newer Python, and say so.
    assert [name for name in listed if name not in actual and " on " not in listed[name][0]] == []


def test_no_dependency_binds_its_users() -> None:
    """No licence asks more of those who vendor this than to keep a notice (MPL: of changes to its own files)."""
    assert [name for name, (_, licence) in rows().items() if re.search(r"\bA?L?GPL", licence)] == []
