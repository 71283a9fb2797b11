"""Entries of the changelog, made from a comparison and put under `## [Unreleased]`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from qredo_codegen.compare.changes import Change
from qredo_codegen.compare.report import phrase, show
from qredo_codegen.compare.verdict import Verdict
from qredo_codegen.errors import CodegenError

__all__ = ["ChangelogError", "entries", "with_entries", "without_entries"]

_SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_UNRELEASED = re.compile(r"^## \[Unreleased\][^\n]*\n", re.MULTILINE)
_NEXT_VERSION = re.compile(r"^(## |\[[^\]]+\]: )", re.MULTILINE)
_EMPTY_SECTION = re.compile(r"^### [^\n]*\n\s*(?=^### |\Z)", re.MULTILINE)
_NEXT_SECTION = re.compile(r"^### ", re.MULTILINE)


class ChangelogError(CodegenError):
    """A changelog that has no place for an entry."""


def entries(package: str, verdict: Verdict) -> list[str]:
    """One line per change of a description, what breaks first; differences of words are none."""
    lines = [_entry(package, change, verdict) for change in (*verdict.breaking, *verdict.compatible)]
    return list(dict.fromkeys(lines))


def with_entries(changelog: str, lines: Sequence[str], section: str = "Changed") -> str:
    """A changelog with further entries under `## [Unreleased]`; those that stand in it already are not added again.

    Raises:
        ChangelogError: There is no such heading.
    """
    if (parts := _parts(changelog)) is None:
        raise ChangelogError("CHANGELOG.md has no `## [Unreleased]`, under which the changes would be listed.")
    head, body, tail = parts
    missing = [line for line in lines if line not in changelog.splitlines()]
    if not missing:
        return changelog
    return head + _insert(body, missing, section) + ("\n" if tail else "") + tail


def without_entries(changelog: str, lines: Collection[str]) -> str:
    """A changelog without some of the entries under `## [Unreleased]`, nor a section that they leave empty."""
    parts = _parts(changelog)
    if parts is None or not lines:
        return changelog
    head, body, tail = parts
    kept = "".join(line for line in body.splitlines(keepends=True) if line.rstrip() not in lines)
    return head + _EMPTY_SECTION.sub("", kept) + tail


def _parts(changelog: str) -> tuple[str, str, str] | None:
    """What stands up to `## [Unreleased]`, under it, and after that; None without such a heading."""
    heading = _UNRELEASED.search(changelog)
    if heading is None:
        return None
    rest = _NEXT_VERSION.search(changelog, heading.end())
    end = rest.start() if rest else len(changelog)
    return changelog[: heading.end()], changelog[heading.end() : end], changelog[end:]


def _insert(body: str, lines: Sequence[str], section: str) -> str:
    """The part under a heading with further lines at the end of one of its sections, in the usual order."""
    parts = _NEXT_SECTION.split(body.rstrip("\n"))
    intro, sections = parts[0].strip("\n"), dict(_section(part) for part in parts[1:])
    sections[section] = "\n".join(filter(None, [sections.get(section, ""), *lines]))
    names = sorted(sections, key=lambda name: _SECTIONS.index(name) if name in _SECTIONS else len(_SECTIONS))
    blocks = [intro, *(f"### {name}\n\n{sections[name]}" for name in names)]
    return "\n" + "\n\n".join(filter(None, blocks)) + "\n"


def _section(part: str) -> tuple[str, str]:
    name, _, text = part.partition("\n")
    return name.strip(), text.strip("\n")


def _entry(package: str, change: Change, verdict: Verdict) -> str:
    names = list(dict.fromkeys(location.name for location in change.locations if location.name))
    where = f", `{names[0]}`" if names else ""
    where += f" and {len(names) - 1} more" if len(names) > 1 else ""
    places = sorted({location.place for location in change.locations if location.place and location.call != "python"})
    place = f" ({places[0]})" if places else ""
    values = "" if change.before is None or change.after is None else f": {show(change.before)} to {show(change.after)}"
    waiver = verdict.waivers.get(change.fingerprint)
    breaking = f" **Breaking**: {waiver.reason}" if waiver else ""
    return f"- `{package}`{where}: {phrase(change)}{place}{values}.{breaking}"
