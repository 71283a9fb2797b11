"""The README's examples do what they say."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def code(section: str) -> str:
    """The first Python block below a heading."""
    block = re.search(rf"^## {section}$.*?```python\n(.*?)```", README, re.DOTALL | re.MULTILINE)
    assert block, f"README has no Python block below {section}"
    return block[1]


def free_port() -> int:
    """A port on which no server listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_the_ten_lines_run(tmp_path: Path) -> None:
    """The example runs word for word against the emulator that the README starts, but for its port."""
    lines = code("Ten lines")
    assert "qredo-emulator --keys keys --port 8080" in README
    assert len(lines.splitlines()) == 10
    port = str(free_port())
    command = [sys.executable, "-m", "qredo_emulator", "--keys", "keys", "--port", port]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as emulator:
        try:
            wait_for(f"http://127.0.0.1:{port}", emulator)
            done = subprocess.run(
                [sys.executable, "-c", lines.replace("8080", port)],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            emulator.terminate()
    assert (done.returncode, done.stderr) == (0, "")


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until something answers there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url, trust_env=False)
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the emulator did not start")


def test_the_fixture_example_passes(tmp_path: Path) -> None:
    """The test that the README shows passes in a project of its own."""
    (tmp_path / "test_example.py").write_text(code("In your tests"), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_quickstart_tells_its_story() -> None:
    """The main job prints each step and ends with every signature verified."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "quickstart.py")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    for step in ("company.create", "trusted_party.add", "fund.create", "fund.get_deposit_addresses", "holding.get_all"):
        assert step in done.stdout
    assert "BTC-TESTNET: 150000000 base units" in done.stdout
    assert done.stdout.rstrip().endswith("requests were signed, and the emulator verified each signature.")
