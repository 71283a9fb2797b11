"""The drafts of descriptions: each keeps every rule and gives a complete package."""

from __future__ import annotations

from pathlib import Path

import pytest
from qredo_codegen._document import load
from qredo_codegen._inputs import inputs_of
from qredo_codegen._package import write_package
from qredo_codegen._rules import check_described, check_generable, validate

DRAFTS = Path(__file__).parents[2] / "spec" / "drafts"


@pytest.mark.parametrize(("package", "count"), [("qredo_partner_v1_0", 18), ("qredo_v1", 11)])
def test_a_draft_is_a_whole_description(package: str, count: int, tmp_path: Path) -> None:
    """It breaks no rule, and all of its operations are generated."""
    path = DRAFTS / package / "openapi.yaml"
    document = load(path)
    assert (validate(document) or check_generable(document) or check_described(document)) == []
    assert write_package(document, package, tmp_path / package, inputs_of(path)) == count
