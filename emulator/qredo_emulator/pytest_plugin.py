"""The fixture `qredo`: an emulator on a free port, for the tests of any project.

::

    def test_company(qredo):
        with connect(Client, qredo.credentials, qredo.environment) as client:
            client.company.create(name="ACME")
        assert qredo.control.requests[-1].verified

One server runs per session and starts anew, empty, for each test. Other rules are set by a
session fixture of the project:

    @pytest.fixture(scope="session")
    def qredo_settings():
        return Settings(time_window=None)

pytest imports this module in every project that has the distribution installed, so it imports
only the standard library and pytest until a test asks for the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from . import Emulator, Settings

__all__ = ["qredo", "qredo_server", "qredo_settings"]


@pytest.fixture(scope="session")
def qredo_settings() -> Settings | None:
    """Settings of the emulator; None means the defaults with `check_responses`. Override it to change them."""
    return None


@pytest.fixture(scope="session")
def qredo_server(qredo_settings: Settings | None) -> Iterator[Emulator]:
    """The server of the session; tests use `qredo`."""
    try:
        from . import Emulator, Settings
    except ImportError as error:
        from qredo_signing._extras import install_advice  # not above: pytest loads this module into every test run

        advice = install_advice("emulator", error.name)
        pytest.fail(f"the fixture `qredo` needs the emulator: {advice}", pytrace=False)
    with Emulator(qredo_settings or Settings(check_responses=True)) as emulator:
        yield emulator


@pytest.fixture
def qredo(qredo_server: Emulator) -> Iterator[Emulator]:
    """An emulator without any state: `.url`, `.credentials`, `.environment`, `.control`."""
    qredo_server.control.reset()
    yield qredo_server
    qredo_server.control.reset()
