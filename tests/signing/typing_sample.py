"""What a user writes, for type checkers only: this file is read, never run. `test_typing.py` has it checked."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, assert_type

import httpx
from qredo_signing import (
    Credentials,
    Environment,
    HmacCredentials,
    KeyKind,
    OutcomeUnknownError,
    PartnerAuth,
    PrivateKey,
    QredoAuth,
    connect,
    explain,
    sign,
    sign_hmac,
    verify,
    verify_hmac,
)
from qredo_signing.units import from_units, to_units

from .doubles import AsyncDummy, AsyncHmacDummy, DummyClient, HmacDummy


class HSM:
    """A signer of the user's own."""

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return message


class Counter:
    """A nonce source of the user's own."""

    def next(self) -> int:
        """Count."""
        return 1


async def token() -> str:
    """Make a token."""
    return "c0ffee"


credentials = Credentials("key", HSM())
Credentials("key", Path("private.pem"), passphrase=b"")
Credentials("key", PrivateKey.from_file("private.pem"))
environment = Environment.custom("https://gateway.example", key_kind=KeyKind.LIVE)

with connect(DummyClient, credentials, Environment.SANDBOX, timeout=3, stamp="nonce", nonces=Counter()) as client:
    assert_type(client, DummyClient)
assert_type(connect(AsyncDummy, credentials, environment, agent_token=token, offload=True), AsyncDummy)
assert_type(connect(DummyClient, credentials, environment, http_client=httpx.Client()), DummyClient)


def generic(client_class: type[DummyClient]) -> DummyClient:
    """Connect a class that is held in a variable."""
    return connect(client_class, credentials, environment)


httpx.Client(auth=PartnerAuth(credentials, environment))
httpx.AsyncClient(auth=PartnerAuth(credentials, environment, agent_token=token))
key = PrivateKey.from_pem(b"")
assert_type(sign(HSM(), "1", "https://h/", b""), str)
verify(key, "1", "https://h/", b"", "x")
verify(key.public_key, "1", "https://h/", b"", "x")
assert_type(explain(key.public_key, "1", "https://h/", b"").valid, bool | None)
assert_type(to_units(1, 100), Decimal)
assert_type(from_units("1", 100), int)


def look_up(error: OutcomeUnknownError) -> None:
    """Find out what happened."""
    assert_type(error.operation, str | None)
    assert_type(error.idempotency_key, str | None)
    assert_type(error.outcome, str | None)
    assert_type(error.response, httpx.Response | None)
    assert_type(error.attempts, int)


connect(DummyClient, credentials, environment, max_retries=0, clock_correction=False, serialize=False)
connect(AsyncDummy, credentials, environment, max_retries=5, clock_correction=False, serialize=False)
options: dict[str, Any] = {}
assert_type(connect(DummyClient, credentials, environment, **options), DummyClient)

hmac = HmacCredentials("key", "c2VjcmV0")
assert_type(hmac.kind, KeyKind)
assert_type(HmacCredentials.from_directory(Path("keys")), HmacCredentials)
assert_type(HmacCredentials.from_environment({}), HmacCredentials)
assert_type(sign_hmac(hmac.secret, "1", "GET", "https://h/", b""), str)
verify_hmac(hmac.secret, "1", "GET", "https://h/", b"", "x")
httpx.Client(auth=QredoAuth(hmac, environment))
httpx.AsyncClient(auth=QredoAuth(hmac, environment, clock_correction=False))
assert_type(connect(HmacDummy, hmac, environment, timeout=3, max_retries=0, server="sandbox"), HmacDummy)
assert_type(connect(AsyncHmacDummy, hmac, environment, http_client=httpx.AsyncClient()), AsyncHmacDummy)
assert_type(connect(HmacDummy, hmac, environment, **options), HmacDummy)
