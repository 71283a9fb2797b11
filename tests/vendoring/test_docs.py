"""The pages about vendoring: their commands are real, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from qredo_codegen.__main__ import COMMANDS
from qredo_codegen.vendoring import vendor_check

from .conftest import ROOT, Vendored

PAGES = ("pinning.md", "vendoring-bazel.md", "vendoring-pants.md", "vendoring.md")
OPTIONS = {name for names, _ in COMMANDS["vendor"].arguments for name in names}


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_commands_have_options_that_exist(name: str) -> None:
    """Every command of vendoring on the page has options that the command knows."""
    commands = re.findall(r"^nox -s vendor -- (.*)$", page(name), re.MULTILINE)
    used = {word for command in commands for word in command.split() if word.startswith("--")}
    assert commands
    assert used <= OPTIONS


def test_every_option_is_explained() -> None:
    """The pages name every option of the command."""
    text = "".join(map(page, PAGES))
    assert {option for option in OPTIONS if option not in text} == set()


def test_the_check_has_the_options_that_the_page_gives(capsys: pytest.CaptureFixture[str]) -> None:
    """What the pages and the build files give to vendor_check.py, it knows."""
    with pytest.raises(SystemExit) as caught:
        vendor_check.main(["--help"])
    assert caught.value.code == 0
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert {"--record", "--allow-added", "--without"} <= known


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_pages(name: str) -> None:
    """Every link of the page leads to a file of the repository."""
    for target in re.findall(r"\]\(([^)#]+)\)", page(name)):
        assert (ROOT / "docs" / target).is_file(), target


def test_the_page_lists_what_is_in_the_folder(vendored: Vendored) -> None:
    """Every file at the top of a vendored folder is explained on the page, but for build files, which have pages."""
    text = page("vendoring.md")
    names = {path.name for path in vendored.folder.iterdir() if path.is_file()}
    assert {name for name in names - {"BUILD", "BUILD.bazel"} if f"`{name}`" not in text} == set()


def test_files_of_other_languages_are_there(vendored: Vendored) -> None:
    """The signers that the page names are in a vendored folder."""
    named = re.findall(r"`(signers/\S+)`", page("vendoring.md"))
    assert len(named) == 6
    assert [name for name in named if not (vendored.folder / Path(name)).is_file()] == []
