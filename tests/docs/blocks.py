"""Every fenced block of the project's pages, with what the page says about how it is run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

__all__ = ["BLOCKS", "PAGES", "ROOT", "Block", "blocks_of", "without_blocks"]

ROOT = Path(__file__).parents[2]
_DOCS = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/*/*.md")])
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", *_DOCS)
_FENCED = re.compile(
    r"""^(?:<!--\ (?P<note>[^\n]*)\ -->\n+)?
        ```(?P<language>\w*)(?:\ title="(?P<title>[^"\n]+)")?\n
        (?P<text>.*?)
        ^```$""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)


class Block(NamedTuple):
    """One fenced block.

    Attributes:
        page: Path of its page, from the top of the repository.
        line: The line of its first fence, from 1.
        language: The word after the fence; empty for none.
        note: The HTML comment right above: `not run: why`, `output`, `picture`, or empty.
        file: The file that it shows, by the title of the block, or None.
        text: What is in it.
    """

    page: str
    line: int
    language: str
    note: str
    file: str | None
    text: str

    @property
    def place(self) -> str:
        """`page:line`, for messages."""
        return f"{self.page}:{self.line}"

    @property
    def is_session(self) -> bool:
        """Whether it shows commands with what they print."""
        return self.language == "console" and self.text.startswith("$ ")

    @property
    def why_not_run(self) -> str | None:
        """The reason that the page gives, or None."""
        return self.note.removeprefix("not run: ") if self.note.startswith("not run: ") else None


def blocks_of(page: str) -> list[Block]:
    """The blocks of a page, in their order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [(1 + text.count("\n", 0, each.start("language")), each) for each in _FENCED.finditer(text)]
    return [
        Block(page, line, each["language"], each["note"] or "", each["title"], each["text"]) for line, each in found
    ]


def without_blocks(page: str) -> str:
    """The text of a page without its blocks."""
    return _FENCED.sub("", (ROOT / page).read_text(encoding="utf-8"))


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
