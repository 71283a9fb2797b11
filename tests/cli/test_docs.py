"""What the documentation shows of the command line is what it does."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from qredo_emulator import Emulator
from qredo_signing import Environment
from qredo_signing.cli._confirmation import confirm
from typer import Abort

from .conftest import Cli

ROOT = Path(__file__).parents[2]
PAGES = {page: (ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "docs/cli.md")}
BLOCK = re.compile(r"^```(?:console|text)?\n\$ (qredo [^\n]*--help)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = [(page, *found) for page, text in PAGES.items() for found in BLOCK.findall(text)]
SESSIONS = {
    page: match[1]
    for page, text in PAGES.items()
    if (match := re.search(r"```sh\n(export QREDO_ENVIRONMENT=emulator .*?)```", text, re.DOTALL))
}


def stripped(text: str) -> list[str]:
    """Lines without what no reader sees."""
    return [line.rstrip() for line in text.strip("\n ").splitlines()]


@pytest.mark.skipif(
    not version("typer").startswith(("0.27.", "0.28.")) or version("rich") < "14",
    reason="help is drawn as Typer 0.27 and 0.28 draw it with Rich 14 and later",
)
@pytest.mark.parametrize(("page", "command", "shown"), BLOCKS, ids=lambda value: value[:40].strip())
def test_help_is_shown_as_it_is(qredo: Cli, page: str, command: str, shown: str) -> None:
    """Each block of help in README and docs is what the command prints, 100 columns wide."""
    done = qredo(command.removeprefix("qredo "))
    assert (done.code, done.err) == (0, "")
    assert stripped(shown) == stripped(done.out), f"{page}: {command}"


def test_every_command_is_documented(qredo: Cli) -> None:
    """docs/cli.md shows the help of each command, and each exit code with its meaning."""
    shown = {command for page, command, _ in BLOCKS if page == "docs/cli.md"}
    names = ("keygen", "sign", "verify", "explain", "send", "call", "feed", "doctor")
    assert {f"qredo {name} --help" for name in names} <= shown
    meanings = re.findall(r"^ +(\d+)  (\S.*)$", qredo("--help").out, re.MULTILINE)
    assert len(meanings) == 10
    for code, meaning in meanings:
        assert f"| {code} | {meaning.rstrip()} |" in PAGES["docs/cli.md"]


def test_the_question_is_shown_as_it_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/cli.md shows what `qredo` asks before a transfer on production."""
    request = {
        "company_id": "2Cc7GZfmFKV4m8ZNpzGmrBV4sWk",
        "wallet_id": "6RRBxvSVWZCrmvqALXZLQtyRpCvSMyLJjPAqSHUp1n7V",
        "counterparty_wallet_address": "BWBwvYbDaZjVBmSJyaTGTtGzLWfdUJyGDnGfYQCJHJLw",
        "expires": 1796040000,
        "send": {"symbol": "BTC", "amount": 150_000},
    }
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(Abort):
        confirm("transfer.create", Environment.PRODUCTION, request, lambda: {"BTC": 100_000_000})
    shown = capsys.readouterr().err
    assert "Send it?" in shown
    assert stripped(shown)[:-1] == stripped(PAGES["docs/cli.md"].partition("```text\n")[2].partition("Send it?")[0])


@pytest.mark.needs("sh")
@pytest.mark.parametrize("page", SESSIONS)
def test_the_session_runs_as_it_stands(page: str, emulator: Emulator, keys: Path, bare: None, tmp_path: Path) -> None:
    """A shell runs the session of the page, with another port; all requests but doctor's probe are verified."""
    program = tmp_path / "bin" / "qredo"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m qredo_signing "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "keys").symlink_to(keys)
    script = f"set -e\nPATH={shlex.quote(str(program.parent))}:$PATH\n{SESSIONS[page]}"
    script = script.replace("http://127.0.0.1:8080", emulator.url)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ACME Corp" in done.stdout
    assert sum(record.verified is False for record in emulator.control.requests) == 1


def test_there_is_a_session() -> None:
    """docs/cli.md has a session to run."""
    assert "docs/cli.md" in SESSIONS
