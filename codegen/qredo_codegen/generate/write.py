"""Writing a whole package: parsed, rendered, formatted, and called in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from qredo_codegen.description.document import Document
from qredo_codegen.description.places import Problem

from .format import format_tree
from .inputs import Inputs
from .parse import KeptNames, config, parse
from .render import render
from .self_check import self_check

__all__ = ["Written", "write_package"]


class Written(NamedTuple):
    """What was written.

    Attributes:
        operations: The number of operations.
        called: How many of them the self-check called.
        names: The names to keep.
        left_out: What is not generated, and why.
    """

    operations: int
    called: int
    names: KeptNames
    left_out: list[Problem]


def write_package(
    document: Document,
    package: str,
    target: Path,
    inputs: Inputs,
    names: KeptNames | None = None,
    *,
    checked: bool = True,
    say: Callable[[str], object] | None = None,
) -> Written:
    """Write the package of a document into a folder that does not exist yet.

    Args:
        document: The description, as loaded.
        package: Import name of the package.
        target: The folder.
        inputs: What determines the bytes of the package.
        names: The names that were given before.
        checked: Whether to format it and to call every operation, as is done to all that goes to users.
        say: Told what is done next, in a line.
    """
    tell = say or (lambda step: None)
    settings = config(package, target)
    tell(f"{package}: reading the description")
    data, view, normal = parse(document, package, settings, names)
    tell(f"{package}: writing {len(view.models)} models, {len(view.enums)} sets of values, {len(view.tags)} tags")
    for name, text in render(data, view, settings, inputs).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    called = 0
    if checked:
        format_tree(target)
        tell(f"{package}: importing every module and calling every operation, in a process of its own")
        called = self_check(normal, view, target)
    return Written(sum(len(tag.methods) for tag in view.tags), called, normal.names, normal.left_out)
