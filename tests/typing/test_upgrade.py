"""A caller's program of an earlier version runs on the packages of today. What breaks it is in CHANGELOG.md."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import qredo_partner_v1_0
import qredo_partner_v1_1
import qredo_v1
import qredo_v2
from qredo_emulator import Emulator, Settings
from qredo_partner_v1_1.models import AssetAmount, Company, WalletType
from qredo_signing import PrivateKey, SQLiteNonces, connect

from ..generated.descriptions import agent_token, described
from .upgrade import around, partner_v1_0, partner_v1_1
from .upgrade import qredo_v1 as calls_of_qredo_v1
from .upgrade import qredo_v2 as calls_of_qredo_v2


@pytest.fixture(scope="module")
def examples() -> Iterator[Emulator]:
    """An emulator that returns the example of each operation."""
    with Emulator(Settings(examples_only=True)) as emulator:
        yield emulator


def agent() -> str:
    return agent_token("agent")


def check_all(emulator: Emulator, program: ModuleType, package: str, count: int) -> None:
    """Every call of a program was requested since the last reset, each request succeeded, and nothing was called less.

    Operations that were added to a description since the program was written are not in it.
    """
    requests = emulator.control.requests
    assert {one.status < 300 for one in requests} == {True}
    calls = {"_".join(call) for call in re.findall(r"client\s*\.(\w+)\s*\.(\w+)\(", inspect.getsource(program))}
    assert {one.operation for one in requests} == calls <= {one.id.replace(".", "_") for one in described(package)}
    assert len(calls) == count


def test_every_call_of_partner_1_0(examples: Emulator, tmp_path: Path) -> None:
    """Each operation that 1.0 had is called as before, sync and async, and its example is decoded."""
    nonces = SQLiteNonces(tmp_path / "nonces.db", rule="counter")
    nonces.initialise(0)
    examples.control.reset()
    arguments = (examples.credentials, examples.environment)
    with connect(qredo_partner_v1_0.Client, *arguments, nonces=nonces) as client:
        partner_v1_0.call_all(client)

    async def call() -> None:
        async with connect(qredo_partner_v1_0.AsyncClient, *arguments, nonces=nonces) as client:
            await partner_v1_0.call_all_async(client)

    asyncio.run(call())
    check_all(examples, partner_v1_0, "qredo_partner_v1_0", 18)


def test_every_call_of_partner_1_1(examples: Emulator) -> None:
    """Each operation that 1.1 had is called as before, sync and async, and its example is decoded."""
    examples.control.reset()
    arguments = (examples.credentials, examples.environment)
    with connect(qredo_partner_v1_1.Client, *arguments, agent_token=agent) as client:
        partner_v1_1.call_all(client)

    async def call() -> None:
        async with connect(qredo_partner_v1_1.AsyncClient, *arguments, agent_token=agent) as client:
            await partner_v1_1.call_all_async(client)

    asyncio.run(call())
    check_all(examples, partner_v1_1, "qredo_partner_v1_1", 52)


def test_every_call_of_qredo_v1(examples: Emulator) -> None:
    """Each operation that the Qredo API v1 had is called as before, sync and async, and its example is decoded."""
    examples.control.reset()
    arguments = (examples.hmac_credentials, examples.environment)
    with connect(qredo_v1.Client, *arguments) as client:
        calls_of_qredo_v1.call_all(client)

    async def call() -> None:
        async with connect(qredo_v1.AsyncClient, *arguments) as client:
            await calls_of_qredo_v1.call_all_async(client)

    asyncio.run(call())
    check_all(examples, calls_of_qredo_v1, "qredo_v1", 10)


def test_every_call_of_qredo_v2(examples: Emulator) -> None:
    """Each operation of the Qredo API v2 is called as before, sync and async, and its example is decoded."""
    examples.control.reset()
    arguments, workspace_id = (examples.hmac_credentials, examples.environment), examples.workspace_id
    with connect(qredo_v2.Client, *arguments, workspace_id=workspace_id) as client:
        calls_of_qredo_v2.call_all(client, workspace_id)

    async def call() -> None:
        async with connect(qredo_v2.AsyncClient, *arguments, workspace_id=workspace_id) as client:
            await calls_of_qredo_v2.call_all_async(client, workspace_id)

    asyncio.run(call())
    check_all(examples, calls_of_qredo_v2, "qredo_v2", 13)


def test_what_stands_around_the_calls(tmp_path: Path) -> None:
    """Keys, options, errors, models, pages, feeds, nonces and the rules are used as before."""
    keys = tmp_path / "keys"
    settings = Settings()
    with Emulator(settings, keys=keys) as emulator:
        credentials = around.load(keys)
        assert around.options(credentials, emulator.environment) == "c"
        assert around.own_http(credentials, emulator.hmac_credentials, emulator.environment) == [200, 200]
        assert (
            around.own_http_with_a_token(emulator.hmac_credentials, emulator.environment, emulator.workspace_id) == 200
        )
        with connect(qredo_partner_v1_1.Client, credentials, emulator.environment) as client:
            assert around.lost(client, emulator.control).outcome == "company.search"
            assert around.refused(client, emulator.control) == ["company.search", "company.get"]
            company = client.company.create(name="ACME Corp").company_id
            fund = client.fund.create(company, name="Treasury").fund_id
            assert list(around.ledger(client, company, qredo_partner_v1_1.require(fund))) == []
            assert around.listen(client, emulator.control, "w").to_dict()["id"] == "w"
        assert asyncio.run(around.concurrent(credentials, emulator.environment)).company_id
        assert len(around.records(emulator, settings)) > 5
    assert around.fields(Company(name="ACME"), WalletType.STANDARD) == ("ACME", True)
    assert around.amounts() == AssetAmount(symbol="BTC", amount=50_000_000)
    assert around.count(tmp_path / "counter.db") == [42, 43]
    key = PrivateKey.from_file(keys / "private.pem")
    assert around.rules(key).valid
    assert around.KeyService(key).sign(b"") == key.sign(b"")
    assert len(around.versions()) == 2
