"""Keys and credentials for the tests. The keys are the published test keys of spec/signing/keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from qredo_signing import Credentials, Environment, HmacCredentials, PrivateKey

from .doubles import API_SECRET, AnyCredentials, WorkspaceCredentials, make_api_key

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


@pytest.fixture(name="hmac_credentials", scope="session")
def _hmac_credentials() -> HmacCredentials:
    """Credentials of the other API, as an emulator makes them."""
    return HmacCredentials("emulator-abcde", API_SECRET)


@pytest.fixture(name="either_credentials", params=["rsa", "hmac"])
def _either_credentials(
    request: pytest.FixtureRequest, emulator_credentials: Credentials, hmac_credentials: HmacCredentials
) -> AnyCredentials:
    """Each kind of credentials, as an emulator makes them."""
    return emulator_credentials if request.param == "rsa" else hmac_credentials


@pytest.fixture(name="either_real_credentials", params=["rsa", "hmac"])
def _either_real_credentials(request: pytest.FixtureRequest, credentials: Credentials) -> AnyCredentials:
    """Each kind of credentials, not saying their kind."""
    return credentials if request.param == "rsa" else HmacCredentials("_lJCqc-T3cnNpw", API_SECRET)


@pytest.fixture(name="any_real_credentials", params=["rsa", "hmac", "token"])
def _any_real_credentials(request: pytest.FixtureRequest, credentials: Credentials) -> AnyCredentials:
    """Credentials for each scheme, not saying their kind."""
    kinds = {"hmac": HmacCredentials, "token": WorkspaceCredentials}
    return credentials if request.param == "rsa" else kinds[request.param]("_lJCqc-T3cnNpw", API_SECRET)


@pytest.fixture(name="mode", params=["sync", "async"])
def _mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="sandbox", scope="session")
def _sandbox() -> Environment:
    return Environment.SANDBOX
