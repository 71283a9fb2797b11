"""The emulator reads a description as the generator does."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from qredo_codegen.description.document import load
from qredo_emulator._description.yaml_1_2 import read_yaml

SCALARS = (
    "NO",
    "on",
    "yes",
    "2026-11-30",
    "010",
    "0o17",
    "0x1F",
    "1_000",
    "1e5",
    "12:30:00",
    "~",
    "1.50",
    "true",
    ".inf",
    "'7'",
)

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "text", [f"value: {scalar}\n" for scalar in SCALARS] + ["200: ok\n", "a: &x {b: 1}\nc: {<<: *x}\n"]
)
def test_the_emulator_reads_what_the_generator_reads(tmp_path: Path, text: str) -> None:
    """Countries, dates, octal-looking codes and unquoted statuses are the same for both; here, fractions are exact."""
    path = tmp_path / "openapi.yaml"
    path.write_text(text)
    found, expected = read_yaml(path.read_bytes()), load(path)
    assert found == expected
    kinds = [Decimal if type(value) is float else type(value) for value in expected.values()]
    assert [type(value) for value in found.values()] == kinds
