"""A project into which everything is vendored, once for all tests that only look at it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from qredo_codegen.commands.regenerate import Checkout
from qredo_codegen.vendoring import Selection, put, tree

from ..versions import PACKAGES

ROOT = Path(__file__).parents[2]


class Vendored(NamedTuple):
    """A project with a vendored folder.

    Attributes:
        project: Where imports start.
        folder: The vendored folder.
        selection: What is in it.
    """

    project: Path
    folder: Path
    selection: Selection

    def copy(self, to: Path) -> Vendored:
        """The same project in another folder, to be changed."""
        shutil.copytree(self.project, to, dirs_exist_ok=True)
        return Vendored(to, self.selection.folder(to), self.selection)


@pytest.fixture(scope="session")
def vendored(tmp_path_factory: pytest.TempPathFactory) -> Vendored:
    """All packages, the core of the plugin, all build files and all that other languages need."""
    checkout = Checkout(ROOT)
    selection = Selection.of(
        checkout, apis=PACKAGES, prefix="third_party.finance.qredo", plugin=(), builds=("bazel", "pants"), neutral=True
    )
    project = tmp_path_factory.mktemp("monorepo")
    folder = selection.folder(project)
    put(tree(checkout, selection), folder)
    return Vendored(project, folder, selection)
