"""The fixture `qredo` in another project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SIGNED_CALL = """
import time

import httpx

from qredo_signing import sign


def companies(qredo):
    url = f"{qredo.url}/api/v1/p/company/search"
    stamp = str(int(time.time()))
    signature = sign(qredo.credentials.signer, stamp, url, b"")
    headers = {"x-api-key": qredo.credentials.api_key, "x-timestamp": stamp, "x-sign": signature}
    return httpx.get(url, headers=headers)
"""

TESTS = """
import httpx
import pytest

from calls import companies

seen = []


@pytest.mark.parametrize("round", [1, 2])
def test_it_works_and_starts_empty(qredo, round):
    assert qredo.environment.origin == qredo.url
    assert qredo.control.requests == ()
    assert companies(qredo).json() == {"total_count": 0, "matches": []}
    assert [record.verified for record in qredo.control.requests] == [True]
    assert qredo.hmac_credentials.api_key.startswith("emulator-")
    qredo.control.faults.rate_limit(retry_after=3, times=None)
    assert companies(qredo).headers["retry-after"] == "3"
    assert httpx.get(f"{qredo.url}/-/").status_code == 200
    assert httpx.post(f"{qredo.url}/-/control/advance", json={"seconds": 5}).status_code == 200
    qredo.app.world.account(qredo.credentials.api_key).companies["x"] = object()
    seen.append(qredo)


def test_the_server_is_the_same():
    assert seen[0] is seen[1]
"""

SETTINGS = """
import pytest

from qredo_emulator import Settings


@pytest.fixture(scope="session")
def qredo_settings():
    return Settings(strict=True, accept_users=False)


def test_settings(qredo):
    assert qredo.settings.strict
    qredo.control.accept_users = True


def test_settings_come_back(qredo):
    assert not qredo.control.accept_users
"""

PLAIN = """
import sys


def test_nothing_is_loaded():
    assert "qredo_emulator.pytest_plugin" in sys.modules
    heavy = {"starlette", "uvicorn", "yaml", "jsonschema", "httpx", "cryptography", "qredo_signing"}
    assert not heavy & set(sys.modules)
"""

MISSING = """
import sys

sys.modules["uvicorn"] = None


def test_needs_it(qredo):
    pass
"""


def run(folder: Path, **files: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest on the files in a process of its own."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    names = [f"{name}.py" for name in files if name.startswith("test_")]
    # Other plugins of this machine stay out, and ours comes in whether it is installed or only on the path.
    environ = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, "-m", "pytest", "-p", "qredo_emulator.pytest_plugin", "-q", *names]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False)


def test_each_test_has_an_empty_emulator(tmp_path: Path) -> None:
    """Signed calls work in a test of any project; state and requests of one test are gone in the next."""
    done = run(tmp_path, calls=SIGNED_CALL, test_project=TESTS)
    assert "3 passed" in done.stdout, done.stdout


def test_a_project_sets_its_own_rules(tmp_path: Path) -> None:
    """A session fixture of the project gives other settings; what a test changes is undone for the next."""
    done = run(tmp_path, test_project=SETTINGS)
    assert "2 passed" in done.stdout, done.stdout


def test_a_project_that_does_not_use_it_does_not_pay(tmp_path: Path) -> None:
    """Loading the plugin imports nothing beyond the standard library and pytest."""
    done = run(tmp_path, test_project=PLAIN)
    assert "1 passed" in done.stdout, done.stdout


def test_a_missing_extra_says_how_to_install_it(tmp_path: Path) -> None:
    """Where a dependency is missing, the test fails with the pip line and without a traceback."""
    done = run(tmp_path, test_project=MISSING)
    assert 'pip install ".[emulator]" in a checkout of the project (not found: uvicorn)' in done.stdout
    assert "Traceback" not in done.stdout
    assert "1 error" in done.stdout
