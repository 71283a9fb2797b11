"""What a row of the table of mistakes is, and where each mistake is made."""

from __future__ import annotations

import asyncio
import io
import shlex
import sys
from collections.abc import Callable, Coroutine
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import qredo_signing
from qredo_emulator import Emulator
from qredo_partner_v1_1 import AsyncClient, Client
from qredo_signing.cli import main

__all__ = ["Mistake", "Place"]


class Place:
    """Where a mistake is made: an emulator, its clients, an empty folder, and variables that are forgotten afterwards.

    Functions are typed as `Any` here: type checkers report many of these mistakes.

    Attributes:
        emulator: A running emulator.
        client: A client of it.
        folder: The working directory.
        keys: Folder with the emulator's keys.
    """

    def __init__(self, emulator: Emulator, client: Client, folder: Path, keys: Path, patch: pytest.MonkeyPatch) -> None:
        self.emulator = emulator
        self.client: Any = client
        self.folder = folder
        self.keys = keys
        self.patch = patch
        self.connect: Any = qredo_signing.connect

    def to_emulator(self, client_class: Any = Client, **options: Any) -> Any:
        """A new client of the emulator."""
        return self.connect(client_class, self.emulator.credentials, self.emulator.environment, **options)

    def set(self, **variables: str) -> None:
        """Set environment variables."""
        for name, value in variables.items():
            self.patch.setenv(name, value)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file that only its owner can read."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o600)
        return path

    def run_async(self, work: Callable[[AsyncClient], Coroutine[Any, Any, object]], **options: Any) -> None:
        """Run work with an async client of the emulator."""

        async def run() -> None:
            async with self.to_emulator(AsyncClient, **options) as client:
                await work(client)

        asyncio.run(run())

    def qredo(self, line: str, *, emulator: bool = True) -> None:
        """Run a command line that fails, and raise what it writes to stderr."""
        self.patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        if emulator:
            self.set(QREDO_ENVIRONMENT="emulator", QREDO_URL=self.emulator.url, QREDO_KEYS=str(self.keys))
            self.set(QREDO_API="qredo_partner_v1_1")
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as written:
            code = main(shlex.split(line))
        if code:
            raise CommandError(" ".join(written.getvalue().split()))


class CommandError(Exception):
    """What a command wrote to stderr."""


@dataclass(frozen=True)
class Mistake:
    """A mistake, and the words that its message must have.

    Attributes:
        what: What is done.
        do: Does it.
        given: Words that say what was given.
        why: Words that say why it is wrong.
        to_do: Words that say what to do.
    """

    what: str
    do: Callable[[Place], object]
    given: str
    why: str
    to_do: str

    @property
    def words(self) -> tuple[str, str, str]:
        """All words of the message."""
        return self.given, self.why, self.to_do
