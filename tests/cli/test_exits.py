"""Exit codes of real processes whose streams fail or that get a signal, before and after a request arrived."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Callable

import pytest
from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client, require
from qredo_partner_v1_1.models import NewCustodyGroup, NewWallet
from qredo_signing import connect

from ..interrupting import interrupt
from .conftest import QREDO

READ, PLAIN, KEYED, SENT = "call company.search", "call company.create", "call transfer.create", "send POST"
KINDS = (READ, PLAIN, KEYED, SENT)
IN_SHORT = [READ, *(pytest.param(kind, marks=pytest.mark.full) for kind in (PLAIN, SENT)), KEYED]
"""Each kind, of which the changes without a key are left to the long run: to make processes takes long."""
CHANGES = KINDS[1:]
ACCIDENTS = ("Traceback", "Exception ignored", "Error in")


def wallets(emulator: Emulator) -> tuple[str, str, str]:
    """A new company and its two wallets; there is money in the first one."""
    with connect(Client, emulator.credentials, emulator.environment) as client:
        owner = client.company.create(name="ACME Corp").company_id
        client.trusted_party.add(owner, address="ann@example.com")
        party = require(require(client.trusted_party.get_all(owner).list_)[0].trusted_entity_id)
        policy = NewCustodyGroup(threshold=1, members=[party])
        new = [NewWallet(name=name, asset="BTC-TESTNET") for name in ("from", "to")]
        fund = client.fund.create(
            owner, name="Treasury", custodygroup_withdraw=policy, custodygroup_tx=policy, wallets=new
        )
        held = require(client.fund.get(owner, require(fund.fund_id)).wallets)
    source, target = (require(wallet.wallet_id) for wallet in held)
    emulator.control.credit(source, 10**9)
    return owner, source, target


@pytest.fixture
def command(emulator: Emulator) -> Callable[[str], list[str]]:
    """Makes the command of each kind, such that the emulator accepts it."""

    def make(kind: str) -> list[str]:
        if kind == KEYED:
            owner, source, target = wallets(emulator)
            line = f"--company-id {owner} --wallet-id {source} --counterparty-wallet-address {target}"
            line += f" --expires {emulator.control.now() + 3600}"
            return [*shlex.split(f"{kind} {line} --send"), '{"symbol": "BTC-TESTNET", "amount": 1000}', "--json"]
        more = {READ: "", PLAIN: "--name x", SENT: """/company --body '{"name": "x"}'"""}
        return shlex.split(f"{kind} {more[kind]} --json")

    return make


def shell(command: list[str], redirections: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command with redirections of a POSIX shell."""
    script = f'"$@" {redirections}'
    program = ["sh", "-c", script, "sh", *QREDO, *command]
    return subprocess.run(program, env=variables, capture_output=True, text=True, timeout=60, check=False)


def clean(text: str) -> bool:
    """Whether Python itself has nothing to say."""
    return not any(each in text for each in ACCIDENTS)


@pytest.mark.needs("sh")
@pytest.mark.parametrize(
    ("redirections", "of_a_read", "of_a_change"),
    [
        ("", 0, 0),
        ("2>&-", 0, 0),
        ("2>/dev/full", 0, 0),
        ("<&-", 0, 0),
        (">&-", 8, 7),
        (">/dev/full", 8, 7),
        (">/dev/full 2>/dev/full", 8, 7),
        (">&- 2>&-", 8, 7),
        ("<&- >&- 2>&-", 8, 7),
    ],
)
@pytest.mark.parametrize("kind", IN_SHORT)
def test_a_stream_that_fails_does_not_undo_the_request(
    kind: str,
    redirections: str,
    of_a_read: int,
    of_a_change: int,
    command: Callable[[str], list[str]],
    variables: dict[str, str],
    emulator: Emulator,
) -> None:
    """If the response cannot be shown, a change was made all the same (7) and a read may be retried (8)."""
    arguments = command(kind)
    done = shell(arguments, redirections, variables)
    assert done.returncode == (of_a_read if kind == READ else of_a_change), done.stderr
    assert clean(done.stderr)
    assert emulator.control.requests[-1].status == 200
    if done.returncode == 7 and "2>" not in redirections:
        assert "check before you retry" in done.stderr
    if kind == READ:
        assert "before you retry" not in done.stderr


