"""Raw responses, read by mypy --strict and pyright; not meant to be executed.

They have the signatures of the calls themselves, forms of the body included; only the result is another one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import assert_type

import httpx
import qredo_partner_v1_0
import qredo_partner_v1_1 as v1_1
import qredo_v1
from qredo_partner_v1_1.models import Company, CompanyCreate, CreateCompanyResponse, Transfer, TxId, TxLedger


def sync(client: v1_1.Client, transfer: Transfer) -> None:
    raw = client.with_raw_response
    got = raw.company.get("c")
    assert_type(got, v1_1.RawResponse[Company])
    assert_type(got.parsed, Company)
    assert_type(got.parsed.name, str)
    assert_type(got.parsed.city, str | v1_1.Unset)
    assert_type(got.response, httpx.Response)
    assert_type(raw.company.create(name="A", city="Paris").parsed, CreateCompanyResponse)
    assert_type(raw.company.create(body=CompanyCreate(name="A")).parsed, CreateCompanyResponse)
    assert_type(raw.transfer.create("c", body=transfer, idempotent=False), v1_1.RawResponse[TxId])
    assert_type(raw.fund.get_ledger("c", "f", limit=5), v1_1.RawResponse[TxLedger])
    assert_type(raw.core_client.verify(message_hash_hex="", signature_hex="", signer_id=""), v1_1.RawResponse[None])


async def asynchronous(client: v1_1.AsyncClient) -> None:
    raw = client.with_raw_response
    waiting: Awaitable[v1_1.RawResponse[Company]] = raw.company.get("c")
    assert_type((await waiting).parsed, Company)
    got = await raw.company.create(body=CompanyCreate(name="A"))
    assert_type(got, v1_1.RawResponse[CreateCompanyResponse])
    assert_type(got.response, httpx.Response)
    assert_type((await raw.company.create(name="A")).parsed, CreateCompanyResponse)


async def other_versions(
    old: qredo_partner_v1_0.Client, other: qredo_v1.Client, async_other: qredo_v1.AsyncClient
) -> None:
    assert_type(
        old.with_raw_response.company.get("c"), qredo_partner_v1_0.RawResponse[qredo_partner_v1_0.models.Company]
    )
    assert_type(other.with_raw_response.balance.get(), qredo_v1.RawResponse[qredo_v1.models.BalanceResponse])
    assert_type((await async_other.with_raw_response.balance.get()).parsed, qredo_v1.models.BalanceResponse)


def passed_on(client: v1_1.Client) -> None:
    call: Callable[[str], v1_1.RawResponse[Company]] = client.with_raw_response.company.get
    assert_type(call("c").parsed, Company)


async def mistakes(client: v1_1.Client, async_client: v1_1.AsyncClient) -> None:
    raw, async_raw = client.with_raw_response, async_client.with_raw_response
    raw.company.get("c").name  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]
    raw.company.get(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    raw.company.create()  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    raw.company.create(nam="A")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    raw.company.create(name="A", body=CompanyCreate(name="A"))  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    raw.asset.calculate_fees(type_="withdraw", asset="BTC", amount=1.5)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    raw.company.gett("c")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    raw.company.get = raw.company.get  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    raw.fund.iter_ledger("c", "f")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    async_raw.company.get("c").parsed  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]
    other: v1_1.RawResponse[CreateCompanyResponse] = raw.company.get("c")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    print(other)
