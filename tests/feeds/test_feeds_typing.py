"""Types: type checkers know the class of the messages, and find what a user gets wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

CODE = """\
from collections.abc import AsyncIterator
from typing import Any, assert_type

from qredo_partner_v1_1 import AsyncClient, Client
from qredo_partner_v1_1.models import ActionsInfo, CoreClientFeedMessage
from qredo_signing.feeds import AsyncMessages, FeedMessageError, Gap, Keepalive, Messages, Reconnect, feed


def sync_story(client: Client, client_id: str) -> None:
    def pending() -> ActionsInfo:
        return client.core_client.get_actions(client_id)

    messages = feed(client, "core_client", client_id=client_id, message=CoreClientFeedMessage, resync=pending)
    assert_type(messages, Messages[CoreClientFeedMessage])
    with messages as opened:
        for message in opened:
            assert_type(message, CoreClientFeedMessage)
    assert_type(feed(client, "wallets"), Messages[Any])
    feed(client, "core_client", message=CoreClientFeedMessage, key=lambda message: message.id, client_id=client_id)
    feed(client, "core_client", message=CoreClientFeedMessage, key=lambda message: message.nonsense)  # wrong
    feed(client, "wallets", on_gap=told, on_error=odd, reconnect=Reconnect(limit=5), keepalive=Keepalive(interval=5))
    feed(client, "wallets", on_gap=odd)  # wrong
    feed(client, "wallets", reconnect=5)  # wrong
    feed(client, "core_client", client_id=5)  # wrong
    feed(client, 5)  # wrong
    feed(client)  # wrong
    feed("client", "wallets")  # wrong
    feed(client, "wallets", resync="yes")  # wrong


async def async_story(client: AsyncClient, client_id: str) -> None:
    async def pending() -> ActionsInfo:
        return await client.core_client.get_actions(client_id)

    async def one_by_one() -> AsyncIterator[CoreClientFeedMessage]:
        yield CoreClientFeedMessage()

    messages = feed(client, "core_client", client_id=client_id, message=CoreClientFeedMessage, resync=pending)
    assert_type(messages, AsyncMessages[CoreClientFeedMessage])
    async with messages as opened:
        async for message in opened:
            assert_type(message, CoreClientFeedMessage)
    assert_type(feed(client, "wallets", resync=one_by_one), AsyncMessages[Any])
    feed(client, "wallets", on_gap=async_told)
    for message in feed(client, "wallets"):  # wrong
        pass


def told(gap: Gap) -> None:
    print(gap.since, gap.is_first)


async def async_told(gap: Gap) -> None:
    print(gap.cause)


def odd(error: FeedMessageError) -> None:
    print(error.raw)
"""


@pytest.fixture(name="project")
def _project(tmp_path: Path) -> Path:
    """A project of a user's, with the file above, and a checker's way to the packages."""
    (tmp_path / "story.py").write_text(CODE)
    config = {"extraPaths": [str(ROOT / "signing_plugin"), str(ROOT / "generated")], "include": ["story.py"]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    return tmp_path


def test_mypy_knows_the_messages(project: Path) -> None:
    """mypy --strict agrees with every type that is asserted, and reports the wrong lines alone."""
    pytest.importorskip("mypy", reason="mypy is not installed here; nox -s types runs this test")
    environ = {**os.environ, "MYPYPATH": f"{ROOT / 'signing_plugin'}{os.pathsep}{ROOT / 'generated'}"}
    run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(project / "cache"), "story.py"], project, environ)


def test_pyright_knows_the_messages(project: Path) -> None:
    """pyright agrees with every type that is asserted, and reports the wrong lines alone."""
    pytest.importorskip("pyright", reason="pyright is not installed here; nox -s types runs this test")
    run([sys.executable, "-m", "pyright", "--pythonpath", sys.executable], project, dict(os.environ))


def run(command: list[str], folder: Path, environ: dict[str, str]) -> None:
    """Check the file, and compare the lines that are reported with those that are marked."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environ)
    reported = {int(line) for line in re.findall(r"story\.py:(\d+):.*\berror", done.stdout)}
    marked = {number for number, line in enumerate(CODE.splitlines(), 1) if line.endswith("# wrong")}
    assert reported == marked, done.stdout + done.stderr
