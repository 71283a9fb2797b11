"""The texts of the repository: what must not stand in any file, and what must agree."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNWANTED = {
    "a path of one machine": r"/(?:home|root|Users|work|opt)/\w+|/tmp/\w+",
    "a registry host": r"pythonhosted|registry\.npmjs|pypi\.org/simple",
    "the name of the distribution for pip": r"\b(?:install|add)\b[^`\n]*(?<![./])qredo-partner-client",
}
"""The last, since that name is on no package index: anybody can register it there."""


def tracked() -> list[Path]:
    """Every text file that git tracks."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.needs("git")
@pytest.mark.parametrize(("what", "pattern"), UNWANTED.items(), ids=UNWANTED.keys())
def test_no_file_holds(what: str, pattern: str) -> None:
    """No tracked file holds a path of a machine, the host of a registry, or our name as something to install."""
    found = [
        f"{path.relative_to(ROOT)}:{number} holds {what}"
        for path in tracked()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == []


def commands(section: str) -> list[str]:
    """Lines of the first shell block below a heading of the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(rf"^#+ {section}$.*?```(?:console|sh)\n(.*?)```", readme, re.DOTALL | re.MULTILINE)
    assert block, f"README has no shell block below {section}"
    return block[1].strip().splitlines()


def test_ci_runs_the_readmes_test_command() -> None:
    """`.ci/run` holds the README's test command word for word."""
    (command,) = commands("Run the tests")
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_both_commands_start_from_nothing() -> None:
    """The README's two commands make their virtual environment themselves."""
    for section in ("Run the main job", "Run the tests"):
        (command,) = commands(section)
        assert command.startswith("python3 -m venv .venv && ")
