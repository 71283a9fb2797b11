"""Signs requests by hand, so that these tests need no client and no auth plugin."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from qredo_emulator import Emulator, Settings
from qredo_signing import Credentials, PrivateKey, sign

BASE = "/qredo_partner_v1_1/api/v1/p"


class Caller:
    """Sends signed requests to an emulator.

    Attributes:
        base: Base path that ``path`` is put after; empty for whole paths.
    """

    def __init__(self, emulator: Emulator, client: httpx.Client, credentials: Credentials | None = None) -> None:
        self.emulator = emulator
        self.client = client
        self.credentials = credentials or emulator.credentials
        self.base = BASE

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: bytes | None = None,
        stamp: str | None = None,
        stamp_header: str = "x-timestamp",
        headers: dict[str, str | None] | None = None,
        signed_url: str | None = None,
        signed_body: bytes | None = None,
    ) -> httpx.Response:
        """Sends one request; ``headers`` replace those of a right request, None leaves one out."""
        if content is None:
            content = b"" if body is None else json.dumps(body).encode()
        request = self.client.build_request(method, f"{self.emulator.url}{self.base}{path}", content=content)
        sent = self.signature(request, stamp, stamp_header, signed_url, signed_body)
        if content:
            sent["content-type"] = "application/json"
        for name, value in {**sent, **(headers or {})}.items():
            if value is not None:
                request.headers[name] = value
        return self.client.send(request)

    def signature(
        self,
        request: httpx.Request,
        stamp: str | None,
        stamp_header: str,
        signed_url: str | None,
        signed_body: bytes | None,
    ) -> dict[str, str | None]:
        """The headers of a signed request."""
        stamp = stamp or str(int(time.time()))
        signer = self.credentials.signer
        assert isinstance(signer, PrivateKey)
        text = sign(
            signer, stamp, signed_url or str(request.url), request.content if signed_body is None else signed_body
        )
        return {"x-api-key": self.credentials.api_key, stamp_header: stamp, "x-sign": text}

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """Sends a request that has to succeed and returns its body."""
        response = self(method, path, body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def company(self, name: str = "ACME") -> str:
        """A new company."""
        company_id: str = self.ok("POST", "/company", {"name": name})["company_id"]
        return company_id

    def party(self, company_id: str, address: str = "ann@example.com") -> str:
        """A new trusted party."""
        self.ok("POST", f"/company/{company_id}/trustedparty", {"address": address})
        parties = self.ok("GET", f"/company/{company_id}/trustedparty")["list"]
        entity_id: str = next(party["trusted_entity_id"] for party in parties if party["address"] == address)
        return entity_id

    def fund(self, company_id: str, **fields: Any) -> str:
        """A new fund, with both policies if none is given."""
        if not any(name.startswith("custodygroup") for name in fields):
            policy = {"threshold": 1, "members": [self.party(company_id)]}
            fields |= {"custodygroup_withdraw": policy, "custodygroup_tx": policy}
        fund_id: str = self.ok("POST", f"/company/{company_id}/fund", {"name": "Treasury", **fields})["fund_id"]
        return fund_id

    def wallet(self, company_id: str, asset: str = "BTC-TESTNET") -> tuple[str, str]:
        """A new fund with one wallet: (fund id, wallet id)."""
        fund_id = self.fund(company_id, wallets=[{"name": "main", "asset": asset}])
        wallets = self.ok("GET", f"/company/{company_id}/fund/{fund_id}")["wallets"]
        return fund_id, wallets[0]["wallet_id"]


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture
def call(qredo: Emulator, client: httpx.Client) -> Caller:
    return Caller(qredo, client)


@pytest.fixture
def call_as(qredo: Emulator, client: httpx.Client) -> Any:
    """Another caller: of the given credentials, or of another emulator."""

    def make(credentials: Credentials | None = None, emulator: Emulator | None = None) -> Caller:
        return Caller(emulator or qredo, client, credentials)

    return make


@pytest.fixture(scope="session")
def strict_emulator() -> Iterator[Emulator]:
    """An emulator that checks its answers and has no examples instead of them."""
    with Emulator(Settings(check_responses=True, strict=True)) as emulator:
        yield emulator


@pytest.fixture
def story(strict_emulator: Emulator) -> Iterator[Any]:
    """A story that begins with nothing; see ``story.py``."""
    from .story import Story

    strict_emulator.control.reset()
    story = Story(strict_emulator)
    yield story
    story.close()
