"""docs/errors.md has every error that a user can meet."""

from __future__ import annotations

import importlib
import re

import pytest

from ..versions import PACKAGES
from .blocks import ROOT

PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
ROWS = {row[1]: row for row in re.finditer(r"^\| `(\w+)` \| ([^|]+) \| ([^|]*) \|$", PAGE, re.MULTILINE)}
MODULES = (*PACKAGES, "qredo_signing", "qredo_signing.feeds", "qredo_emulator")
BASES = {"ClientError", "QredoSigningError"}


def errors_of(name: str) -> dict[str, type[BaseException]]:
    """The errors and warnings that a module exports."""
    module = importlib.import_module(name)
    exported = {each: getattr(module, each) for each in module.__all__}
    return {name: each for name, each in exported.items() if isinstance(each, type) and issubclass(each, BaseException)}


@pytest.mark.parametrize("module", MODULES)
def test_every_error_is_on_the_page(module: str) -> None:
    """Each error and warning that a package exports has a row that says when it comes and what to do."""
    errors = errors_of(module)
    assert errors
    assert [name for name in errors if name not in ROWS] == []
    assert [name for name in errors if not ROWS[name][3].strip() and name not in BASES] == []


def test_no_error_is_made_up() -> None:
    """Each row of the page names an error that a package exports."""
    assert set(ROWS) == {name for module in MODULES for name in errors_of(module)}


def test_every_error_is_reachable() -> None:
    """What qredo_signing.errors has is exported by the package, so the page misses none of it."""
    errors = importlib.import_module("qredo_signing.errors")
    assert set(errors.__all__) == set(errors_of("qredo_signing"))


def test_the_tree_is_that_of_the_classes() -> None:
    """The tree of the page has every error and warning below its own base class."""
    tree = re.search(r"```text\n(Exception\n.*?)```", PAGE, re.DOTALL)
    assert tree
    above: list[str] = []
    found: dict[str, str] = {}
    for line in tree[1].splitlines():
        name = line.split()[0]
        above = [*above[: (len(line) - len(line.lstrip())) // 2], name]
        found[name] = above[-2] if len(above) > 1 else ""
    modules = ("qredo_partner_v1_1", "qredo_signing", "qredo_signing.feeds")
    classes = {name: each for module in modules for name, each in errors_of(module).items()}
    assert {name: found.get(name) for name in classes} == {
        name: each.__bases__[0].__name__ for name, each in classes.items()
    }
    assert set(found) - set(classes) == {"Exception", "UserWarning", "httpx.TransportError"}
