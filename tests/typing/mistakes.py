"""What a user gets wrong, and both mypy --strict and pyright report; not meant to be executed.

Each line with an ignore comment is an error for both: an ignore that is not needed is an error itself.
"""

from __future__ import annotations

from decimal import Decimal

import qredo_partner_v1_0
import qredo_partner_v1_1 as v1_1
import qredo_v1
from qredo_emulator import Emulator, Settings
from qredo_partner_v1_1.models import AssetAmount, FeesRequest, NewCustodyGroup, NewWallet
from qredo_signing import Credentials, Environment, HmacCredentials, PartnerAuth, QredoAuth, SQLiteNonces, connect
from qredo_signing.units import from_units, to_units


def amounts(client: v1_1.Client, coins: Decimal, rate: float) -> None:
    AssetAmount(symbol="BTC", amount=rate)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AssetAmount(symbol="BTC", amount=coins)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AssetAmount(symbol="BTC", amount="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AssetAmount("BTC", 1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AssetAmount(symbol="BTC")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AssetAmount(symbol="BTC", amount=to_units(1, 100))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    FeesRequest(type_="withdraw", asset="BTC", amount=rate)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.asset.calculate_fees(type_="withdraw", asset="BTC", amount=rate)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    to_units(rate, 100)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    from_units(rate, 100)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AssetAmount(symbol="BTC", amount=from_units(coins, 100))


def arguments(client: v1_1.Client, company: v1_1.models.Company) -> None:
    client.fund.get("c")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.fund.get("c", 7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.fund.get("c", None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.fund.get("c", client.fund.create("c", name="F").fund_id)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.fund.add_assets("c", "f", assets="BTC")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    client.fund.add_wallets("c", "f", wallets=[{"name": "W"}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.company.create(body=company)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    client.transfer.create("c", wallet_id="w", expires=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.wallet.get_history("w", 5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.wallet.get_history("w", since="yesterday")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    NewCustodyGroup(threshold="1", members=[])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    NewWallet(name="W", asset="BTC", colour="red")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.with_options(timeout="1 s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.with_options(retries=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def unset(client: v1_1.Client) -> int:
    balance = client.wallet.get("w").balance
    balance + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    for wallet in client.fund.get("c", "f").wallets:  # type: ignore[union-attr]  # pyright: ignore[reportGeneralTypeIssues]
        print(wallet)
    return balance  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


async def awaiting(client: v1_1.AsyncClient, other: qredo_v1.AsyncClient) -> None:
    client.company.get("c")  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    client.company.get("c").name  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]
    company: v1_1.models.Company = client.company.get("c")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    other.balance.get()  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    for row in client.fund.iter_ledger("c", "f"):  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        print(row, company)
    with client:  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass


async def not_awaiting(client: v1_1.Client) -> None:
    await client.company.get("c")  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
    async for row in client.fund.iter_ledger("c", "f"):  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        print(row)
    async with client:  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass


def kinds_of_credentials(keys: Credentials, secret: HmacCredentials, place: Environment) -> None:
    connect(v1_1.Client, secret, place)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect(v1_1.AsyncClient, secret, place)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect(qredo_partner_v1_0.Client, secret, place, nonces=SQLiteNonces("n.db", rule="counter"))  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect(qredo_v1.Client, keys, place)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect(v1_1.Client, keys)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    connect(v1_1.Client, keys, "sandbox")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect(v1_1.Client, keys, place, stamp="date")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    PartnerAuth(secret, place)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    QredoAuth(keys, place)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Credentials("key", 5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Environment.custom("https://gateway.example")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    SQLiteNonces("n.db", rule="random")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def emulated(qredo: Emulator) -> None:
    qredo.control.credit("w", 1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    qredo.control.aprove("t")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    qredo.control.faults.unavailable(status="503")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Settings(seed="7")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    connect(v1_1.Client, qredo.hmac_credentials, qredo.environment)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect(v1_1.Client, qredo.credentials, qredo.environment)
