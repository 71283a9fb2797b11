"""`qredo doctor`."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest
from qredo_emulator import Emulator
from qredo_signing import SQLiteNonces

from .conftest import Cli, Done, FixedServer, unused_url


def findings(done: Done) -> dict[str, tuple[str, str, str]]:
    """Status, text and advice of each check."""
    return {each["check"]: (each["status"], each["found"], each["advice"]) for each in json.loads(done.out)}


def test_a_healthy_set_up_has_no_problem(connected: Cli, emulator: Emulator, keys: Path) -> None:
    """Keys, pair, kind, connection, clock and one signed read are all well, and only a GET was sent."""
    done = connected("doctor --json")
    found = findings(done)
    assert (done.code, done.err) == (0, "")
    for check in ("RSA key", "key pair", "API key", "connection", "clock", "signed read", str(keys / "private.pem")):
        assert found[check][0] == "ok", found[check]
    assert found["TLS"][0] == "skipped"
    assert "2048 bits" in found["RSA key"][1]
    record = emulator.control.requests[-1]
    assert (record.method, record.verified) == ("GET", True)
    assert connected("doctor").out.splitlines()[0].startswith("ok    ")


def test_the_api_with_a_secret_is_examined_too(connected: Cli, keys: Path) -> None:
    """Its files are apikey and apisecret, and its signed read is one of its own."""
    done = connected(f"doctor --api qredo_v1 --json --keys {keys / 'qredo_v1'}")
    found = findings(done)
    assert done.code == 0
    assert found[str(keys / "qredo_v1" / "apisecret")][0] == "ok"
    assert found["signed read"][0] == "ok"


def test_the_api_with_a_token_is_examined_too(connected: Cli, emulator: Emulator, keys: Path) -> None:
    """With a workspace its token is fetched and refreshed; without one the check of the service says what it needs."""
    line = f"doctor --api qredo_v2 --json --keys {keys / 'qredo_v1'}"
    found = findings(connected(f"{line} --workspace {emulator.workspace_id}"))
    assert found[str(keys / "qredo_v1" / "apisecret")][0] == found["signed read"][0] == "ok"
    operations = [(record.operation, record.status) for record in emulator.control.requests]
    assert operations[-2:] == [("token_get", 200), ("token_refresh", 200)]
    assert findings(connected(line))["signed read"][::2] == ("skipped", "give --workspace ID, or set QREDO_WORKSPACE")


def test_a_counter_that_the_service_does_not_expect_is_told(connected: Cli) -> None:
    """With counted nonces, the advice for a rejected signature names the counter too."""
    line = "doctor --api qredo_partner_v1_0 --json --nonces nonces.db"
    assert findings(connected(f"{line} --nonce-start 1"))["signed read"][0] == "ok"
    SQLiteNonces("nonces.db", rule="counter").initialise(50, overwrite=True)
    status, _, advice = findings(connected(line))["signed read"]
    assert (status, "another nonce than the one in --nonces" in advice) == ("problem", True)


def test_missing_keys_are_a_problem_with_advice(connected: Cli) -> None:
    """Each missing file is named, and what makes one; the connection is examined all the same."""
    done = connected("doctor --keys nowhere --json")
    found = findings(done)
    assert done.code == 1
    assert found["nowhere/apikey"][0] == "problem"
    assert "qredo keygen" in found["nowhere/private.pem"][2]
    assert found["connection"][0] == "ok"
    assert found["signed read"][0] == "skipped"


def test_open_files_and_a_foreign_public_key_are_found(connected: Cli, keys: Path) -> None:
    """A key file that others can read is a warning with the chmod; a public key of another pair is a problem."""
    shutil.copytree(keys, "mixed")
    connected("keygen other")
    shutil.copy("other/public.pem", "mixed/public.pem")
    Path("mixed/private.pem").chmod(0o640)
    done = connected("doctor --keys mixed --json")
    found = findings(done)
    assert done.code == 1
    assert found["mixed/private.pem"] == (
        "warning",
        "mode 0640: other users can read or change it",
        "chmod 600 mixed/private.pem",
    )
    assert found["key pair"][0] == "problem"
    assert "public key" in found["key pair"][2]


def test_a_key_for_another_environment_is_found(connected: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulator's key on the sandbox is a problem, and is not sent there."""
    monkeypatch.delenv("QREDO_URL")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    found = findings(connected("doctor --environment sandbox --json"))
    assert found["API key"][0] == "problem"
    assert found["connection"][0] == "problem"
    assert found["signed read"][0] == "skipped"


