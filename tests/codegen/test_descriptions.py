"""The descriptions: each keeps every rule and gives a complete package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from qredo_codegen.description.document import load
from qredo_codegen.description.rules import check_described, check_generable, validate
from qredo_codegen.generate.inputs import inputs_of
from qredo_codegen.generate.write import write_package

from ..versions import DESCRIPTIONS, PACKAGES


@pytest.mark.parametrize("package", PACKAGES)
def test_a_description_is_whole(package: str, tmp_path: Path) -> None:
    """It breaks no rule, and all of its operations are generated."""
    path = DESCRIPTIONS[package]
    document = load(path)
    assert (validate(document) or check_generable(document) or check_described(document)) == []
    made = write_package(document, package, tmp_path / package, inputs_of(path))
    assert made.operations == len(re.findall("^ +operationId: ", path.read_text("utf-8"), re.MULTILINE)) > 0
