"""The descriptions: each keeps every rule and gives a complete package."""

from __future__ import annotations

from pathlib import Path

import pytest
from qredo_codegen.description.document import load
from qredo_codegen.description.rules import check_described, check_generable, validate
from qredo_codegen.generate.inputs import inputs_of
from qredo_codegen.generate.write import write_package

SPEC = Path(__file__).parents[2] / "spec"
COUNTS = {"qredo_partner_v1_0": 18, "qredo_partner_v1_1": 53, "qredo_v1": 11, "qredo_v2": 14}
"""Operations that the vendor's documents list, of v2 the known ones; a later version has none to compare with."""


@pytest.mark.parametrize("path", sorted(SPEC.glob("*/openapi.yaml")), ids=lambda path: path.parent.name)
def test_a_description_is_whole(path: Path, tmp_path: Path) -> None:
    """It breaks no rule, and all of its operations are generated."""
    package = path.parent.name
    document = load(path)
    assert (validate(document) or check_generable(document) or check_described(document)) == []
    made = write_package(document, package, tmp_path / package, inputs_of(path))
    assert made.operations == COUNTS.get(package, made.operations) > 0
