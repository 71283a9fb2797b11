"""Vendored packages under a prefix of three levels, in a project that holds nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from qredo_emulator import Emulator, Record, Settings

from ..versions import OUR_OWN
from .conftest import Vendored
from .plans import operations

PLAN = {api: operations(api) for api in OUR_OWN}
CALLER = Path(__file__).parent / "caller.py"
TWO_COPIES = Path(__file__).parent / "two_copies.py"
WORKSPACE = "2ZDgLmOIYRLFXx1RtNYfF3Va7nu"
"""The one in the examples: the token must be for it."""


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, Path]]:
    """An emulator that answers with examples and checks them, and the folder of its keys."""
    keys = tmp_path_factory.mktemp("keys")
    with Emulator(Settings(check_responses=True, examples_only=True), keys=keys) as running:
        yield running, keys


class Outcomes(NamedTuple):
    """What became of all calls.

    Attributes:
        problems: What went wrong, or None, by package and operation.
        requests: What the emulator recorded.
    """

    problems: dict[tuple[str, str], str | None]
    requests: Sequence[Record]


@pytest.fixture(scope="module")
def outcomes(vendored: Vendored, emulator: tuple[Emulator, Path]) -> Outcomes:
    """What became of each call that the vendored packages made, from a process that can import nothing else of ours."""
    running, keys = emulator
    plan = {"url": running.url, "keys": str(keys), "workspace": WORKSPACE, "packages": PLAN}
    done = run_in(vendored.project, str(CALLER), vendored.selection.prefix, json.dumps(plan))
    assert done.returncode == 0, done.stderr
    rows = map(json.loads, done.stdout.splitlines())
    problems = {(package, operation): problem for package, operation, problem in rows}
    return Outcomes(problems, running.control.requests)


def run_in(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in a project of its own; what is vendored there is found first."""
    environment = {**os.environ, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=project, env=environment, check=False)


@pytest.mark.parametrize(
    ("api", "operation"), [(api, one["id"]) for api, calls in PLAN.items() for one in calls], ids=lambda value: value
)
def test_a_vendored_operation_is_called(outcomes: Outcomes, api: str, operation: str) -> None:
    """The call of a vendored package is signed by the vendored plugin, verified, and its answer parsed whole."""
    assert outcomes.problems[api, operation] is None
    requests = [one for one in outcomes.requests if one.operation == operation and f"/{api}/" in one.url]
    # The signature of the Qredo API v2 gets itself a token first, which is a call too.
    assert [(one.verified, one.reason) for one in requests] == [(True, None)] * (1 + (operation == "token_get"))


def test_only_the_vendored_copies_are_loaded(outcomes: Outcomes) -> None:
    """No module of the installed distribution was imported by all these calls."""
    assert outcomes.problems["", "installed packages that were loaded"] is None
    assert len(outcomes.problems) == sum(map(len, PLAN.values())) + 1


def test_two_versions_and_two_copies_live_in_one_process(
    vendored: Vendored, emulator: tuple[Emulator, Path], tmp_path: Path
) -> None:
    """Errors, enums and models of each copy are classes of their own, and each copy signs and calls by itself."""
    other = tmp_path / "another" / "place"
    other.parent.mkdir()
    other.symlink_to(vendored.folder, target_is_directory=True)
    running, keys = emulator
    arguments = (str(vendored.project), str(tmp_path), str(keys), running.url)
    done = run_in(tmp_path, str(TWO_COPIES), *arguments)
    assert done.returncode == 0, done.stderr
