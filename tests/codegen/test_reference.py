"""The pages of the API reference: complete, and without a link that leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from qredo_codegen.commands.reference import write_reference
from qredo_codegen.commands.regenerate import Checkout
from qredo_codegen.description.document import load, operations

ROOT = Path(__file__).parents[2]
CHECKOUT = Checkout(ROOT)


@pytest.fixture(scope="module", params=CHECKOUT.packages)
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of one version."""
    folder = tmp_path_factory.mktemp("reference")
    assert write_reference(CHECKOUT, request.param, folder) == len(list((folder / request.param).iterdir()))
    return Path(folder / request.param)


def test_every_operation_has_its_place(pages: Path) -> None:
    """Each operation has a heading on its tag's page, its request there, and a line on the first page."""
    first = (pages / "index.md").read_text(encoding="utf-8")
    for operation in operations(load(CHECKOUT.description(pages.name))):
        (tag,) = operation.node["tags"]
        verb = operation.node["operationId"].removeprefix(f"{tag}_")
        page = (pages / f"{tag}.md").read_text(encoding="utf-8")
        assert f"## {verb} {{ #{verb} }}\n" in page
        assert f"`{operation.method.upper()} {operation.path}`" in page
        assert f"({tag}.md#{verb})" in first


def test_every_link_has_its_target(pages: Path) -> None:
    """Each link names a page that is there and an anchor on it."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages.iterdir()}
    links = [link for text in texts.values() for link in re.findall(r"\]\((\w+\.md)#(\w+)\)", text)]
    assert links
    assert [(page, anchor) for page, anchor in links if f"{{ #{anchor} }}" not in texts[page]] == []


def test_pages_that_are_no_more_are_removed(tmp_path: Path) -> None:
    """A second run leaves no page of a tag that is gone."""
    package = CHECKOUT.packages[0]
    write_reference(CHECKOUT, package, tmp_path)
    (tmp_path / package / "gone.md").write_text("# Gone\n", encoding="utf-8")
    write_reference(CHECKOUT, package, tmp_path)
    assert not (tmp_path / package / "gone.md").exists()
