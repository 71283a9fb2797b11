"""One emulator for all pages, which gives the same ids every time."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from qredo_emulator import Emulator, Settings


@pytest.fixture(scope="session")
def docs_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keys folder of the emulator."""
    return tmp_path_factory.mktemp("docs") / "keys"


@pytest.fixture(scope="session")
def docs_server(docs_keys: Path) -> Iterator[Emulator]:
    """The emulator of `qredo-emulator --seed 7`, as pages start it."""
    with Emulator(Settings(seed=7), keys=docs_keys) as emulator:
        yield emulator


@pytest.fixture
def emulator(docs_server: Emulator) -> Emulator:
    """That emulator, empty."""
    docs_server.control.reset()
    return docs_server


@pytest.fixture
def folder(docs_keys: Path, tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the emulator's keys, no variable of ours, and nothing else."""
    for name in [name for name in os.environ if name.startswith("QREDO_")]:
        monkeypatch.delenv(name)
    place = tmp_path / "try"
    place.mkdir()
    shutil.copytree(docs_keys, place / "keys")
    monkeypatch.chdir(place)
    monkeypatch.syspath_prepend(place)
    levels = {name: logging.getLogger(name).level for name in ("hpack", "httpx")}  # a page sets them
    yield place
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    for name in [name for name in sys.modules if name.split(".")[0] == "third_party"]:
        del sys.modules[name]
