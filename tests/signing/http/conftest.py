"""Fixtures of the tests that speak HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..certificates import write_certificate


@pytest.fixture(name="certificate", scope="session")
def _certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and its self-signed certificate for 127.0.0.1."""
    return write_certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1")
