"""What each test starts with: a client of the emulator, and a treasury with a deposit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from qredo_emulator import Emulator
from qredo_partner_v1_1 import AsyncClient, Client, require
from qredo_partner_v1_1.models import NewCustodyGroup, NewWallet
from qredo_signing import connect

from .treasury import Treasury

ADDRESS = "mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX"


def make_treasury(emulator: Emulator, client: Client) -> Treasury:
    """A wallet with 1,000,000 base units, one whitelisted address, and Ann, who approves."""
    company = client.company.create(name="ACME Corp").company_id
    client.trusted_party.add(company, address="ann@acme.example")
    (ann,) = client.trusted_party.get_all(company)
    policy = NewCustodyGroup(threshold=1, members=[require(ann.trusted_entity_id)])
    wallets = [NewWallet(name="Payouts", asset="BTC-TESTNET")]
    made = client.fund.create(
        company, name="Treasury", custodygroup_tx=policy, custodygroup_withdraw=policy, wallets=wallets
    )
    fund = require(made.fund_id)
    client.fund.add_to_whitelist(company, fund, asset="BTC-TESTNET", address=ADDRESS, name="Supplier")
    (wallet,) = client.fund.get(company, fund).wallets or []
    emulator.control.credit(require(wallet.wallet_id), 1_000_000)
    return Treasury(client, company, require(wallet.wallet_id))


@pytest.fixture
def client(qredo: Emulator) -> Iterator[Client]:
    """A client that signs with the emulator's key."""
    with connect(Client, qredo.credentials, qredo.environment) as client:
        yield client


@pytest.fixture
def treasury(qredo: Emulator, client: Client) -> Treasury:
    """A treasury for one test: the emulator is empty before each test that uses `qredo`."""
    return make_treasury(qredo, client)


@pytest.fixture(scope="module")
def shared_treasury(qredo_server: Emulator) -> Iterator[Treasury]:
    """A treasury for all tests of a module that only read. Don't mix it with `qredo`, which empties the emulator."""
    qredo_server.control.reset()
    with connect(Client, qredo_server.credentials, qredo_server.environment) as client:
        yield make_treasury(qredo_server, client)


@pytest.fixture
async def async_client(qredo_server: Emulator) -> AsyncIterator[AsyncClient]:
    """An async client, for tests with `@pytest.mark.anyio`."""
    async with connect(AsyncClient, qredo_server.credentials, qredo_server.environment) as client:
        yield client


@pytest.fixture
def anyio_backend() -> str:
    """What runs async tests. anyio comes with httpx, and its pytest plugin with it."""
    return "asyncio"
