"""Command lines that are shown and not run: the program itself has to understand them."""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import re
import shlex
import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from qredo_codegen.__main__ import COMMANDS
from qredo_codegen.vendoring import vendor_check
from qredo_emulator._options import read_options
from qredo_signing.cli import main as qredo

from .blocks import ROOT

__all__ = ["PROGRAMS", "UnknownCommandError", "check", "codegen_arguments", "lines_of"]

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOXFILE = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))


class UnknownCommandError(Exception):
    """A command that nothing here can check."""


def lines_of(text: str) -> list[str]:
    """The commands of a block: continued lines joined, comments and empty lines left out."""
    joined = re.sub(r"\\\n\s*", "", text)
    return [line.removeprefix("$ ") for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def check(line: str) -> None:
    """Have the program parse its command line.

    Raises:
        UnknownCommandError: No checker knows the program.
        AssertionError: It does not understand the line.
    """
    for part in re.split(r" && ", line):
        words = [word for word in shlex.split(part, comments=True) if not re.fullmatch(r"[A-Z_]+=.*", word)]
        if words[:1] == ["export"] or not words:
            continue
        program = words[0].rpartition("/")[2]
        if program not in PROGRAMS:
            raise UnknownCommandError(line)
        PROGRAMS[program](words[1:])


def codegen_arguments(line: str) -> list[str]:
    """The arguments of qredo_codegen that a nox session calls it with."""
    given, _, rest = line.partition(" -- ")
    (name,) = given.split()[2:]
    return [_sessions()[name], *shlex.split(rest)]


def _sessions() -> dict[str, str]:
    """The sessions of the noxfile, each with the command of qredo_codegen that it runs, or nothing."""
    functions = [node for node in NOXFILE.body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    called = {node.name: re.findall(r"codegen\(session, '([a-z-]+)'", ast.unparse(node)) for node in functions}
    return {name: "".join(found) for name, found in called.items()}


def _nox(words: list[str]) -> None:
    line = shlex.join(["nox", *words])
    given, _, rest = line.partition(" -- ")
    names = [word for word in given.split()[1:] if not word.startswith("-")]
    assert set(names) <= set(_sessions()), f"nox has no session {set(names) - set(_sessions())}"
    if rest and _sessions()[names[0]]:
        _codegen(codegen_arguments(line))


def _codegen(words: list[str]) -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    for names, options in COMMANDS[words[0]].arguments:
        parser.add_argument(*names, **options)
    parser.parse_args(words[1:])


def _pip(words: list[str]) -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    ours = [word for word in words if re.match(r"(\.|qredo-partner-client|.*\[)", word)]
    for name in ",".join(re.findall(r"\[([\w,]+)\]", " ".join(ours))).split(","):
        assert not name or name in extras, f"there is no extra {name}"


def _python(words: list[str]) -> None:
    words = words[1:] if words[0] == "-I" else words
    if words[:2] == ["-m", "venv"] or words[:2] == ["-m", "pytest"]:
        return
    if words[0] == "-m":
        PROGRAMS[{"qredo_signing": "qredo", "qredo_emulator": "qredo-emulator", "qredo_codegen": "codegen"}[words[1]]](
            words[2:]
        )
    elif Path(words[0]).name == "vendor_check.py":
        _known_options(vendor_check.main, words[1:])
    else:
        assert (ROOT / words[0]).is_file(), f"there is no {words[0]}"


def _known_options(main: Callable[[list[str]], int], words: list[str]) -> None:
    source = Path(vendor_check.__file__).read_text(encoding="utf-8")
    assert {word for word in words if word.startswith("--")} <= set(re.findall(r'"(--[a-z-]+)"', source))


def _emulator(words: list[str]) -> None:
    read_options(words)


def _qredo(words: list[str]) -> None:
    command = words[: 2 if words[0] in {"call", "feed"} and words[1:2] and words[1][0] != "-" else 1]
    which = ["--api", next((after for word, after in pairwise(words) if word == "--api"), "qredo_partner_v1_1")]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = qredo([*command, *(which if len(command) > 1 else []), "--help"])
    assert status == 0, f"qredo has no command {command}"
    assert set(re.findall(r"--[a-z-]+", " ".join(words))) <= set(re.findall(r"--[a-z-]+", out.getvalue()))


def _of_the_shell(words: list[str]) -> None:
    """What every shell knows."""


PROGRAMS: dict[str, Callable[[list[str]], None]] = {
    ".": _of_the_shell,
    "codegen": _codegen,
    "nox": _nox,
    "pip": _pip,
    "python": _python,
    "python3": _python,
    "python3.11": _python,
    "qredo": _qredo,
    "qredo-emulator": _emulator,
}
"""What checks a command line, by the name of the program."""
