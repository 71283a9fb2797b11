"""Typical mistakes of users. Each message says what was given, why it is wrong and what to do."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client
from qredo_signing import connect

from .calling import CALLING
from .commands import COMMANDS
from .connecting import CONNECTING
from .keys import KEYS
from .services import SERVICES
from .table import Mistake, Place

MISTAKES = (*CONNECTING, *KEYS, *CALLING, *COMMANDS, *SERVICES)


@pytest.fixture(name="keys", scope="module")
def _keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mistakes") / "keys"


@pytest.fixture(name="emulator", scope="module")
def _emulator(keys: Path) -> Iterator[Emulator]:
    with Emulator(keys=keys) as emulator:
        yield emulator


@pytest.fixture(name="at")
def _at(emulator: Emulator, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name in [name for name in os.environ if name.startswith("QREDO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    with connect(Client, emulator.credentials, emulator.environment) as client:
        yield Place(emulator, client, tmp_path, keys, monkeypatch)


def message_of(error: BaseException) -> str:
    """What a user sees at the end of the traceback: the message and its notes."""
    return "".join(traceback.format_exception_only(error))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.what)
def test_the_message_helps(mistake: Mistake, at: Place, keys: Path) -> None:
    """A mistake raises an error that says what was given, why it is wrong and what to do, and shows no secret."""
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the words are what is tested
        mistake.do(at)
    message = message_of(raised.value)
    missing = [words for words in mistake.words if words not in message]
    assert not missing, message
    secrets = [(keys / "apikey").read_text().strip(), "hunter2", "c0ffee", "-----BEGIN"]
    assert not [secret for secret in secrets if secret in message]


def test_the_table_is_whole() -> None:
    """There are at least 85 mistakes; none is there twice, and each has all its words."""
    assert len({mistake.what for mistake in MISTAKES}) == len(MISTAKES) >= 85
    assert all(re.search(r"\w", words) for mistake in MISTAKES for words in mistake.words)
