"""An emulator, and a core client that is asked to approve transfers."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from qredo_emulator import Emulator
from qredo_partner_v1_1 import BadRequestError, Client, require
from qredo_partner_v1_1.models import AssetAmount, NewCustodyGroup, NewWallet
from qredo_signing import connect

from .listening import KINDS, Kind, agent_token


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """The sync client, and the async one on both event loops."""
    chosen: Kind = request.param
    return chosen


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    """One emulator for all that need not restart it."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """That emulator with nothing in it."""
    running.control.reset()
    return running


@pytest.fixture
def agent(emulator: Emulator) -> Callable[[], str]:
    """Gives tokens of a signing agent in the emulator."""
    with connect(Client, emulator.credentials, emulator.environment) as client:
        made = client.signing_agent.begin_registration(name="agent", bls_public_key="ab" * 192, ec_public_key="04" * 65)
    identity = base64.b64encode(bytes.fromhex(require(made.client_id))).decode()
    return lambda: agent_token(identity)


class Approvals:
    """Makes transfers that wait for a core client.

    Attributes:
        core: Id of the core client.
    """

    def __init__(self, emulator: Emulator, client: Client) -> None:
        self.client = client
        self.core = require(client.core_client.create(name="Approver").id)
        self._company = client.company.create(name="ACME Corp").company_id
        client.trusted_party.add(self._company, address=self.core)
        policy = NewCustodyGroup(threshold=1, members=[self.core])
        wallets = [NewWallet(name=name, asset="BTC-TESTNET") for name in ("from", "to")]
        fund = client.fund.create(
            self._company, name="T", custodygroup_withdraw=policy, custodygroup_tx=policy, wallets=wallets
        )
        held = require(client.fund.get(self._company, require(fund.fund_id)).wallets)
        self._wallet, self._other = (require(wallet.wallet_id) for wallet in held)
        emulator.control.credit(self._wallet, 10**12)

    def ask(self) -> str:
        """Make a transfer that waits for one approval; its id."""
        made = self.client.transfer.create(
            self._company,
            wallet_id=self._wallet,
            counterparty_wallet_address=self._other,
            expires=int(time.time()) + 3600,
            send=AssetAmount(symbol="BTC-TESTNET", amount=100),
        )
        return require(made.tx_id)

    def transfer(self, tx_id: str) -> Any:
        """A transfer as it is now."""
        return self.client.transfer.get(self._company, tx_id)

    def approve(self, action_id: str) -> None:
        """Approve an action, if it still waits."""
        with suppress(BadRequestError):
            self.client.core_client.approve_action(self.core, action_id)

    def pending(self) -> set[str]:
        """Ids of the actions that wait."""
        actions = require(self.client.core_client.get_actions(self.core).actions)
        return {require(action.id) for action in actions}


@pytest.fixture
def approvals(emulator: Emulator) -> Iterator[Approvals]:
    """A core client in the emulator."""
    with connect(Client, emulator.credentials, emulator.environment) as client:
        yield Approvals(emulator, client)
