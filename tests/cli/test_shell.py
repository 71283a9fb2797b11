"""`qredo` as a process: pipes, terminals, encodings, signals, completion, imports."""

from __future__ import annotations

import io
import json
import os
import pty
import shutil
import socket
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest
import qredo_signing
from qredo_emulator import Emulator

from ..interrupting import interrupt
from .conftest import API, Cli
from .test_call import wallet

QREDO = (sys.executable, "-m", "qredo_signing")


@pytest.fixture
def variables(emulator: Emulator, keys: Path, bare: None) -> dict[str, str]:
    """The environment of a process that finds the emulator."""
    connection = {"QREDO_ENVIRONMENT": "emulator", "QREDO_URL": emulator.url, "QREDO_KEYS": str(keys)}
    return {**os.environ, **connection, "QREDO_API": API, "LC_ALL": "C.UTF-8"}


@pytest.mark.parametrize("arguments", [("call", "--list"), ("call", "company.search", "--json"), ("--help",)])
def test_a_reader_that_went_away_is_no_traceback(variables: dict[str, str], arguments: tuple[str, ...]) -> None:
    """A closed pipe ends the program quietly, with the exit code that says that nobody read the answer."""
    process = subprocess.Popen([*QREDO, *arguments], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 7


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_after_a_call_is_no_refusal(variables: dict[str, str], emulator: Emulator) -> None:
    """The call was made and only its answer could not be written: 7, and not a code that invites a repeat."""
    with Path("/dev/full").open("wb") as full:
        command = [*QREDO, "call", "company.create", "--name", "x", "--json"]
        done = subprocess.run(command, env=variables, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 7
    assert b"cannot be written" in done.stderr
    assert b"Traceback" not in done.stderr
    assert emulator.control.requests[-1].operation == "company_create"


def test_a_terminal_without_unicode_gets_escapes(variables: dict[str, str]) -> None:
    """Help and tables work on an ASCII terminal; JSON is UTF-8 all the same."""
    ascii_only = {**variables, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    for arguments in (["call", "company.create", "--name", "Zo\u00eb"], ["call", "company.search"], ["--help"]):
        done = subprocess.run([*QREDO, *arguments], env=ascii_only, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b""), arguments
        assert done.stdout.isascii()
    done = subprocess.run([*QREDO, "call", "company.search", "--json"], env=ascii_only, capture_output=True, check=True)
    assert json.loads(done.stdout.decode())["matches"][0]["name"] == "Zo\u00eb"


def on_a_terminal(
    arguments: list[str], variables: dict[str, str], typed: str, awaited: bytes, *, is_hidden: bool = False
) -> tuple[int, bytes]:
    """Run a command on a terminal of its own and type a line, or Ctrl-C for none, when it shows what is awaited."""
    ours, theirs = pty.openpty()
    command = ["sh", "-c", 'exec "$@" <"$TTY" >"$TTY" 2>&1', "sh", *QREDO, *arguments]
    process = subprocess.Popen(command, env={**variables, "TTY": os.ttyname(theirs)}, start_new_session=True)
    shown = b""
    try:
        while awaited not in shown or (is_hidden and termios.tcgetattr(theirs)[3] & termios.ECHO):
            shown += os.read(ours, 4096) if awaited not in shown else b""
        if typed:
            os.write(ours, typed.encode())
        else:
            interrupt(process)
        code = process.wait(60)
        os.set_blocking(ours, False)
        with suppress(BlockingIOError):
            shown += os.read(ours, 65536)
    finally:
        process.kill()
        process.wait()
        os.close(theirs)
        os.close(ours)
    return code, shown


def test_a_passphrase_is_asked_for_and_not_shown(variables: dict[str, str], keys: Path, connected: Cli) -> None:
    """On a terminal an encrypted key asks for its passphrase; what is typed does not appear."""
    Path("passphrase").write_text("correct horse", encoding="utf-8")
    connected("keygen secret --passphrase-file passphrase")
    shutil.copy(keys / "apikey", "secret")
    command = ["sign", "--url", "https://h/", "--keys", "secret"]
    code, shown = on_a_terminal(
        command, variables, "correct horse\n", b"Passphrase of secret/private.pem", is_hidden=True
    )
    assert code == 0
    assert b"x-sign: " in shown
    assert b"correct horse" not in shown


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("", 130)])
def test_production_asks_first(variables: dict[str, str], keys: Path, answer: str, code: int) -> None:
    """On a terminal, a change on production is asked for; no, and Ctrl-C, send nothing."""
    shutil.copytree(keys, "live")
    Path("live/apikey").write_text("bGl2ZQ", encoding="utf-8")
    production = {**variables, "QREDO_ENVIRONMENT": "production", "QREDO_KEYS": "live", "QREDO_URL": ""}
    command = ["call", "company.create", "--name", "x"]
    found, shown = on_a_terminal(command, production, answer, b"Send it?")
    assert b"company.create on production (https://api.qredo.network)" in shown
    assert found == code


def test_a_request_cannot_rewrite_the_question(variables: dict[str, str], keys: Path) -> None:
    """What is asked shows control characters of a request folder as escapes: none of them reaches the terminal."""
    shutil.copytree(keys, "live")
    Path("live/apikey").write_text("bGl2ZQ", encoding="utf-8")
    Path("uri").write_text("POST https://api.qredo.network/company\x1b[2K\x1b[1Gharmless", encoding="utf-8")
    Path("body").write_text("{}", encoding="utf-8")
    production = {**variables, "QREDO_ENVIRONMENT": "production", "QREDO_KEYS": "live", "QREDO_URL": ""}
    code, shown = on_a_terminal(["send", "--folder", "."], production, "n\n", b"Send it?")
    assert (code, b"\x1b[2K" in shown, rb"\x1b[2K" in shown) == (1, False, True)


class InterruptedOutput(io.BytesIO):
    """What standard output is for somebody who presses Ctrl-C when the answer begins to show."""

    def write(self, data: object) -> int:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    "command", ["call company.create --name x --json", 'send POST /company --body \'{"name":"x"}\'']
)
def test_ctrl_c_while_the_answer_is_shown_is_not_nothing_changed(
    command: str, connected: Cli, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changes something was done then: 7, and not the code that says that nothing was changed."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(InterruptedOutput(), write_through=True))
    done = connected(f"{command} --json" if "--json" not in command else command)
    assert (done.code, "check before you retry" in done.err) == (7, True)
    assert [record.status for record in emulator.control.requests] == [200]
    assert connected("call company.search --json").code == 130, "a read changes nothing"


def test_ctrl_c_while_a_call_is_under_way_is_an_unknown_outcome(variables: dict[str, str]) -> None:
    """Interrupted on its way, a POST may have taken effect: 5, and a line that says so. A GET is just interrupted."""
    for operation, code in (("company.create", 5), ("company.search", 130)):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            command = [*QREDO, "call", operation, "--url", url, *(["--name", "x"] if code == 5 else [])]
            process = subprocess.Popen(command, env=variables, stderr=subprocess.PIPE)
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                interrupt(process)
                _, err = process.communicate(timeout=60)
        assert process.returncode == code, err
        assert b"Traceback" not in err
        assert (b"may have taken effect" in err) == (code == 5)


def test_the_shell_completes_names_options_and_values(variables: dict[str, str]) -> None:
    """`qredo call TAG.VERB` completes operations, their options and the values of their enums."""

    def complete(line: str) -> list[str]:
        words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1), "_QREDO_COMPLETE": "complete_bash"}
        command = [sys.executable, "-c", "from qredo_signing.cli import main; main()"]
        done = subprocess.run(command, env={**variables, **words}, capture_output=True, text=True, check=False)
        return done.stdout.split()

    assert complete("qredo call company.") == ["company.create", "company.get", "company.search", "company.update"]
    assert complete("qredo call transfer.create --wal") == ["--wallet-id"]
    assert complete("qredo call asset.calculate_fees --type tr") == ["transferOut"]
    assert complete("qredo feed core") == ["core_client"]


