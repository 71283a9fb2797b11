"""The blocks of docs/nonces.md run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import KEYS
from ..doubles import make_api_key
from .redis_server import redis_server

ROOT = Path(__file__).parents[3]
BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "nonces.md").read_text(encoding="utf-8"), re.M | re.S)
PATHS = [str(ROOT / folder) for folder in ("generated", "signing_plugin")]


def run(block: str, folder: Path, **environment: str) -> str:
    """Run a block in a process of its own, with warnings as errors, and return what it prints."""
    variables = os.environ | {"PYTHONPATH": os.pathsep.join(PATHS)} | environment
    command = [sys.executable, "-W", "error", "-c", block]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_blocks_for_one_machine(tmp_path: Path) -> None:
    """The blocks without Redis run one after another, and print what their comments say."""
    keys = tmp_path / "keys"
    keys.mkdir(0o700)
    (keys / "apikey").write_text(make_api_key())
    shutil.copyfile(KEYS / "test-rsa-2048-pkcs1.pem", keys / "private.pem")
    for file in keys.iterdir():
        file.chmod(0o600)
    printed = [run(block, tmp_path) for block in BLOCKS if "redis" not in block]
    assert printed == ["", "", "42\n", "42\n", "https://api.qredo.network/api/v1/p\n"]


@pytest.mark.needs("redis-server")
def test_the_blocks_that_need_redis(tmp_path: Path) -> None:
    """The blocks with Redis run, and the text says which they are."""
    blocks = [block for block in BLOCKS if "redis" in block]
    assert len(blocks) == 1
    with redis_server() as server:
        assert int(run(blocks[0], tmp_path, REDIS_URL=server.url)) > 1_700_000_000_000_000
