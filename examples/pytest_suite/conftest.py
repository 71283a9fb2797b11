"""What stands ready for each test: a client of the emulator, and a treasury with a deposit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client, require
from qredo_partner_v1_1.models import NewCustodyGroup, NewWallet
from qredo_signing import connect

from .treasury import Treasury

ADDRESS = "mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX"


@pytest.fixture
def client(qredo: Emulator) -> Iterator[Client]:
    """A client that signs with the emulator's key."""
    with connect(Client, qredo.credentials, qredo.environment) as client:
        yield client


@pytest.fixture
def treasury(qredo: Emulator, client: Client) -> Treasury:
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
    qredo.control.credit(require(wallet.wallet_id), 1_000_000)
    return Treasury(client, company, require(wallet.wallet_id))
