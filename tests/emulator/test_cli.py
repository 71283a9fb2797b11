"""The program ``qredo-emulator``, as its own process."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from qredo_emulator.__main__ import main
from qredo_signing import Credentials, PrivateKey, sign

ONE_OPERATION = """\
openapi: 3.0.3
info: {title: Acme, version: "1"}
servers: [{url: "https://acme.example/v1", x-name: production}]
paths:
  /orders:
    get: {operationId: get_orders, tags: [orders], security: [], responses: {"204": {description: Done.}}}
"""
ENDINGS = ("SIGTERM", "SIGINT")
COMMAND = [sys.executable, "-m", "qredo_emulator"]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A program that listens, and what it printed until then."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        lines: list[str] = []
        while "Ctrl-C" not in (lines or [""])[-1]:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            lines.append(line)
        yield process, "".join(lines)
    finally:
        process.kill()
        process.communicate()


def get(url: str, folder: Path) -> httpx.Response:
    credentials = Credentials.from_directory(folder)
    assert isinstance(credentials.signer, PrivateKey)
    stamp = str(int(time.time()))
    signature = sign(credentials.signer, stamp, url, b"")
    headers = {"x-api-key": credentials.api_key, "x-timestamp": stamp, "x-sign": signature}
    return httpx.get(url, headers=headers)


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_it_serves_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    """It makes keys, prints its URLs, takes what is signed, prints why it refuses, and ends on an interrupt."""
    keys = tmp_path / "keys"
    with running("--keys", str(keys)) as (process, printed):
        found = re.search(r"^  (http://127\.0\.0\.1:\d+/qredo_partner_v1_1/api/v1/p)  ", printed, re.MULTILINE)
        assert found, printed
        assert str(keys) in printed
        assert "account_get" in printed
        url = f"{found[1]}/assets"
        assert get(url, keys).status_code == 200
        api_key = (keys / "apikey").read_text().strip()
        httpx.get(url, headers={"x-api-key": api_key, "x-timestamp": "1", "x-sign": "AAAA"})
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=20)
    assert (process.returncode, rest) == (0, "stopped\n")
    assert errors.count("refused ") == errors.count(f"refused GET {url}: ") == 1
    assert f"url              {url}" in errors
    assert api_key not in errors


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize("ending", ["SIGHUP", *(pytest.param(name, marks=pytest.mark.full) for name in ENDINGS)])
def test_without_a_folder_the_keys_are_gone_at_the_end(ending: str) -> None:
    """Without --keys they lie in a folder that is printed, works, and is removed when the program ends."""
    with running() as (process, printed):
        folder = Path(re.findall(r"^  (/.*)$", printed, re.MULTILINE)[0])
        url = re.findall(r"^  (http://\S+/qredo_partner_v1_1/api/v1/p)  ", printed, re.MULTILINE)[0]
        assert get(f"{url}/assets", folder).status_code == 200
        for _ in range(3):  # as programs do that end a whole group of processes
            process.send_signal(getattr(signal, ending))
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in errors) == (0, False)
    assert not folder.exists()


def test_the_options_reach_the_emulator(tmp_path: Path) -> None:
    """--strict, --time-window and --default-api change what it does."""
    options = ("--strict", "--time-window", "off", "--any-nonce", "--hold-users", "--check-responses")
    with running("--keys", str(tmp_path), *options, "--default-api", "qredo_partner_v1_1") as (_, printed):
        url = re.findall(r"^  (http://[^/]+/api/v1/p)  ", printed, re.MULTILINE)[0]
        assert get(f"{url}/liquidityhub", tmp_path).status_code == 200
    assert "an error (--strict)" in printed


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_the_state_is_kept_and_loaded(tmp_path: Path) -> None:
    """--state saves at the end and loads at the next start; the start-up message names what there is."""
    options = ("--keys", str(tmp_path / "keys"), "--state", str(tmp_path / "state.json"), "--seed", "7")
    ids = []
    for companies in (1, 2):
        with running(*options, "--unsigned-ok", "--fee-rate", "0.01") as (process, printed):
            url = re.findall(r"^  (http://[^/]+)/api/v1/p  ", printed, re.MULTILINE)[0]
            for line in (f"  {url}/-/", f"  {url}/-/control/", f"  {tmp_path}/state.json"):
                assert f"{line}\n" in printed
            assert f"HmacCredentials.from_directory('{tmp_path}/keys/qredo_v1')" in printed
            headers = {"x-api-key": (tmp_path / "keys" / "apikey").read_text().strip()}
            base = f"{url}/api/v1/p"
            ids.append(httpx.post(f"{base}/company", json={"name": "A"}, headers=headers).json()["company_id"])
            assert httpx.get(f"{base}/company/search", headers=headers).json()["total_count"] == companies
            body = {"type": "transferOut", "asset": "BTC-TESTNET", "amount": 1000}
            assert httpx.post(f"{base}/fees", json=body, headers=headers).json()["fees"] == 10
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)
        assert process.returncode == 0
    assert len(set(ids)) == 2


Failed = Callable[..., str]


@pytest.fixture
def failed(capsys: pytest.CaptureFixture[str]) -> Iterator[Failed]:
    """Runs the program in this process and gives what it prints when it ends with 1."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    handlers = {name: signal.getsignal(getattr(signal, name)) for name in names}

    def run(*arguments: str) -> str:
        assert main(arguments) == 1
        return capsys.readouterr().err

    yield run
    for name, handler in handlers.items():
        signal.signal(getattr(signal, name), handler)


