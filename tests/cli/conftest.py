"""Runs `qredo` in this process, as a user types it, against an emulator."""

from __future__ import annotations

import io
import os
import shlex
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from qredo_emulator import Emulator, Settings
from qredo_signing.cli import main

API = "qredo_partner_v1_1"
QREDO = (sys.executable, "-m", "qredo_signing")


class Done(NamedTuple):
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


Cli = Callable[..., Done]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keys folder of the emulator; `qredo_v1` in it is for the API that signs with a secret."""
    return tmp_path_factory.mktemp("cli") / "keys"


@pytest.fixture(scope="session")
def server(keys: Path) -> Iterator[Emulator]:
    """One emulator for all tests here."""
    with Emulator(Settings(check_responses=True), keys=keys) as emulator:
        yield emulator


@pytest.fixture
def emulator(server: Emulator) -> Emulator:
    """The emulator without state from other tests."""
    server.control.reset()
    return server


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder, no `QREDO_` variables, a terminal of 100 columns."""
    for name in [name for name in os.environ if name.startswith("QREDO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def qredo(bare: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs a command line without an environment."""

    def run(line: str, *more: str, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        code = main([*shlex.split(line), *more])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Done(code, out, err)

    return run


@pytest.fixture
def connected(qredo: Cli, emulator: Emulator, keys: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs a command line; variables name the emulator, its keys and the API version."""
    monkeypatch.setenv("QREDO_ENVIRONMENT", "emulator")
    monkeypatch.setenv("QREDO_URL", emulator.url)
    monkeypatch.setenv("QREDO_KEYS", str(keys))
    monkeypatch.setenv("QREDO_API", API)
    return qredo


@pytest.fixture
def variables(emulator: Emulator, keys: Path, bare: None) -> dict[str, str]:
    """The environment variables of a process that finds the emulator, its keys and the API version."""
    connection = {"QREDO_ENVIRONMENT": "emulator", "QREDO_URL": emulator.url, "QREDO_KEYS": str(keys)}
    return {**os.environ, **connection, "QREDO_API": API, "LC_ALL": "C.UTF-8"}


class FixedServer(threading.Thread):
    """A server that sends the same bytes for every request; without bytes it closes the connection."""

    def __init__(self, response: bytes) -> None:
        super().__init__(daemon=True)
        self._response = response
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self.requests.append(self._read(connection))
                connection.sendall(self._response)

    def stop(self) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.join()

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        head, _, body = head.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        while lengths and len(body) < int(lengths[0]):
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


def unused_url() -> str:
    """A URL that no server listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def serving() -> Iterator[Callable[[bytes], FixedServer]]:
    """Starts servers that send fixed bytes."""
    made: list[FixedServer] = []

    def make(response: bytes) -> FixedServer:
        made.append(FixedServer(response))
        return made[-1]

    yield make
    for each in made:
        each.stop()
