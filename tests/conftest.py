"""What all tests share: the skip for programs that a machine lacks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# No property test is a timed test: machines are slow at times.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

TESTS = Path(__file__).parent
TOOLS_OF_THE_REPOSITORY = {"codegen", "repo", "vendoring"}
ON_EVERY_PYTHON = {"test_regenerate.py", "test_wheel.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is run in a checkout and not installed by users; the same bytes must come out on every Python."""
    for item in items:
        if item.path.relative_to(TESTS).parts[0] in TOOLS_OF_THE_REPOSITORY and item.path.name not in ON_EVERY_PYTHON:
            item.add_marker(pytest.mark.once)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose programs are not there; fail it instead where QREDO_REQUIRE_TOOLS says they must be."""
    for marker in item.iter_markers("needs"):
        missing = [program for program in marker.args if shutil.which(program) is None]
        if not missing:
            continue
        reason = f"needs {', '.join(missing)}, not found on the PATH"
        if os.environ.get("QREDO_REQUIRE_TOOLS") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
