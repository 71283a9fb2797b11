"""Mistakes in calls of the generated client: arguments, nested objects, amounts, times, sync and async, responses."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import anyio
from qredo_partner_v1_1 import UNSET, AsyncClient, Client, require
from qredo_partner_v1_1.models import AssetAmount, Company, CompanyCreate, NewWallet
from qredo_signing import Environment

from .table import Mistake, Place

__all__ = ["CALLING"]

SOON = int(time.time()) + 3600


def transfer(at: Place, **changed: Any) -> object:
    """Start a transfer with right arguments, but for those that are changed."""
    right: dict[str, Any] = {
        "wallet_id": "w",
        "counterparty_wallet_address": "c",
        "expires": SOON,
        "send": AssetAmount(symbol="BTC-TESTNET", amount=1000),
    }
    return at.client.transfer.create("company", **{**right, **changed})


def fund(at: Place, **changed: Any) -> object:
    right: dict[str, Any] = {"name": "Treasury", "wallets": [NewWallet(name="Main", asset="BTC-TESTNET")]}
    return at.client.fund.create("company", **{**right, **changed})


def as_sync(at: Place) -> None:
    with at.to_emulator(AsyncClient):
        pass


async def as_async(at: Place) -> None:
    async with at.to_emulator():
        pass


def on_trio(at: Place) -> None:
    async def run() -> None:
        async with at.to_emulator(AsyncClient, transport="aiohttp") as client:
            await client.company.search()

    anyio.run(run, backend="trio")


def too_slow(at: Place) -> None:
    at.emulator.control.faults.delay(1.0, times=3)
    try:
        with at.to_emulator(timeout=0.1, max_retries=0) as client:
            client.company.search()
    finally:
        at.emulator.control.faults.clear()


def too_slow_to_transfer(at: Place) -> None:
    at.emulator.control.faults.delay(1.0, times=1)
    try:
        with at.to_emulator(timeout=0.1, max_retries=0) as client:
            client.company.create(name="A")
    finally:
        at.emulator.control.faults.clear()


def to_another_server(at: Place) -> None:
    at.client.http.get("https://api.qredo.network/api/v1/p/assets", auth=at.client.send.auth)


CALLING = (
    Mistake(
        "A dict of an object with a key that is misspelt",
        lambda at: transfer(at, send={"symbol": "BTC-TESTNET", "amout": 1000}),
        "Transfer.send takes the model AssetAmount, but this dict does not fit it",
        "AssetAmount.amount: required, but missing",
        "Its keys are those of the JSON",
    ),
    Mistake(
        "The wrong model for a nested object",
        lambda at: transfer(at, send=NewWallet(name="Main", asset="BTC-TESTNET")),
        "not NewWallet",
        "Transfer.send takes the model AssetAmount",
        "pass AssetAmount(...)",
    ),
    Mistake(
        "An amount alone for a nested object",
        lambda at: transfer(at, send=1000),
        "not int",
        "Transfer.send takes the model AssetAmount",
        "pass AssetAmount(...)",
    ),
    Mistake(
        "A list where one object is wanted",
        lambda at: transfer(at, send=[AssetAmount(symbol="BTC-TESTNET", amount=1)]),
        "not list",
        "Transfer.send takes the model AssetAmount",
        "pass one AssetAmount, without the list",
    ),
    Mistake(
        "One object where a list is wanted",
        lambda at: fund(at, wallets=NewWallet(name="Main", asset="BTC-TESTNET")),
        "not NewWallet",
        "takes a list",
        "put it in a list, [NewWallet(...)]",
    ),
    Mistake(
        "One dict where a list is wanted",
        lambda at: fund(at, wallets={"name": "Main", "asset": "BTC-TESTNET"}),
        "not dict",
        "takes a list",
        "put it in a list, [{...}]",
    ),
    Mistake(
        "A time as a float",
        lambda at: transfer(at, expires=time.time() + 3600),
        "not float",
        "Transfer.expires takes an int, Unix seconds",
        "write int(...)",
    ),
    Mistake(
        "A time as a datetime",
        lambda at: transfer(at, expires=datetime.now(UTC)),
        "not datetime",
        "Transfer.expires takes an int, Unix seconds",
        "write int(time.timestamp())",
    ),
    Mistake(
        "A time in milliseconds",
        lambda at: transfer(at, expires=1_700_000_000_000),
        "Transfer.expires is 1700000000000",
        "which would be on 55840-",
        "give Unix seconds, such as 1700000000",
    ),
    Mistake(
        "A time in milliseconds in the query",
        lambda at: at.client.wallet.get_history("w", since=1_700_000_000_000),
        "wallet.get_history.since is 1700000000000",
        "which would be on 55840-",
        "give Unix seconds, such as 1700000000",
    ),
    Mistake(
        "A datetime in the query",
        lambda at: at.client.wallet.get_history("w", since=datetime.now(UTC)),
        "not datetime",
        "wallet.get_history.since takes an int, Unix seconds",
        "write int(time.timestamp())",
    ),
    Mistake(
        "An amount as a float",
        lambda at: transfer(at, send=AssetAmount(symbol="BTC-TESTNET", amount=0.1)),  # type: ignore[arg-type]
        "not float",
        "AssetAmount.amount takes an int",
        "convert coins to base units with qredo_signing.units.from_units",
    ),
    Mistake(
        "An amount as a Decimal",
        lambda at: transfer(at, send=AssetAmount(symbol="BTC-TESTNET", amount=Decimal("0.1"))),  # type: ignore[arg-type]
        "not Decimal",
        "AssetAmount.amount takes an int",
        "convert coins to base units with qredo_signing.units.from_units",
    ),
    Mistake(
        "An amount as a text",
        lambda at: transfer(at, send=AssetAmount(symbol="BTC-TESTNET", amount="1000")),  # type: ignore[arg-type]
        "not str",
        "AssetAmount.amount takes an int",
        "convert the text first, int(...)",
    ),
    Mistake(
        "An argument is misspelt",
        lambda at: at.client.company.create(nam="ACME"),
        "'nam'",
        "CompanyResource.create takes no argument",
        "Did you mean 'name'?",
    ),
    Mistake(
        "An argument has another name",
        lambda at: at.client.company.create(title="ACME"),
        "'title'",
        "CompanyResource.create takes no argument",
        "It takes name, ",
    ),
    Mistake(
        "An argument of an async call is misspelt",
        lambda at: at.run_async(lambda client: client.company.create(nam="ACME")),  # type: ignore[call-overload]
        "'nam'",
        "AsyncCompanyResource.create takes no argument",
        "Did you mean 'name'?",
    ),
    Mistake(
        "Fields of the body by position",
        lambda at: at.client.company.create("ACME"),
        "1 was given",
        "CompanyResource.create takes 0 positional arguments",
        "pass the others by name, such as name=...",
    ),
    Mistake(
        "A field of a model is misspelt",
        lambda at: AssetAmount(symbol="BTC-TESTNET", amout=1),  # type: ignore[call-arg]
        "'amout'",
        "AssetAmount takes no argument",
        "Did you mean 'amount'?",
    ),
    Mistake(
        "Fields of a model by position",
        lambda at: AssetAmount("BTC-TESTNET", 1000),  # type: ignore[call-arg]
        "2 were given",
        "AssetAmount takes 0 positional arguments",
        "pass the others by name, such as symbol=...",
    ),
    Mistake(
        "A required field is left out",
        lambda at: at.client.company.create(city="Paris"),
        "company.create",
        "needs name",
        "or one body=",
    ),
    Mistake(
        "body= and fields together",
        lambda at: at.client.company.create(name="A", body=CompanyCreate(name="B")),
        "not both: name",
        "takes either body= or the fields of the body",
        "either",
    ),
    Mistake(
        "body= as a dict",
        lambda at: at.client.company.create(body={"name": "ACME"}),
        "not dict",
        "takes a CompanyCreate as body=",
        "write CompanyCreate.from_dict(...)",
    ),
    Mistake(
        "An object instead of its id",
        lambda at: at.client.company.get(Company(name="ACME")),
        "not Company",
        "company_id must be a str",
        "pass its company_id",
    ),
    Mistake(
        "An id that the service left out",
        lambda at: at.client.company.get(UNSET),
        "not Unset",
        "company_id must be a str",
        "Read it there with require()",
    ),
    Mistake(
        "An id that is empty",
        lambda at: at.client.company.get(""),
        "company_id is ''",
        "can't be a part of the path /company/{company_id}",
        "give the id",
    ),
    Mistake(
        "require() of a field that the service left out",
        lambda at: require(Company(name="ACME").city),
        'require(Company(name="ACME").city)',
        "the value is not set: the service left it out",
        "write `or` and a default instead of require()",
    ),
    Mistake(
        "An async client in a plain with",
        as_sync,
        "AsyncClient is async",
        "`with` is not",
        "write `async with`",
    ),
    Mistake(
        "A sync client in async with",
        lambda at: anyio.run(as_async, at),
        "Client is sync",
        "its calls are not awaited",
        "write `with`, or connect an AsyncClient",
    ),
    Mistake(
        "aiohttp on trio",
        on_trio,
        "transport='aiohttp' was used in an event loop of trio",
        "aiohttp runs on asyncio only",
        "leave transport= out. Nothing was sent",
    ),
    Mistake(
        "A timeout that is too short to read",
        too_slow,
        "company.search: ",
        "after 0.1 s (read timeout)",
        "pass timeout= to connect() or with_options()",
    ),
    Mistake(
        "A timeout that is too short for a change",
        too_slow_to_transfer,
        "company.create was sent",
        "its outcome is unknown",
        "Check with company.search before you retry",
    ),
    Mistake(
        "Options of a call as texts",
        lambda at: at.client.with_options(timeout="30"),
        "not str",
        "timeout must be a number",
        "timeout=float(...)",
    ),
    Mistake(
        "Retries of a call as a text",
        lambda at: at.client.with_options(max_retries="5"),
        "not str",
        "max_retries must be a number",
        "max_retries=int(...)",
    ),
    Mistake(
        "A feed is called like an operation",
        lambda at: at.client.signing_agent.open_feed(),
        "signing_agent.open_feed",
        "is a WebSocket feed",
        'open feed("agent") instead of calling it',
    ),
    Mistake(
        "No server at that address",
        lambda at: at.connect(
            Client, at.emulator.credentials, Environment.emulator("http://127.0.0.1:1"), max_retries=0
        ).company.search(),
        "company.search: no connection to http://127.0.0.1:1",
        "Connection refused",
        "Is a server running there",
    ),
    Mistake(
        "The credentials are used for another server",
        to_another_server,
        "the request would go to https://api.qredo.network",
        "but the credentials are for",
        "choose the environment that you mean. Nothing was sent",
    ),
    Mistake(
        "An id that does not exist",
        lambda at: at.client.company.get("2YBXZKuvFrBj6oisXaF4x90cofI"),
        "company.get: HTTP 404",
        "Not Found",
        "company",
    ),
)
