"""`qredo` as a process: pipes, terminals, encodings, signals, completion, imports."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest
import qredo_signing
from qredo_emulator import Emulator

from ..interrupting import interrupt
from ..versions import PACKAGES
from .conftest import API, QREDO, Cli
from .test_call import wallet


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
    """Run a command on a new terminal. When it shows `awaited`, type a line, or press Ctrl-C if there is none."""
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
    """An encrypted key asks for its passphrase on a terminal, and the typed text is not shown."""
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


@pytest.mark.parametrize(("typed", "code"), [("n\n", 1), ("", 130)])
def test_production_asks_first(variables: dict[str, str], keys: Path, typed: str, code: int) -> None:
    """A change on production asks for confirmation on a terminal; `n` and Ctrl-C send nothing."""
    shutil.copytree(keys, "live")
    Path("live/apikey").write_text("bGl2ZQ", encoding="utf-8")
    production = {**variables, "QREDO_ENVIRONMENT": "production", "QREDO_KEYS": "live", "QREDO_URL": ""}
    command = ["call", "company.create", "--name", "Treasury"]
    found, shown = on_a_terminal(command, production, typed, b"Send it?")
    assert b"company.create on production (https://api.qredo.network)" in shown
    assert b"name  Treasury" in shown
    assert found == code


def test_a_request_cannot_rewrite_the_question(variables: dict[str, str], keys: Path) -> None:
    """The question shows control characters of a request folder as escapes."""
    shutil.copytree(keys, "live")
    Path("live/apikey").write_text("bGl2ZQ", encoding="utf-8")
    Path("uri").write_text("POST https://api.qredo.network/company\x1b[2K\x1b[1Gharmless", encoding="utf-8")
    Path("body").write_text("{}", encoding="utf-8")
    production = {**variables, "QREDO_ENVIRONMENT": "production", "QREDO_KEYS": "live", "QREDO_URL": ""}
    code, shown = on_a_terminal(["send", "--folder", "."], production, "n\n", b"Send it?")
    assert (code, b"\x1b[2K" in shown, rb"\x1b[2K" in shown) == (1, False, True)


@pytest.mark.parametrize(
    ("shell", "names"),
    [
        ("zsh", '"fund.get_ledger":"Read the ledger of a fund"'),
        ("fish", "fund.get_ledger\tRead the ledger of a fund"),
    ],
)
def test_other_shells_complete_too(shell: str, names: str, variables: dict[str, str]) -> None:
    """Without that shell, its script can be printed; it asks for names in the form that the shell reads."""

    def asked(**words: str) -> str:
        done = subprocess.run(QREDO, env={**variables, **words}, capture_output=True, text=True, check=False)
        return done.stdout

    assert f"_QREDO_COMPLETE=complete_{shell}" in asked(_QREDO_COMPLETE=f"source_{shell}")
    question = {"_TYPER_COMPLETE_ARGS": "qredo call fund.get_l", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    assert names in asked(_QREDO_COMPLETE=f"complete_{shell}", **question)


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
    assert complete("qredo doctor --environment prod") == ["production", "production_test"]
    assert complete("qredo call --api qredo_partner") == [api for api in PACKAGES if "partner" in api]
    Path("live/keys").mkdir(parents=True)
    Path("live/file").touch()
    assert complete("qredo doctor --keys li") == ["live/"]
    assert complete("qredo doctor --keys live/") == ["live/keys/"]


def test_help_imports_neither_http_nor_cryptography_nor_an_api(variables: dict[str, str]) -> None:
    """`qredo --help` and a usage error do not import the libraries that only a call needs."""
    heavy = [
        "httpx",
        "cryptography",
        "attrs",
        "rich.progress",
        *PACKAGES,
    ]
    code = (
        "import sys; from qredo_signing.cli import main\n"
        f"for line in (['--help'], ['call', '--help'], ['sign']): main(line)\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_without_the_extra_the_pip_command_is_shown(variables: dict[str, str]) -> None:
    """Without Typer, one line says what to install."""
    code = "import sys; sys.modules['typer'] = None\nfrom qredo_signing.cli import main\nsys.exit(main([]))"
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('qredo: the command line needs its extra: pip install ".[cli]"')
    assert len(done.stderr.splitlines()) == 1


def test_the_version_is_printed(qredo: Cli) -> None:
    """`qredo --version` is one line, and needs no command."""
    assert qredo("--version") == (0, f"qredo {qredo_signing.__version__}\n", "")


def test_without_a_command_there_is_help(qredo: Cli) -> None:
    """`qredo` alone shows its help and exits with 2; a mistyped command is named."""
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
