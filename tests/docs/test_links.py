"""Links, anchors and pictures of the pages, and what the site's navigation has."""

from __future__ import annotations

import re
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
import qredo_signing

from ..versions import PACKAGES
from .blocks import PAGES, ROOT, without_blocks

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
GENERATED = {f"docs/reference/{name}/index.md" for name in ("changelog", *PACKAGES)}
"""Pages that `nox -s docs` makes; it refuses broken links to and in them."""
SITE = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
PICTURES = sorted((ROOT / "docs" / "img").glob("*.svg"))
NAMESPACE = "{http://www.w3.org/2000/svg}"


def links(page: str) -> list[tuple[str, str]]:
    """The relative links of a page: the path from the top of the repository, and the anchor."""
    found = [link for link in LINK.findall(without_blocks(page)) if not re.match(r"[a-z]+:", link)]
    parted = [link.partition("#") for link in found]
    folder = ROOT / page
    return [
        ((folder.parent / path).resolve().relative_to(ROOT).as_posix() if path else page, anchor)
        for path, _, anchor in parted
    ]


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    plain = [re.sub(r"[^\w\s-]", "", title).strip().lower() for title in HEADING.findall(without_blocks(page))]
    return {re.sub(r"[-\s]+", "-", title) for title in plain} | {title.replace(" ", "-") for title in plain}


def pages_of(nav: object) -> Iterator[str]:
    """The pages of a navigation."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list):
        for entry in nav:
            yield from pages_of(entry)
    elif isinstance(nav, dict):
        for entry in nav.values():
            yield from pages_of(entry)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    """Each relative link of a page leads to a file, or a folder, of the repository."""
    lost = [path for path, _ in links(page) if not (ROOT / path).exists() and path not in GENERATED]
    assert lost == []


@pytest.mark.parametrize("page", PAGES)
def test_every_anchor_is_there(page: str) -> None:
    """Each anchor of a relative link is a heading of the page that it leads to."""
    known = {path: anchors(path) for path, anchor in links(page) if anchor and path.endswith(".md")}
    assert [f"{path}#{anchor}" for path, anchor in links(page) if anchor and anchor not in known.get(path, ())] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/")])
def test_the_site_has_no_link_out_of_docs(page: str) -> None:
    """A page of the site links to pages of the site, and only names other files of the repository."""
    assert [path for path, _ in links(page) if not path.startswith("docs/")] == []


def test_the_navigation_has_every_page_once() -> None:
    """Every page of docs/ is in the navigation, and nothing else but what is generated."""
    listed = [f"docs/{page}" for page in pages_of(SITE["nav"])]
    assert len(listed) == len(set(listed))
    assert set(listed) - GENERATED == {page for page in PAGES if page.startswith("docs/")}
    assert set(listed) >= GENERATED


def test_the_site_names_its_version() -> None:
    """The footer has the version of the project."""
    assert SITE["copyright"].startswith(f"Version {qredo_signing.__version__} ")


def test_styles_are_there() -> None:
    """The site's own styles are files of docs/, which load nothing from elsewhere."""
    for name in SITE["extra_css"]:
        assert "url(" not in (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert SITE["theme"]["font"] is False


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_pictures_speak(picture: Path) -> None:
    """A picture has a title and a description, colours for light and dark, and nothing from elsewhere."""
    text = picture.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    assert len((root.findtext(f"{NAMESPACE}title") or "").split()) > 3
    assert len((root.findtext(f"{NAMESPACE}desc") or "").split()) > 10
    assert root.get("role") == "img"
    assert "prefers-color-scheme: dark" in text
    assert re.findall(r"https?://", text.replace("http://www.w3.org/2000/svg", "")) == []
    assert picture.name in "".join(without_blocks(page) for page in PAGES)


def test_no_picture_is_told_to_readers_by_sight_alone() -> None:
    """Each image of a page has a text in its place."""
    found = [alt for page in PAGES for alt in re.findall(r"!\[([^\]]*)\]\(", without_blocks(page))]
    assert found
    assert all(len(alt.split()) > 3 for alt in found)


def test_every_example_is_named() -> None:
    """docs/examples.md has a section or a row for each program of examples/, and no other."""
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    named = re.findall(r"(?:examples/|^\| `)(\w+(?:\.py|/))", page, re.MULTILINE)
    programs = [path.name for path in (ROOT / "examples").glob("*.py")]
    folders = [f"{path.parent.name}/" for path in (ROOT / "examples").glob("*/test_*.py")]
    assert set(named) == {*programs, *folders}
