"""What all tests share: the skip for programs that a machine lacks."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import settings

# No property test is a timed test: machines are slow at times.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


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
