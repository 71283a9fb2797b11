"""The vendor's own file, through the overlay and the generator: a package like ours, but for the texts."""

from __future__ import annotations

import ast
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from qredo_codegen.description.document import load
from qredo_codegen.generate.inputs import inputs_of
from qredo_codegen.generate.write import write_package

from .checkouts import PACKAGE, ROOT, as_ours


def tokens(path: Path) -> Counter[str]:
    """The tokens of a module without its docstrings: the order of fields and feeds says nothing."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return Counter(re.findall(r"\w+|[^\w\s]", ast.unparse(tree)))


def test_the_vendors_file_gives_the_same_package(tmp_path: Path) -> None:
    """53 operations with the names, arguments, bodies, results and models of our own description."""
    vendor = os.environ.get("QREDO_VENDOR_FILE")
    if not vendor:
        pytest.skip("QREDO_VENDOR_FILE does not name the vendor's description of the Partner API 1.1.2")
    document = as_ours(load(Path(vendor)))
    written = write_package(document, PACKAGE, tmp_path / PACKAGE, inputs_of(ROOT / "spec" / PACKAGE / "openapi.yaml"))
    assert written.operations == 53
    ours = ROOT / "generated" / PACKAGE
    names = {path.relative_to(ours).as_posix() for path in ours.rglob("*.py")}
    assert {path.relative_to(tmp_path / PACKAGE).as_posix() for path in (tmp_path / PACKAGE).rglob("*.py")} == names
    differing = [name for name in sorted(names) if tokens(ours / name) != tokens(tmp_path / PACKAGE / name)]
    assert differing == []