def test_a_file_that_is_no_state_is_one_line(failed: Failed, tmp_path: Path) -> None:
    """--state with another file ends the program with 1 and a line that names it."""
    (tmp_path / "state.json").write_text("{}")
    said = failed("--keys", str(tmp_path / "keys"), "--state", str(tmp_path / "state.json"))
    assert said.startswith(f"qredo-emulator: {tmp_path}/state.json is not a state that can be loaded")
    assert said.count("\n") == 1


def test_a_port_in_use_is_one_line(failed: Failed) -> None:
    """A taken port ends the program with 1 and a line that says what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = failed("--port", str(taken.getsockname()[1]))
    assert re.fullmatch(r"qredo-emulator: port \d+ on 127\.0\.0\.1 is in use; .*--port 0.*\n", said)


def test_keys_that_are_not_an_emulators_are_one_line(failed: Failed, tmp_path: Path) -> None:
    """A folder with other keys ends the program with 1 and a line that names the folder."""
    (tmp_path / "apikey").write_text("x")
    said = failed("--keys", str(tmp_path))
    assert said.startswith("qredo-emulator: ")
    assert str(tmp_path) in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--time-window", "soon"],
        ["--port", "many"],
        ["--port", "65536"],
        ["--port=-1"],
        ["--unknown"],
        ["--fee-rate", "2"],
        ["--fee-rate", "nan"],
        ["--max-body", "16M"],
        ["--state", "x"],
    ],
)
def test_a_wrong_option_is_explained(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """A wrong option ends with 2 and the usage."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: qredo-emulator" in capsys.readouterr().err


def test_a_package_of_examples_alone_is_one_line(tmp_path: Path) -> None:
    """The greeting does not list the operations of a package of which every operation returns an example."""
    (tmp_path / "acme_v1").mkdir()
    (tmp_path / "acme_v1" / "openapi.yaml").write_text(ONE_OPERATION, encoding="utf-8")
    with running("--spec", str(tmp_path)) as (_, printed):
        assert "\nacme_v1: every operation returns an example\n" in printed
        assert "get_orders" not in printed


def test_a_folder_without_descriptions_is_one_line(failed: Failed, tmp_path: Path) -> None:
    """--spec with nothing to serve ends the program with 1 and a line that names the folder."""
    assert failed("--spec", str(tmp_path)) == f"qredo-emulator: no <package>/openapi.yaml found in {tmp_path}\n"


def test_a_missing_extra_is_one_line() -> None:
    """Where a dependency is missing, the program ends with the pip line."""
    code = "import sys; sys.modules['yaml'] = None; from qredo_emulator.__main__ import main"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    expected = (
        'qredo-emulator needs its extra: pip install ".[emulator]" in a checkout of the project (not found: yaml)\n'
    )
    assert done.stderr == expected
