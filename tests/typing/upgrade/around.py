"""What a caller writes around the operations: credentials, options, errors, feeds, nonces, signing.

Written on version 0.1.0 of the plugin. Type checkers read it, and test_upgrade runs it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import assert_type

import httpx
import qredo_partner_v1_0
import qredo_v1
from qredo_emulator import Control, Emulator, Record, Settings
from qredo_partner_v1_1 import (
    UNSET,
    APIError,
    AsyncClient,
    Client,
    ClientError,
    NotFoundError,
    RateLimitedError,
    RawResponse,
    ResponseError,
    ServerError,
    Unset,
    require,
)
from qredo_partner_v1_1.models import (
    AssetAmount,
    Company,
    CompanyCreate,
    CreateCompanyResponse,
    TxHistoryItem,
    WalletFeedMessage,
    WalletType,
)
from qredo_signing import (
    AiohttpTransport,
    Credentials,
    Environment,
    Explanation,
    HmacCredentials,
    InProcessNonces,
    KeyKind,
    NonceError,
    OriginError,
    OutcomeUnknownError,
    PartnerAuth,
    PrivateKey,
    PublicKey,
    QredoAuth,
    QredoSigningError,
    RedirectError,
    SQLiteNonces,
    TokenAuth,
    connect,
    explain,
    sign,
    sign_hmac,
    string_to_sign,
    units,
    verify,
    verify_hmac,
)
from qredo_signing.feeds import FeedMessageError, Gap, Keepalive, Reconnect, feed


class KeyService:
    """A signer of the caller's own."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def load(folder: Path) -> Credentials:
    credentials = Credentials.from_directory(folder)
    assert_type(credentials.kind, KeyKind)
    return credentials


def options(credentials: Credentials, environment: Environment) -> str:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"company_id": "c", "ref": "r"}))
    with connect(
        Client,
        credentials,
        environment,
        timeout=httpx.Timeout(30.0, connect=5.0),
        max_retries=1,
        transport=transport,
        agent_token=lambda: "00",
        stamp="nonce",
        nonces=InProcessNonces(),
        serialize=True,
        clock_correction=False,
    ) as client:
        quick = client.with_options(timeout=1.0, max_retries=0)
        created = quick.company.create(body=CompanyCreate(name="ACME Corp"))
        raw = client.with_raw_response.company.create(name="ACME Corp")
        assert_type(raw, RawResponse[CreateCompanyResponse])
        assert_type(raw.response, httpx.Response)
        assert raw.parsed == created
        return created.company_id


def own_http(credentials: Credentials, hmac_credentials: HmacCredentials, environment: Environment) -> list[int]:
    statuses = list[int]()
    for auth, path in (
        (PartnerAuth(credentials, environment), "/qredo_partner_v1_1/api/v1/p/company/search"),
        (QredoAuth(hmac_credentials, environment), "/qredo_v1/qapi/v1/funds"),
    ):
        with httpx.Client(auth=auth) as http:
            statuses.append(http.get(f"{environment.origin}{path}").status_code)
    return statuses


def own_http_with_a_token(credentials: HmacCredentials, environment: Environment, workspace_id: str) -> int:
    base_path = "/qredo_v2/api/v2"
    with httpx.Client(auth=TokenAuth(credentials, environment, workspace_id=workspace_id, base_path=base_path)) as http:
        return http.get(f"{environment.origin}{base_path}/workspaces/{workspace_id}/policies").status_code


def lost(client: Client, control: Control) -> OutcomeUnknownError:
    control.faults.reset(after=True, operation="company_create")
    try:
        client.company.create(name="ACME Corp")
    except OutcomeUnknownError as error:
        assert_type(error.operation, str | None)
        assert_type(error.idempotency_key, str | None)
        assert_type(error.outcome, str | None)
        assert_type(error.attempts, int)
        assert_type(error.response, httpx.Response | None)
        return error
    raise AssertionError("unreachable")


def refused(client: Client, control: Control) -> list[str]:
    seen = list[str]()
    control.faults.rate_limit(retry_after=120, operation="company_search")
    try:
        client.company.search()
    except RateLimitedError as error:
        assert_type(error.retry_after, float | None)
        seen.append(error.operation)
    try:
        client.company.get("2BJxSEBr2dC9kK8j7Z25rXvtUnI")
    except NotFoundError as error:
        assert_type(error.status_code, int)
        assert_type(error.code, int | None)
        assert_type(error.msg, str | None)
        assert_type(error.reason, str | None)
        seen.append(error.operation)
    except (APIError, ResponseError, ClientError, ServerError):
        raise
    except (NonceError, OriginError, RedirectError, QredoSigningError, httpx.TransportError):
        raise
    return seen


def fields(company: Company, wallet_type: WalletType | Unset) -> tuple[str, bool]:
    name = require(company.name)
    assert_type(name, str)
    assert company.to_dict()["name"] == name
    assert Company.from_dict(company.to_dict()) == company
    assert company.additional_properties == {}
    return name, wallet_type is not UNSET and wallet_type.is_known


def ledger(client: Client, company_id: str, fund_id: str) -> Iterator[TxHistoryItem]:
    return client.fund.iter_ledger(company_id, fund_id, direction="in")


def listen(client: Client, control: Control, wallet_id: str) -> WalletFeedMessage:
    gaps = list[Gap]()

    def begin(gap: Gap) -> None:
        gaps.append(gap)
        control.publish("wallets", {"id": wallet_id})

    def skip(error: FeedMessageError) -> None:
        logging.error("%s", error)

    messages = feed(
        client,
        "wallets",
        message=WalletFeedMessage,
        resync=False,
        on_gap=begin,
        on_error=skip,
        reconnect=Reconnect(first=0.5, limit=30, stable=60, attempts=10),
        keepalive=Keepalive(interval=20, timeout=20),
    )
    with messages:
        for message in messages:
            assert gaps[0].is_first
            return message
    raise AssertionError("unreachable")


def count(path: Path) -> list[int]:
    counter = SQLiteNonces(path, rule="counter")
    counter.initialise(42)
    return [counter.next(), counter.next()]


def rules(key: PrivateKey) -> Explanation:
    stamp, url, body = "1640995200", "https://api.qredo.network/api/v1/p/company", b'{"name":"A"}'
    signature = sign(key, stamp, url, body)
    verify(key.public_key, stamp, url, body, signature)
    assert string_to_sign(stamp, url, body).startswith(b"1640995200https://")
    mac = sign_hmac(b"secret", stamp, "POST", url, body)
    verify_hmac(b"secret", stamp, "POST", url, body, mac)
    public: PublicKey = key.public_key
    return explain(public, stamp, url, body, signature)


def amounts() -> AssetAmount:
    assert units.to_units(50_000_000, 100_000_000) * 2 == 1
    return AssetAmount(symbol="BTC", amount=units.from_units("0.5", 100_000_000))


async def concurrent(credentials: Credentials, environment: Environment) -> CreateCompanyResponse:
    async with connect(AsyncClient, credentials, environment, transport=AiohttpTransport(), offload=True) as client:
        return await client.company.create(name="ACME Corp")


def records(emulator: Emulator, settings: Settings) -> list[Record]:
    assert settings.seed is None
    return list(emulator.control.requests)


def versions() -> tuple[str, str]:
    return qredo_partner_v1_0.__version__, qredo_v1.__version__
