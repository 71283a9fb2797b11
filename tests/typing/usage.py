"""What a user writes, read by mypy --strict and pyright; not meant to be executed.

`assert_type` fails in both checkers when a type is not exactly the one that is named. A line with an expected error
carries an ignore comment for both; an ignore that is not needed is an error itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

import httpx
from qredo_partner_v1_1 import UNSET, APIError, AsyncClient, Client, RateLimitedError, RawResponse, Unset, require
from qredo_partner_v1_1.models import (
    AssetAmount,
    Company,
    CompanyCreate,
    CreateCompanyResponse,
    TxHistoryItem,
    TxId,
    TxIdStatus,
    TxInfo,
    WalletType,
)
from qredo_signing import Credentials, Environment, PartnerAuth, connect


def sync(credentials: Credentials) -> None:
    with connect(Client, credentials, Environment.SANDBOX) as client:
        assert_type(client, Client)
        assert_type(client.company.create(name="A"), CreateCompanyResponse)
        assert_type(client.company.create(body=CompanyCreate(name="A")), CreateCompanyResponse)
        assert_type(client.company.get("c"), Company)
        assert_type(client.fund.iter_ledger("c", "f", direction="in"), Iterator[TxHistoryItem])
        assert_type(client.with_options(timeout=1.0, max_retries=0), Client)
        assert_type(client.with_options(deadline=9, headers={"x-team": "t"}, query={"trace": 1}), Client)


async def asynchronous(credentials: Credentials) -> None:
    async with connect(AsyncClient, credentials, Environment.SANDBOX, offload=True) as client:
        assert_type(client, AsyncClient)
        assert_type(await client.company.create(name="A"), CreateCompanyResponse)
        assert_type(client.fund.iter_ledger("c", "f"), AsyncIterator[TxHistoryItem])
        assert_type(await client.with_raw_response.transfer.get("c", "t"), RawResponse[TxInfo])


def raw(client: Client) -> None:
    response = client.with_raw_response.company.create(name="A")
    assert_type(response.parsed, CreateCompanyResponse)
    assert_type(response.response, httpx.Response)
    assert_type(
        client.with_raw_response.company.create(body=CompanyCreate(name="A")), RawResponse[CreateCompanyResponse]
    )


def fields(client: Client) -> None:
    created = client.transfer.create(
        "c", wallet_id="w", counterparty_wallet_address="x", expires=1, send=AssetAmount(symbol="BTC", amount=1)
    )
    assert_type(created, TxId)
    assert_type(created.tx_id, str | Unset)
    assert_type(require(created.tx_id), str)
    assert_type(created.status, TxIdStatus | Unset)
    if created.tx_id is not UNSET:
        assert_type(created.tx_id, str)
    assert_type(WalletType.STANDARD.is_known, bool)


def mistakes(client: Client) -> None:
    client.company.create()  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.company.create(nam="A")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.company.get(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.company.gett("c")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    AssetAmount(symbol="BTC", amount=1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.fund.get("c", "f").name.upper()  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue]


def errors(client: Client) -> None:
    try:
        client.company.get("c")
    except RateLimitedError as error:
        assert_type(error.retry_after, float | None)
    except APIError as error:
        assert_type(error.code, int | None)
        assert_type(error.reason, str | None)
        assert_type(error.response, httpx.Response)


def plugin(credentials: Credentials, http_client: httpx.AsyncClient) -> None:
    assert_type(PartnerAuth(credentials, Environment.PRODUCTION), PartnerAuth)
    assert_type(connect(AsyncClient, credentials, Environment.PRODUCTION, http_client=http_client), AsyncClient)
    connect(Client, credentials, Environment.PRODUCTION, http_client=http_client)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