def test_help_imports_neither_http_nor_cryptography_nor_an_api(variables: dict[str, str]) -> None:
    """`qredo --help` and a mistyped command load none of what only a call needs."""
    heavy = ["httpx", "cryptography", "attrs", "rich.progress", "qredo_partner_v1_0", "qredo_partner_v1_1", "qredo_v1"]
    code = (
        "import sys; from qredo_signing.cli import main\n"
        f"for line in (['--help'], ['call', '--help'], ['sign']): main(line)\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_without_the_extra_the_pip_line_is_told(variables: dict[str, str]) -> None:
    """Where Typer is not installed, one line says what to install."""
    code = "import sys; sys.modules['typer'] = None\nfrom qredo_signing.cli import main\nsys.exit(main([]))"
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('qredo: the command line needs its extra: pip install ".[cli]"')
    assert len(done.stderr.splitlines()) == 1


def test_the_version_is_printed(qredo: Cli) -> None:
    """`qredo --version` is one line, and needs no command."""
    assert qredo("--version") == (0, f"qredo {qredo_signing.__version__}\n", "")


def test_without_a_command_there_is_help(qredo: Cli) -> None:
    """`qredo` alone shows its help, and says by its exit code that nothing was done; a mistyped command is told."""
    alone = qredo("")
    assert (alone.code, alone.err) == (2, "")
    assert "Usage: qredo" in alone.out
    mistyped = qredo("keygne keys")
    assert (mistyped.code, mistyped.out) == (2, "")
    assert "No such command 'keygne'" in mistyped.err


def test_long_pages_have_a_bar_on_a_terminal(variables: dict[str, str], connected: Cli, emulator: Emulator) -> None:
    """The bar is on stderr and shows how many items came; stdout has nothing but the items."""
    owner, fund, wallet_id = wallet(connected)
    for amount in range(1, 151):
        emulator.control.credit(wallet_id, amount)
    ours, theirs = pty.openpty()
    command = [*QREDO, "call", "fund.iter_ledger", "--company-id", owner, "--fund-id", fund, "--json"]
    on_screen = {**variables, "TERM": "xterm", "COLUMNS": "80"}
    done = subprocess.run(command, env=on_screen, stdout=subprocess.PIPE, stderr=theirs, check=True)
    os.set_blocking(ours, False)
    shown = os.read(ours, 65536)
    os.close(theirs)
    os.close(ours)
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 150
    assert b"fund.iter_ledger" in shown
    assert b"150 items" in shown


def test_without_docstrings(emulator: Emulator, keys: Path, tmp_path: Path) -> None:
    """Under `python -OO`, which strips docstrings, operations are listed, explained and called as always."""
    environ = {**os.environ, "PYTHONOPTIMIZE": "2", "COLUMNS": "100", "PYTHONPYCACHEPREFIX": str(tmp_path)}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "qredo_signing", *arguments]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout

    listed = json.loads(run("call", "--list", "--api", API, "--json"))
    assert {"signing_agent.open_feed", "company.create", "fund.iter_ledger"} <= {one["operation"] for one in listed}
    assert {one["method"] for one in listed} == {"GET", "POST", "PUT", "DELETE"}
    assert "--country" in run("call", "company.create", "--api", API, "--help")
    options = ("--api", API, "--environment", "emulator", "--url", emulator.url, "--keys", str(keys), "--json")
    assert "company_id" in json.loads(run("call", "company.create", "--name", "ACME Corp", *options))
