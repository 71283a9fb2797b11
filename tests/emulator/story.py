"""What the stories have in common: a client of 1.1, and companies that are ready to move assets."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from httpx_ws import WebSocketSession, connect_ws
from qredo_emulator import Control, Emulator
from qredo_partner_v1_1 import Client, require
from qredo_partner_v1_1.models import AgentInitResponse, AssetAmount, NewCustodyGroup, NewWallet
from qredo_signing import ApprovalKey, Credentials, PrivateKey, connect, sign

__all__ = ["ADDRESS", "BTC", "ETH", "KEY", "Firm", "Story", "agent_token", "group"]

BTC, ETH = "BTC-TESTNET", "ETH-TESTNET"
KEY = ApprovalKey.from_seed(bytes(range(48)))
"""Of the agents of the stories."""

ADDRESS = "mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX"
PATIENCE = 10


@dataclass
class Firm:
    """A company with one fund.

    Attributes:
        wallets: Wallet id by the wallet's name.
        people: Entity id by address.
    """

    id: str
    fund: str
    wallets: dict[str, str]
    people: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.wallets[name]


def group(members: Iterable[str], threshold: int = 1) -> NewCustodyGroup:
    """A policy."""
    return NewCustodyGroup(threshold=threshold, members=list(members))


def agent_token(agent: AgentInitResponse) -> str:
    """What an agent sends: its identity in base64, the time, and a proof that cannot be verified here."""
    identity = base64.b64encode(bytes.fromhex(require(agent.client_id))).decode()
    return json.dumps({"ID": identity, "ET": int(time.time()), "U": "dQ==", "V": "dg=="}).encode().hex()


class Story:
    """One API key's view of an emulator, and the outside world's.

    Attributes:
        agent: The agent whose token the client sends.
    """

    def __init__(self, emulator: Emulator, credentials: Credentials | None = None) -> None:
        self.emulator = emulator
        self.credentials = credentials or emulator.credentials
        self.control: Control = emulator.control
        self.agent: AgentInitResponse | None = None
        self.client: Client = connect(
            Client, self.credentials, emulator.environment, agent_token=lambda: agent_token(require(self.agent))
        )

    def close(self) -> None:
        self.client.close()

    @property
    def later(self) -> int:
        """An hour from now, by the emulator's clock."""
        return self.control.now() + 3600

    def trust(self, company_id: str, *addresses: str) -> dict[str, str]:
        """Adds trusted parties; entity id by address of all that are listed."""
        for address in addresses:
            self.client.trusted_party.add(company_id, address=address)
        listed = require(self.client.trusted_party.get_all(company_id).list_)
        return {require(party.address): require(party.trusted_entity_id) for party in listed}

    def firm(
        self,
        name: str = "ACME",
        people: Iterable[str] = ("ann@acme.example",),
        *,
        threshold: int = 1,
        wallets: Iterable[NewWallet] | None = None,
        credit: int = 1_000_000,
    ) -> Firm:
        """A company with a fund that these people approve for, and wallets with a balance, by default one per asset."""
        company = self.client.company.create(name=name).company_id
        parties = self.trust(company, *people)
        policy = group(parties.values(), threshold) if parties else None
        policies: dict[str, Any] = {"custodygroup_tx": policy, "custodygroup_withdraw": policy} if policy else {}
        made = [NewWallet(name=BTC, asset=BTC), NewWallet(name=ETH, asset=ETH)] if wallets is None else list(wallets)
        fund = require(self.client.fund.create(company, name="Treasury", wallets=made, **policies).fund_id)
        found = require(self.client.fund.get(company, fund).wallets)
        firm = Firm(company, fund, {require(one.name): require(one.wallet_id) for one in found}, parties)
        for wallet_id in firm.wallets.values():
            if credit:
                self.control.credit(wallet_id, credit)
        return firm

    def begin(self, name: str = "Night approver") -> AgentInitResponse:
        """An agent with the key of the stories, as which the client speaks from now on; it is not registered yet."""
        public = KEY.public_keys_hex
        self.agent = self.client.signing_agent.begin_registration(
            name=name, bls_public_key=public.bls, ec_public_key=public.ec
        )
        return self.agent

    def finish(self) -> str:
        """Registers the agent, and returns the URL of its feed."""
        document = bytes.fromhex(require(require(self.agent).id_doc))
        return require(self.client.signing_agent.finish_registration(id_doc_signature_hex=KEY.sign(document)).feed)

    def signatures(self, action_id: str) -> list[str]:
        """What the agent approves an action with."""
        messages = require(self.client.signing_agent.get_action(action_id).messages)
        return [KEY.sign(bytes.fromhex(message)) for message in messages]

    def transfer(self, firm: Firm, to: str, amount: int = 1000, **more: Any) -> str:
        """Starts a transfer of BTC and returns its id."""
        terms: dict[str, Any] = {"wallet_id": firm[BTC], "expires": self.later, **more}
        send = AssetAmount(symbol=BTC, amount=amount)
        created = self.client.transfer.create(firm.id, counterparty_wallet_address=to, send=send, **terms)
        return require(created.tx_id)

    def status(self, firm: Firm, tx_id: str) -> str:
        """The state of a transfer or a swap."""
        return str(self.client.transfer.get(firm.id, tx_id).tx_status)

    def balance(self, wallet_id: str) -> int:
        """What a wallet holds."""
        return require(self.client.wallet.get(wallet_id).balance)

    def reserved(self, asset: str = BTC) -> int:
        """What open transactions will take from all wallets."""
        return self.control.totals()[asset]["reserved"]

    def ledger(self, firm: Firm, **filters: Any) -> list[tuple[str, str, int]]:
        """Type, state and amount of the rows of a fund's ledger, newest first."""
        page = self.client.fund.get_ledger(firm.id, firm.fund, **filters)
        return [(str(row.type_), str(row.status), require(row.amount)) for row in require(page.list_)]

    @contextmanager
    def feed(self, path: str, token: str | None = None) -> Iterator[WebSocketSession]:
        """An open feed, by its path or its whole URL: signed, or with an agent's token."""
        base = self.client.base_url.replace("http", "ws", 1)
        url = path if path.startswith("ws") else f"{base}{path}"
        headers = {"x-api-zkp": token} if token else self._signed(url)
        session: WebSocketSession
        with httpx.Client() as http, connect_ws(url, http, headers=headers) as session:
            yield session

    def _signed(self, url: str) -> dict[str, str]:
        stamp, signer = str(int(time.time())), self.credentials.signer
        assert isinstance(signer, PrivateKey)
        return {
            "x-api-key": self.credentials.api_key,
            "x-timestamp": stamp,
            "x-sign": sign(signer, stamp, url, b""),
        }
