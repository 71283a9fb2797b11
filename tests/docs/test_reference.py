"""docs/reference shows every name that a user can import."""

from __future__ import annotations

import importlib
import re

import pytest

from .blocks import ROOT

PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "reference").glob("*.md")}
SHOWN = [name for text in PAGES.values() for name in re.findall(r"^::: ([\w.]+)$", text, re.MULTILINE)]
IN_WORDS = {"__version__", "units", "models", "UNSET", "Unset"}
"""Names that a page explains in a sentence, or that hold nothing but names with an entry of their own."""


@pytest.mark.parametrize("module", ["qredo_partner_v1_1", "qredo_signing", "qredo_signing.feeds", "qredo_emulator"])
def test_every_exported_name_is_shown(module: str) -> None:
    """Each name of `__all__` has an entry, by itself or with the module of errors that holds it."""
    errors = importlib.import_module(f"{module}.errors").__all__ if f"{module}.errors" in SHOWN else []
    names = set(importlib.import_module(module).__all__) - set(errors) - IN_WORDS
    assert [name for name in sorted(names) if f"{module}.{name}" not in SHOWN] == []


def test_units_are_shown() -> None:
    """The functions of `qredo_signing.units` have entries."""
    units = importlib.import_module("qredo_signing.units")
    assert {f"qredo_signing.units.{name}" for name in units.__all__} <= set(SHOWN)


def test_nothing_is_shown_twice() -> None:
    """Each entry is on one page, once."""
    assert len(SHOWN) == len(set(SHOWN))


def test_connect_is_first() -> None:
    """The reference of the plugin begins with `connect`."""
    assert re.search(r"^::: (.*)$", PAGES["qredo_signing.md"], re.MULTILINE)[1] == "qredo_signing.connect"  # type: ignore[index]
