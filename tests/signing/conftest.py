"""Keys and credentials for the tests. The keys are the published test keys of spec/signing/keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from qredo_signing import Credentials, Environment, PrivateKey

from .doubles import make_api_key

KEYS = Path(__file__).resolve().parents[2] / "spec" / "signing" / "keys"


@pytest.fixture(name="pem", scope="session")
def _pem() -> bytes:
    return (KEYS / "test-rsa-2048-pkcs1.pem").read_bytes()


@pytest.fixture(name="key", scope="session")
def _key(pem: bytes) -> PrivateKey:
    return PrivateKey.from_pem(pem)


@pytest.fixture(name="other_key", scope="session")
def _other_key() -> PrivateKey:
    return PrivateKey.from_pem((KEYS / "test-rsa-4096-pkcs8.pem").read_bytes())


@pytest.fixture(name="credentials", scope="session")
def _credentials(key: PrivateKey) -> Credentials:
    """Credentials that do not say their kind: any real environment takes them."""
    return Credentials(make_api_key(), key)


@pytest.fixture(name="emulator_credentials", scope="session")
def _emulator_credentials(key: PrivateKey) -> Credentials:
    return Credentials(make_api_key(issuer="qredo-emulator"), key)


@pytest.fixture(name="mode", params=["sync", "async"])
def _mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="sandbox", scope="session")
def _sandbox() -> Environment:
    return Environment.SANDBOX
