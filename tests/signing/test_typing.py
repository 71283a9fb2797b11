"""Types: type checkers understand what a user writes, and find what he gets wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = "tests/signing/typing_sample.py"

WRONG = """\
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import httpx
from qredo_signing import Credentials, Environment, HmacCredentials, PartnerAuth, QredoAuth, connect
from qredo_signing.units import from_units, to_units


class Info:
    API: ClassVar[tuple[str, str]] = ("x", "1")
    SERVERS: ClassVar[Mapping[str, str]] = {}
    STAMPS: ClassVar[tuple[str, ...]] = ("timestamp",)
    NONCE_RULE: ClassVar[str | None] = None
    FEEDS: ClassVar[Mapping[str, Any]] = {}


class Client(Info):
    SECURITY: ClassVar[Literal["partner_signature"]] = "partner_signature"
    http: httpx.Client

    def send(self, request: httpx.Request) -> httpx.Response:
        return self.http.send(request)


class AsyncClient(Info):
    SECURITY: ClassVar[Literal["partner_signature"]] = "partner_signature"
    http: httpx.AsyncClient

    async def send(self, request: httpx.Request) -> httpx.Response:
        return await self.http.send(request)


class SecretClient(Info):
    SECURITY: ClassVar[Literal["qredo_signature"]] = "qredo_signature"
    http: httpx.Client

    def send(self, request: httpx.Request) -> httpx.Response:
        return self.http.send(request)


class AsyncSecretClient(Info):
    SECURITY: ClassVar[Literal["qredo_signature"]] = "qredo_signature"
    http: httpx.AsyncClient

    async def send(self, request: httpx.Request) -> httpx.Response:
        return await self.http.send(request)


async def token() -> str:
    return "c0ffee"


keys, place = Credentials.from_directory("keys"), Environment.SANDBOX
connect(Client, keys, place)
connect(AsyncClient, keys, place, agent_token=token, offload=True)
connect(Client, keys, place, http_client=httpx.AsyncClient())  # wrong
connect(Client, keys, place, agent_token=token)  # wrong
connect(Client, keys, place, offload=True)  # wrong
connect(Client, keys, place, stamp="date")  # wrong
connect(Client, keys, place, max_retries="2")  # wrong
connect(AsyncClient, keys, place, max_retries=None)  # wrong
connect(AsyncClient, keys, place, transport=httpx.HTTPTransport())  # wrong
connect(AsyncClient, keys, place, http_client=httpx.Client())  # wrong
connect(object, keys, place)  # wrong
connect(Client, keys)  # wrong
connect(Client, keys, "sandbox")  # wrong
PartnerAuth(keys, None)  # wrong
Credentials("key", object())  # wrong
secret = HmacCredentials.from_directory("keys")
connect(SecretClient, secret, place)
connect(AsyncSecretClient, secret, place)
connect(SecretClient, secret, place, stamp="nonce")  # wrong
connect(SecretClient, secret, place, agent_token=lambda: "c0ffee")  # wrong
connect(AsyncSecretClient, secret, place, offload=True)  # wrong
connect(SecretClient, "secret", place)  # wrong
connect(SecretClient, keys, place)  # wrong
connect(AsyncSecretClient, keys, place)  # wrong
connect(Client, secret, place)  # wrong
connect(AsyncClient, secret, place)  # wrong
QredoAuth(keys, place)  # wrong
PartnerAuth(secret, place)  # wrong
QredoAuth(secret, place, stamp="timestamp")  # wrong
HmacCredentials("key", b"secret")  # wrong
to_units(1.5, 100)  # wrong
from_units(1.5, 100)  # wrong
"""


@pytest.fixture(name="wrong")
def _wrong(tmp_path: Path) -> Path:
    """A project of a user's, with the file above and a checker's way to the plugin."""
    (tmp_path / "wrong.py").write_text(WRONG)
    config = {"extraPaths": [str(ROOT / "signing_plugin")], "include": ["wrong.py"]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    return tmp_path


def test_mypy_understands_what_a_user_writes(tmp_path: Path) -> None:
    """mypy --strict finds the types that the sample asserts."""
    done = mypy(ROOT, SAMPLE, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_finds_what_is_wrong(wrong: Path) -> None:
    """mypy --strict reports each wrong line, and no other."""
    assert reported(mypy(wrong, "wrong.py", wrong / "cache").stdout) == marked()


def test_pyright_understands_what_a_user_writes() -> None:
    """pyright finds the types that the sample asserts."""
    done = pyright(ROOT, SAMPLE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_finds_what_is_wrong(wrong: Path) -> None:
    """pyright reports each wrong line, and no other."""
    assert reported(pyright(wrong).stdout) == marked()


def mypy(folder: Path, file: str, cache: Path) -> subprocess.CompletedProcess[str]:
    """Check a file with mypy."""
    pytest.importorskip("mypy", reason="mypy is not installed here; nox -s types runs this test")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), file]
    environ = {**os.environ, "MYPYPATH": str(ROOT / "signing_plugin")}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environ)


def pyright(folder: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """Check a folder, or a file in it, with pyright."""
    pytest.importorskip("pyright", reason="pyright is not installed here; nox -s types runs this test")
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, *files]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def reported(output: str) -> set[int]:
    """The lines of wrong.py that a checker reports."""
    return {int(line) for line in re.findall(r"wrong\.py:(\d+):.*\berror", output)}


def marked() -> set[int]:
    """The lines that must be reported."""
    return {number for number, line in enumerate(WRONG.splitlines(), 1) if line.endswith("# wrong")}