def test_a_wrong_clock_is_found(connected: Cli, serving: Callable[[bytes], FixedServer]) -> None:
    """A server whose Date is half an hour ahead is a warning that names the difference and NTP."""
    date = formatdate(time.time() + 1800, usegmt=True).encode()
    server = serving(b"HTTP/1.1 404 No\r\ndate: " + date + b"\r\ncontent-length: 0\r\n\r\n")
    found = findings(connected(f"doctor --url {server.url} --json"))
    status, text, advice = found["clock"]
    assert status == "warning"
    assert "ahead of ours" in text
    assert "NTP" in advice
    assert found["signed read"][0] == "problem"


def test_a_server_that_does_not_listen_is_found(connected: Cli) -> None:
    """Without a response there is no clock and no signed read, and the exit code is 1."""
    done = connected(f"doctor --url {unused_url()} --json")
    found = findings(done)
    assert done.code == 1
    assert found["connection"][0] == "problem"
    assert "clock" not in found


def test_the_key_is_not_known_to_the_service(connected: Cli, keys: Path) -> None:
    """A signed read that is rejected is a problem with the service's message."""
    shutil.copytree(keys, "strange")
    connected("keygen fresh")
    shutil.copy("fresh/private.pem", "strange/private.pem")
    shutil.copy("fresh/public.pem", "strange/public.pem")
    found = findings(connected("doctor --keys strange --json"))
    assert found["key pair"][0] == "ok"
    status, text, advice = found["signed read"]
    assert status == "problem"
    assert "401" in text
    assert "the public half of this private key" in advice


def test_keys_in_variables_are_examined(connected: Cli, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that a variable names is looked at, and a folder that is not meant is not."""
    monkeypatch.delenv("QREDO_KEYS")
    monkeypatch.setenv("QREDO_API_KEY", (keys / "apikey").read_text(encoding="utf-8"))
    monkeypatch.setenv("QREDO_PRIVATE_KEY_FILE", str(keys / "private.pem"))
    connected("keygen keys")
    found = findings(connected("doctor --json"))
    assert found[str(keys / "private.pem")][0] == "ok"
    assert found["key pair"][0] == "skipped"
    assert found["signed read"][0] == "ok"


@pytest.mark.parametrize(
    ("arguments", "text"), [("--environment", "--environment"), ("--api nonsense", "no API package"), ("now", "now")]
)
def test_bad_input_of_doctor_is_one_line(connected: Cli, arguments: str, text: str) -> None:
    """Wrong usage is told before anything is examined."""
    done = connected(f"doctor {arguments}")
    assert (done.code, done.out) == (2, "")
    assert text in done.err


def test_a_server_without_the_api_is_found(connected: Cli, serving: Callable[[bytes], FixedServer]) -> None:
    """The request without credentials goes to a documented path, so 404 says that another service listens."""
    server = serving(b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n")
    status, text, advice = findings(connected(f"doctor --url {server.url} --json"))["connection"]
    assert (status, "HTTP 404" in text, "--api" in advice) == ("warning", True, True)
    assert server.requests[0].startswith(b"GET /qredo_partner_v1_1/api/v1/p/assets HTTP/1.1")
    assert b"x-api-key" not in server.requests[0]


def test_findings_are_wrapped(connected: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a narrow terminal lines are wrapped between words and indented below their mark."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    lines = connected("doctor").out.splitlines()
    assert max(map(len, lines)) <= 60
    assert {line[:6] for line in lines} == {"ok    ", "-     ", "      "}
