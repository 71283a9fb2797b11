"""`qredo feed`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from qredo_emulator import Emulator

from ..interrupting import interrupt
from ..versions import PACKAGES, document_of
from .conftest import API, Cli


@pytest.fixture
def speaking(emulator: Emulator) -> Any:
    """Sends a message on a feed as soon as a client listens."""
    threads = []

    def speak(feed: str, *messages: dict[str, Any], **to: str) -> None:
        def run() -> None:
            for message in messages:
                while not stopped.wait(0.01) and not emulator.control.publish(feed, message, **to):  # type: ignore[arg-type]
                    pass

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    stopped = threading.Event()
    yield speak
    stopped.set()
    for thread in threads:
        thread.join()


def test_messages_are_printed_as_they_come(connected: Cli, speaking: Any) -> None:
    """With --json each message is an object in a line, with fields that the description does not know."""
    speaking("liquidity_hub", {"txID": "a", "status": "taker_pending", "new": 1}, {"txID": "b", "status": "expired"})
    done = connected("feed liquidity_hub --count 2 --json")
    assert done.code == 0
    assert [json.loads(line)["txID"] for line in done.out.splitlines()] == ["a", "b"]
    assert json.loads(done.out.splitlines()[0])["new"] == 1
    assert done.err == "qredo: feed liquidity_hub: open\n"


def test_a_feed_of_a_core_client_begins_with_what_is_pending(connected: Cli, speaking: Any) -> None:
    """The path's ids are options; for people a message is one line of fields."""
    client = json.loads(connected("call core_client.create --name Approver --json").out)["id"]
    speaking("core_client", {"id": "x", "coreClientID": client, "status": "pending"}, client_id=client)
    done = connected(f"feed core-client --client-id {client} --count 1")
    assert done.code == 0, done.err
    assert "id=x" in done.out
    assert "status=pending" in done.out
    assert len(done.out.splitlines()) == 1


def test_the_feed_of_the_other_api_is_open_too(connected: Cli, keys: Path, speaking: Any) -> None:
    """Its handshake is signed with the secret."""
    speaking("transactions", {"txID": "t", "status": "approved"})
    done = connected(f"feed transactions --api qredo_v1 --keys {keys / 'qredo_v1'} --count 1 --json")
    assert done.code == 0, done.err
    assert json.loads(done.out)


def test_a_feed_with_a_token_is_open_too(connected: Cli, emulator: Emulator, keys: Path, speaking: Any) -> None:
    """Its handshake carries the token of the workspace."""
    speaking("sign_requests", {"id": "a", "status": 1})
    workspace = emulator.workspace_id
    line = f"feed sign_requests --api qredo_v2 --keys {keys / 'qredo_v1'} --workspace {workspace} --count 1 --json"
    done = connected(line)
    assert done.code == 0, done.err
    assert json.loads(done.out) == {"id": "a", "status": 1}


def test_feeds_are_listed(qredo: Cli) -> None:
    """Every feed of every version has its name and path in the list."""
    rows = json.loads(qredo("feed --list --json").out)
    names = {(row["api"], row["feed"]) for row in rows}
    assert {name for api, name in names if api == API} == {"wallets", "liquidity_hub", "core_client", "agent"}
    assert names == {
        (api, item["x-websocket"]["name"])
        for api in PACKAGES
        for item in document_of(api)["paths"].values()
        if "x-websocket" in item
    }


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ("", 2, "which feed?"),
        ("walets", 2, "did you mean wallets"),
        ("core_client", 2, "--client-id"),
        ("core_client --client-id ..", 2, "client_id"),
        ("wallets --count none", 2, "--count"),
        ("wallets --keys nowhere", 3, "nowhere/apikey"),
        ("agent", 3, "--agent-token-file"),
    ],
)
def test_bad_input_of_feed_is_one_line(connected: Cli, arguments: str, code: int, text: str) -> None:
    """Each mistake has its line on stderr and its exit code, and nothing is opened."""
    done = connected(f"feed {arguments}")
    assert (done.code, done.out) == (code, "")
    assert text in done.err


def test_a_refused_handshake_ends_it(connected: Cli) -> None:
    """A key that the service does not know is a refusal, not a reason to try for ever."""
    connected("keygen other")
    Path("other/apikey").write_text(Path(os.environ["QREDO_KEYS"], "apikey").read_text(encoding="utf-8"))
    done = connected("feed wallets --keys other --count 1")
    assert (done.code, done.out) == (4, "")
    assert "401" in done.err


def test_a_lost_connection_is_opened_again_and_ctrl_c_ends_it(
    connected: Cli, emulator: Emulator, keys: Path, speaking: Any
) -> None:
    """After the emulator went away and came back the feed is open again, and says that something may be missing."""
    variables = {**os.environ, "QREDO_KEYS": str(keys)}
    with Emulator(keys=keys) as first:
        port = int(first.url.rpartition(":")[2])
        command = [sys.executable, "-m", "qredo_signing", "feed", "wallets", "--url", first.url, "--json"]
        process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout
        assert process.stderr
        assert process.stderr.readline() == "qredo: feed wallets: open\n"
    with Emulator(keys=keys, port=port) as second:
        while "open again" not in process.stderr.readline():
            assert process.poll() is None
        assert second.control.publish("wallets", {"tx_id": "after"}) == 1
        assert json.loads(process.stdout.readline())["tx_id"] == "after"
        interrupt(process)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
