"""What `describe` decided: names given, parts dropped or replaced, and questions for a person, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from qredo_codegen._markdown import cell, table

__all__ = ["Decision", "Decisions"]

Kind = Literal["lost", "question", "replaced", "dropped"]

_HEADINGS: dict[Kind, tuple[str, str]] = {
    "lost": ("Operations that are not described", "The client has no method for these."),
    "question": ("Questions", "The client works as written here. Check each against the vendor's documentation."),
    "replaced": ("Replaced", "The client takes this instead of what the file says."),
    "dropped": ("Dropped", "The client does without this."),
}
_SECTIONS = {
    "tags": "Tags",
    "operations": "Operations",
    "classes": "Classes",
    "modules": "Modules",
    "fields": "Fields",
    "arguments": "Arguments",
    "members": "Members of enums",
}
_SHOWN = 5


class Decision(NamedTuple):
    """One decision.

    Attributes:
        kind: `lost` (an operation is not described), `question`, `replaced`, or `dropped`.
        pointer: JSON pointer into the vendor's file.
        text: What was found and what became of it.
    """

    kind: Kind
    pointer: str
    text: str


@dataclass
class Decisions:
    """The decisions about one file, in the order in which they were made."""

    rows: dict[Decision, None] = field(default_factory=dict)

    def add(self, kind: Kind, pointer: str, text: str) -> None:
        """Record a decision once."""
        self.rows[Decision(kind, pointer, " ".join(text.split()))] = None

    def of(self, kind: Kind) -> list[Decision]:
        """Return the decisions of one kind."""
        return [row for row in self.rows if row.kind == kind]

    def markdown(self, title: str, names: Mapping[str, Mapping[str, str]]) -> str:
        """Return the page `decisions.md`.

        Args:
            title: What the page is about.
            names: The names that were given, as `names.yaml` keeps them.
        """
        lines = [
            f"# {title}",
            "",
            "Written by `nox -s describe`, which overwrites it. Edit `names.yaml` or `overlay.yaml`.",
            "",
        ]
        for kind, (heading, text) in _HEADINGS.items():
            if rows := list(self._rows(kind)):
                lines += [f"## {heading}", "", text, "", table(("Where", "What"), rows), ""]
        for section, heading in _SECTIONS.items():
            if given := names.get(section):
                cells = [(_code(key), _code(name)) for key, name in sorted(given.items())]
                lines += [f"## {heading}", "", table(("In the file", "In Python"), cells), ""]
        return "\n".join(lines)

    def _rows(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Return one row for each text, with its places: a file says the same thing in many of them."""
        places: dict[str, list[str]] = {}
        for row in self.of(kind):
            places.setdefault(row.text, []).append(row.pointer)
        for text, found in places.items():
            shown = " ".join(_code(pointer or "(document)") for pointer in found[:_SHOWN])
            more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            yield shown + more, cell(text)


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{cell(text)}{fence}"