@pytest.mark.needs("sh")
@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
@pytest.mark.parametrize(
    "line", ["--help", "--version", "call --list", "call company.get --help", "sign --url https://h/"]
)
def test_output_that_cannot_be_written(line: str, redirection: str, variables: dict[str, str]) -> None:
    """Commands that send nothing, and help, are 8 with one line on stderr if stdout is closed or full."""
    done = shell(line.split(), redirection, variables)
    assert (done.returncode, len(done.stderr.splitlines())) == (8, 1), done.stderr
    assert "the output cannot be written" in done.stderr


@pytest.mark.parametrize(
    ("kind", "code"), [(READ, 8), *((kind, 7) for kind in CHANGES), ("--help", 8), ("call --list", 8)]
)
def test_a_reader_that_closed_its_pipe(
    kind: str, code: int, command: Callable[[str], list[str]], variables: dict[str, str]
) -> None:
    """A closed pipe is silent if nothing was changed; after a change it is told that the response was not shown."""
    arguments = command(kind) if kind in KINDS else kind.split()
    process = subprocess.Popen([*QREDO, *arguments], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    with process.stderr:
        shown = process.stderr.read().decode()
    assert process.wait(60) == code
    assert ("check before you retry" in shown) == (code == 7)
    assert clean(shown)
    assert shown == "" or code == 7


@pytest.mark.needs("sh")
@pytest.mark.parametrize("redirection", ["<&-", "</dev/null"])
@pytest.mark.parametrize("line", ["call company.create --body -", "send POST /company --body -"])
def test_a_body_that_is_not_there_is_not_sent(
    line: str, redirection: str, variables: dict[str, str], emulator: Emulator
) -> None:
    """With stdin closed or empty, `--body -` is wrong usage, and nothing is sent."""
    done = shell(line.split(), redirection, variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert "stdin" in done.stderr
    assert clean(done.stderr)
    assert emulator.control.requests == ()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_while_the_response_is_awaited(
    kind: str, number: signal.Signals, command: Callable[[str], list[str]], variables: dict[str, str]
) -> None:
    """A change that was sent may have taken effect: 5, and a line that says so. A read is just interrupted: 130."""
    arguments = command(kind)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        elsewhere = {**variables, "QREDO_URL": f"http://127.0.0.1:{listener.getsockname()[1]}"}
        process = subprocess.Popen([*QREDO, *arguments], env=elsewhere, stderr=subprocess.PIPE, text=True)
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            interrupt(process, number)
            _, shown = process.communicate(timeout=60)
    assert process.returncode == (130 if kind == READ else 5), shown
    assert clean(shown)
    assert ("may have taken effect" in shown) == (kind != READ)
    assert ("idempotency key" in shown) == (kind == KEYED)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", IN_SHORT)
def test_a_signal_while_the_response_is_shown(
    kind: str,
    number: signal.Signals,
    command: Callable[[str], list[str]],
    variables: dict[str, str],
    emulator: Emulator,
) -> None:
    """While the response waits for a reader that does not read, a signal ends the program: 7 after a change."""
    arguments = command(kind)
    before = len(emulator.control.requests)
    source, target = os.pipe()
    fill(target)
    process = subprocess.Popen([*QREDO, *arguments], env=variables, stdout=target, stderr=subprocess.PIPE, text=True)
    try:
        while len(emulator.control.requests) == before:
            time.sleep(0.01)
        time.sleep(0.5)  # until it writes; a signal before that would be another case, and has another exit code
        interrupt(process, number)
        _, shown = process.communicate(timeout=60)
    finally:
        process.kill()
        os.close(source)
        os.close(target)
    assert process.returncode == (130 if kind == READ else 7), shown
    assert clean(shown)
    assert ("check before you retry" in shown) == (kind != READ)


def fill(pipe: int) -> None:
    """Write to a pipe until it takes no more."""
    os.set_blocking(pipe, False)
    try:
        while True:
            os.write(pipe, bytes(4096))
    except BlockingIOError:
        os.set_blocking(pipe, True)


def test_a_refused_change_keeps_its_code(variables: dict[str, str]) -> None:
    """A request that the service rejected is 4, also if what the service says cannot be shown."""
    done = shell(["send", "POST", "/company", "--body", json.dumps({"name": 1})], ">&-", variables)
    assert done.returncode == 4
    assert clean(done.stderr)
