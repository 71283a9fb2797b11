"""What we are measured beside, each installed from its published package into a folder of its own, when it is wanted.

The versions are pinned in peers/*.txt. The folder is named by QREDO_BENCH_PEERS, and is .nox/bench-peers otherwise.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["NAMES", "PEERS", "MissingPeerError", "Worker", "interpreter", "prism"]

PEERS = "QREDO_BENCH_PEERS"
PINS = Path(__file__).parent / "peers"
NAMES = tuple(sorted(path.stem for path in PINS.glob("*.txt") if path.stem != "prism"))
_DEFAULT = Path(__file__).parents[1] / ".nox" / "bench-peers"


class MissingPeerError(Exception):
    """A peer could not be installed; the message says why in a line."""


def interpreter(name: str) -> Path:
    """The Python of a peer's virtual environment, which is made first if there is none or its pins changed.

    Args:
        name: One of `NAMES`.

    Raises:
        MissingPeerError: It cannot be installed.
    """
    folder, pins = _folder() / name, PINS / f"{name}.txt"
    python = folder / "bin" / "python"
    if not _is_made_from(folder, pins):
        _run(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)])
        _run(["uv", "pip", "install", "--quiet", "--python", str(python), "-r", str(pins)])
        shutil.copy(pins, folder / "made-from.txt")
    return python


def prism() -> Path:
    """The program of Prism, the mock server, which is installed first if it is not there.

    Raises:
        MissingPeerError: It cannot be installed.
    """
    folder, pins = _folder() / "prism", PINS / "prism.txt"
    if not _is_made_from(folder, pins):
        folder.mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--silent", "--no-save", "--prefix", str(folder), pins.read_text().strip()])
        shutil.copy(pins, folder / "made-from.txt")
    return folder / "node_modules" / ".bin" / "prism"


class Worker:
    """One side, in a process of its own that stays: it makes as many calls as it is told."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start it.

        Args:
            command: Reads how many calls to make from each line, and replies with a line of JSON.
            environment: Ours by default.
        """
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def order(self, calls: int) -> None:
        """Tell it to make calls."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{calls}\n")
        self._process.stdin.flush()

    def result(self) -> dict[str, float]:
        """Wait for what the calls took.

        Raises:
            RuntimeError: It ended instead.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended with {self._process.wait()} before it responded")
        said: dict[str, float] = json.loads(line)
        return said

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()


def _folder() -> Path:
    return Path(os.environ.get(PEERS, _DEFAULT)).absolute()


def _is_made_from(folder: Path, pins: Path) -> bool:
    copy = folder / "made-from.txt"
    return copy.is_file() and copy.read_bytes() == pins.read_bytes()


def _run(command: Sequence[str]) -> None:
    if shutil.which(command[0]) is None:
        raise MissingPeerError(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise MissingPeerError(f"{command[0]} failed: {said[0].replace(str(_folder()), 'the folder')[:200]}")
