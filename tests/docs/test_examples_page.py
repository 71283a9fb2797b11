"""The page of examples shows code of the examples, which tests/examples runs."""

from __future__ import annotations

import re

import pytest

from .blocks import ROOT, Block, blocks_of

PAGE = "docs/examples.md"


@pytest.mark.parametrize(
    "block", [each for each in blocks_of(PAGE) if each.language == "python"], ids=lambda b: b.place
)
def test_code_on_the_page_is_code_of_the_example(block: Block) -> None:
    """Each block is a part of the file that the page names right above it."""
    above = (ROOT / PAGE).read_text(encoding="utf-8").splitlines()[: block.line - 1]
    name = re.findall(r"examples/\w+\.py", "\n".join(above[-4:]))[0]
    assert block.text in (ROOT / name).read_text(encoding="utf-8")
