"""Every fenced block of README, CONTRIBUTING and docs/: run, compared, parsed, or marked on the page as not run."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from qredo_emulator import Emulator

from .blocks import BLOCKS, PAGES, ROOT, Block, blocks_of
from .commands import UnknownCommandError, check, lines_of
from .running import Story
from .scenes import scene

PROGRAMS = ("curl", "openssl", "softhsm2-util")
"""What the sessions of a page may call that this project does not bring."""
NOT_RUN = {
    "docs/hsm.md": 2,
    "docs/keys.md": 1,
    "docs/pinning.md": 1,
    "docs/quickstart.md": 1,
    "docs/speed.md": 1,
    "docs/using.md": 1,
}
"""How many blocks of a page no test runs; the page gives the reason."""

HELD_ELSEWHERE = {
    ("README.md", "python", "Credentials.from_directory"): "tests/repo/test_readme.py",
    ("README.md", "python", "def test_a_company_is_found"): "tests/repo/test_readme.py",
    ("README.md", "sh", "export QREDO_ENVIRONMENT=emulator"): "tests/cli/test_docs.py",
    ("docs/cli.md", "sh", "export QREDO_ENVIRONMENT=emulator"): "tests/cli/test_docs.py",
    ("docs/cli.md", "", "--help"): "tests/cli/test_docs.py",
    ("docs/cli.md", "text", "Send it?"): "tests/cli/test_docs.py",
    ("docs/examples.md", "python", ""): "tests/docs/test_examples_page.py",
    ("docs/feeds.md", "python", ""): "tests/feeds/test_feeds_docs.py",
    ("docs/nonces.md", "python", ""): "tests/signing/nonces/test_nonces_docs.py",
    ("docs/vendoring.md", "sh", "go test"): "tests/vendoring/test_signers.py",
    ("docs/upgrading-1.0-to-1.1.md", "python", ""): "tests/codegen/test_upgrade_guide.py",
}
"""Blocks that other tests run: page, language, and a part of the block."""
RUN_AS_THEY_ARE = {block.text for block in BLOCKS if block.text.startswith("mkdir -m 700 keys\n")}
"""Commands without prompts that are run all the same."""


def holder(block: Block) -> str | None:
    """The test that runs a block elsewhere, if one does."""
    for (page, language, text), test in HELD_ELSEWHERE.items():
        if (block.page, block.language) == (page, language) and text in block.text:
            return test
    return None


def is_shown_only(block: Block) -> bool:
    """Whether a block has commands that are parsed and not run: those without a prompt, and those marked so."""
    return block.language in {"console", "sh"} and not block.is_session and block.text not in RUN_AS_THEY_ARE


def is_played(block: Block) -> bool:
    """Whether the story of a page runs or parses a block."""
    return block.why_not_run is None and holder(block) is None and not is_shown_only(block)


def with_programs(page: str) -> Any:
    """A page as a parameter, with the programs that its sessions call."""
    sessions = "\n".join(block.text for block in blocks_of(page) if block.language == "console" and is_played(block))
    needed = [program for program in PROGRAMS if re.search(rf"^\$ {program} ", sessions, re.MULTILINE)]
    return pytest.param(page, marks=pytest.mark.needs("sh", *needed))


@pytest.mark.parametrize("page", [with_programs(page) for page in PAGES if blocks_of(page)])
def test_the_blocks_of_a_page_do_what_they_show(
    page: str, folder: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, as a reader would: Python and sessions run, outputs are compared, data is parsed."""
    story = Story(folder, emulator, scene(page, folder, emulator))
    try:
        for block in blocks_of(page):
            if is_played(block):
                story.play(block)
    finally:
        story.close()


@pytest.mark.parametrize("block", [block for block in BLOCKS if is_shown_only(block)], ids=lambda block: block.place)
def test_commands_that_are_shown_are_understood(block: Block, capsys: pytest.CaptureFixture[str]) -> None:
    """If commands are shown without output, each program parses its line, or the page gives a reason."""
    for line in lines_of(block.text):
        try:
            check(line)
        except UnknownCommandError:
            assert block.why_not_run or holder(block), f"{block.place}: nothing checks {line!r}; say why it is not run"


def test_what_is_not_run_is_counted() -> None:
    """Blocks that no test runs are few, each with its reason on the page; a new one is added here, so none is lost."""
    found = [block for block in BLOCKS if block.why_not_run is not None]
    assert Counter(block.page for block in found) == NOT_RUN, [f"{block.place}: {block.why_not_run}" for block in found]
    assert [block.place for block in found if len((block.why_not_run or "").split()) < 4] == []


@pytest.mark.parametrize(("page", "language", "text"), HELD_ELSEWHERE)
def test_what_runs_elsewhere_is_there(page: str, language: str, text: str) -> None:
    """Each entry of the table is about a block of the page, and names a test that is there."""
    assert any((block.page, block.language) == (page, language) and text in block.text for block in BLOCKS)
    assert (ROOT / HELD_ELSEWHERE[page, language, text]).is_file()


def test_no_fence_is_missed() -> None:
    """As many blocks are collected as the pages have pairs of fences."""
    fences = sum(len(re.findall(r"^ *```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)) for page in PAGES)
    assert 2 * len(BLOCKS) == fences
