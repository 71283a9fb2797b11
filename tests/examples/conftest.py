"""Runs an example as its reader does: in a folder of its own, with the emulator named by variables."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from qredo_emulator import Emulator, Settings
from qredo_partner_v1_1 import Client
from qredo_signing import connect

EXAMPLES = Path(__file__).parents[2] / "examples"
STRICT = (sys.executable, "-W", "error")


class Done(NamedTuple):
    """What a program left behind."""

    code: int
    lines: list[str]
    err: str


Run = Callable[..., Done]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys folder of the emulator."""
    return tmp_path_factory.mktemp("examples") / "keys"


@pytest.fixture(scope="session")
def server(keys: Path) -> Iterator[Emulator]:
    """One emulator for all examples."""
    with Emulator(Settings(check_responses=True), keys=keys) as emulator:
        yield emulator


@pytest.fixture
def emulator(server: Emulator) -> Emulator:
    """That emulator, empty."""
    server.control.reset()
    return server


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Client]:
    """What the test itself sees the emulator with."""
    with connect(Client, emulator.credentials, emulator.environment) as client:
        yield client


@pytest.fixture
def environ(emulator: Emulator, keys: Path) -> dict[str, str]:
    """This process's variables, and those of the examples."""
    dropped = ("QREDO_", "PYTHONDONTWRITEBYTECODE")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**bare, "QREDO_ENVIRONMENT": "emulator", "QREDO_URL": emulator.url, "QREDO_KEYS": str(keys)}


@pytest.fixture
def run(environ: dict[str, str], tmp_path: Path) -> Run:
    """Runs an example by its name, where a warning is an error; variables are added to those of the emulator."""

    def run(name: str, *arguments: str, **variables: str) -> Done:
        command = [*STRICT, str(EXAMPLES / f"{name}.py"), *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environ | variables, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout.splitlines(), done.stderr)

    return run


def load(name: str) -> ModuleType:
    """An example as a module, for what a test asks one of its functions."""
    spec = spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module
