"""Writing a whole package: parsed, rendered, formatted and looked at once more."""

from __future__ import annotations

from pathlib import Path

from qredo_codegen.description.document import Document

from .check import check_package
from .format import format_tree
from .inputs import Inputs
from .parse import config, parse
from .render import render

__all__ = ["write_package"]


def write_package(document: Document, package: str, target: Path, inputs: Inputs) -> int:
    """Write the package of a document into a folder that does not exist yet.

    Returns:
        The number of its operations.
    """
    settings = config(package, target)
    data, view = parse(document, package, settings)
    for name, text in render(data, view, settings, inputs).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    format_tree(target)
    check_package(target, view)
    return sum(len(tag.methods) for tag in view.tags)
