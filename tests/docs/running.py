"""Runs the blocks of one page, one after the other, in one folder, against one emulator."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import os
import re
import shlex
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from json import loads as parse_json
from pathlib import Path
from typing import Any

import anyio
import yaml
from qredo_codegen.__main__ import main as codegen
from qredo_emulator import Emulator

from .blocks import Block
from .commands import codegen_arguments
from .scenes import softhsm_module

__all__ = ["SHOWN_FOLDER", "Story", "matches"]

SHOWN_FOLDER = "/srv/try"
"""What pages call the folder that they are read in."""
SHOWN_ORIGIN = "127.0.0.1:8080"
SHOWN_MODULE = "/usr/lib/softhsm/libsofthsm2.so"
_MARK = "\x1e"
_ENVIRONMENT = re.compile(r"\bEnvironment\.(?:SANDBOX|PRODUCTION)\b")

_VARIABLES = {
    "COLUMNS": "100",
    "NO_COLOR": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # a reader's pytest has no plugin but ours
    "PYTEST_PLUGINS": "qredo_emulator.pytest_plugin",
}


class Story:
    """What a reader works with: a folder with keys, a shell with its variables, and the names of a Python session.

    Args:
        folder: The folder.
        emulator: Takes the place of the sandbox and of production.
        names: Names that the page takes for granted.
    """

    def __init__(self, folder: Path, emulator: Emulator, names: dict[str, Any]) -> None:
        self.folder = folder
        self._emulator = emulator
        self._names = {"__name__": "__main__", **names}
        self._origin = emulator.url.removeprefix("http://")
        self._printed = ""
        self._status = 0
        self._program: subprocess.Popen[str] | None = None

    def play(self, block: Block) -> None:
        """Do what a block shows. Raises AssertionError where it does something else."""
        if block.file is not None:
            (self.folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / block.file).write_text(self._real(block.text), encoding="utf-8")
        elif block.note == "output":
            assert matches(block.text, self._shown(self._printed)), (
                f"{block.place} printed:\n{self._shown(self._printed)}"
            )
        elif block.note == "picture":
            assert block.language == "text", f"{block.place}: a picture is text"
        elif block.is_session:
            self._play_session(block)
        elif block.language == "python":
            self._play_python(block)
        elif block.language == "console":
            for code, out in self._shell(block.text.splitlines()):
                assert code == 0, f"{block.place}: {out}"
        else:
            parse(block)

    def close(self) -> None:
        """End the program and the client that the page left open."""
        close = getattr(self._names.get("client"), "close", None)
        if close is not None:
            close()
        if self._program is not None:
            self._program.terminate()
            self._program.communicate()

    def _play_python(self, block: Block) -> None:
        text = _ENVIRONMENT.sub(f'Environment.emulator("{self._emulator.url}")', self._real(block.text))
        code = compile(text, block.place, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        with contextlib.redirect_stdout(io.StringIO()) as out:
            result = eval(code, self._names)
            if inspect.isawaitable(result):
                anyio.run(_wait_for, result)
        self._printed = out.getvalue()

    def _play_session(self, block: Block) -> None:
        commands, expected = shown_session(block.text)
        if commands[0].startswith("qredo-emulator "):
            printed = [(0, self._start(commands[0]))]
        elif any(command.startswith("nox ") for command in commands):
            printed = [self._in_checkout(command) for command in commands]
        else:
            printed = list(self._shell([self._real(command) for command in commands]))
        for number, ((code, out), wanted) in enumerate(zip(printed, expected, strict=True)):
            assert matches(wanted, self._shown(out)), f"{block.place}: {commands[number]}\n{self._shown(out)}"
            looked_at = commands[number + 1 : number + 2] == ["echo $?"]
            assert code == 0 or looked_at, f"{block.place}: {commands[number]} ended with {code}"

    def _shell(self, commands: list[str]) -> Iterator[tuple[int, str]]:
        """Run commands in one shell, which goes on where the page's last one ended."""
        state = self.folder / ".shell"
        lines = [f". {state}"] if state.is_file() else []
        for command in commands:
            lines += [command, f"code=$?; printf '{_MARK}%s{_MARK}' $code; (exit $code)"]
        lines += [f"export -p > {state}", f'echo "cd $(pwd)" >> {state}']
        variables = os.environ | _VARIABLES
        variables["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-c", "\n".join(lines)],
            cwd=self.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        parts = done.stdout.split(_MARK)
        return ((int(code), out) for out, code in zip(parts[0::2], parts[1::2], strict=False))

    def _in_checkout(self, command: str) -> tuple[int, str]:
        """Run what a nox session runs, without the virtual environment that nox makes for it."""
        if command.startswith("nox "):
            with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
                self._status = codegen([*codegen_arguments(command), "--root", str(self.folder)])
            return self._status, out.getvalue()
        ((self._status, printed),) = self._shell([f"(exit {self._status}); {command}"])
        return self._status, printed

    def _start(self, command: str) -> str:
        """Start the emulator as the page does, and return what it says when it listens."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self._origin = f"127.0.0.1:{listener.getsockname()[1]}"
        words = shlex.split(self._real(command).replace("--port 8080", f"--port {self._origin.rpartition(':')[2]}"))
        program = [sys.executable, "-m", "qredo_emulator", *words[1:]]
        self._program = subprocess.Popen(
            program, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        said = ""
        assert self._program.stdout is not None
        for line in self._program.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                break
        return said

    def _real(self, text: str) -> str:
        return text.replace(SHOWN_ORIGIN, self._origin).replace(SHOWN_MODULE, softhsm_module())

    def _shown(self, text: str) -> str:
        return text.replace(self._origin, SHOWN_ORIGIN).replace(str(self.folder), SHOWN_FOLDER)


def shown_session(text: str) -> tuple[list[str], list[str]]:
    """The commands of a block, and what is shown below each."""
    parts = re.split(r"^\$ ((?:.*\\\n)*.*)\n", text, flags=re.MULTILINE)
    return parts[1::2], parts[2::2]


def matches(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed: `…` matches anything in a line, and any lines where it is alone."""
    lines = [line.rstrip() for line in shown.strip("\n").splitlines()]
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*?".join(re.escape(part) for part in line.split("…")) + r"[ ]*\n"
        for line in lines
    )
    ending = printed.strip("\n")
    return re.fullmatch(pattern, f"{ending}\n" if ending else "") is not None


def parse(block: Block) -> None:
    """Read data as what it says that it is. Raises what the parser does, or AssertionError for an unknown language."""
    text = block.text
    if block.language == "toml":
        tomllib.loads(text)
    elif block.language == "yaml":
        assert list(yaml.safe_load_all(text))
    elif block.language == "json":
        parse_json(text if text.lstrip().startswith(("{", "[")) else "{" + text.strip().rstrip(",") + "}")
    elif block.language == "starlark":
        ast.parse(text)  # a part of Python's grammar
    else:
        raise AssertionError(f"{block.place}: nothing says how a block of {block.language or 'no language'} is checked")


async def _wait_for(result: Any) -> None:
    await result
