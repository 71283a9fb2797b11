"""A state of the emulator in which every operation of the versions that keep state has something to work on."""

from __future__ import annotations

import time
from typing import Any

import qredo_v2
from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client, require
from qredo_partner_v1_1.models import AssetAmount, ConnectAccount, NewCustodyGroup, NewWallet, WalletType
from qredo_signing import connect

from .descriptions import agent_token

BTC, ETH = "BTC-TESTNET", "ETH-TESTNET"
ADDRESS = "mvp7iYSNVLUdfApuV8V3BzV7p78UKPNhLX"
HASH = "f7ad281fda3d7484f4e0c34a02239a2db39fdc0450eb3dc0981c4824c67b7f4c"
LATER = 3600


class Scene:
    """Makes the state by calls of 1.1 and knows which of its ids an operation needs.

    Attributes:
        ids: Values of path parameters, by name.
        own: Other values of some operations, by operation and name.
        bodies: What replaces parts of the example bodies, by operation.
        agent: Id of the signing agent.
    """

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.expires = int(time.time()) + LATER
        self.agent = ""
        with connect(
            Client, emulator.credentials, emulator.environment, agent_token=lambda: agent_token(self.agent)
        ) as client:
            self.client = client
            self._approvers()
            self.company, self.fund, self.wallets = self._company("ACME", "acme.example")
            self.other, _, self.others = self._company("Bazaar", "bazaar.example")
            self._transactions()
            self.waiting = self._workspace()
            self._names()

    def _approvers(self) -> None:
        client = self.client
        keys = {"bls_public_key": "ab" * 192, "ec_public_key": "04" * 65}
        self.agent = require(client.signing_agent.begin_registration(name="Agent", **keys).id)
        client.signing_agent.finish_registration(id_doc_signature_hex="00")
        self.approver = require(client.core_client.create(name="Approver").id)
        self.exchange = require(client.core_client.create(name="Exchange").id)
        self.emulator.control.add_exchange(self.exchange)

    def _company(self, name: str, domain: str) -> tuple[str, str, list[str]]:
        client = self.client
        company = client.company.create(name=name, domain=domain, city="Paris", country="FR").company_id
        for address in (self.approver, self.agent, "ann@acme.example", "bob@acme.example"):
            client.trusted_party.add(company, address=address)
        group = NewCustodyGroup(threshold=1, members=[self.approver, self.agent])
        wallets = [
            NewWallet(name=BTC, asset=BTC, custodygroup_tx=group),
            NewWallet(name=ETH, asset=ETH),
            NewWallet(
                name="dedicated",
                asset=ETH,
                type_=WalletType.DEDICATED,
                connect=[ConnectAccount(counterparty_id=self.exchange, client_id="A-1")],
            ),
        ]
        fund = require(
            client.fund.create(
                company, name="Treasury", custodygroup_tx=group, custodygroup_withdraw=group, wallets=wallets
            ).fund_id
        )
        client.fund.add_to_whitelist(company, fund, asset=BTC, address=ADDRESS, name="vault")
        ids = [require(wallet.wallet_id) for wallet in require(client.fund.get(company, fund).wallets)]
        self.emulator.control.approve(ids[2])
        for wallet_id in ids:
            self.emulator.control.credit(wallet_id, 10**9)
        return company, fund, ids

    def _transactions(self) -> None:
        client, sent = self.client, AssetAmount(symbol=BTC, amount=1000)
        terms: dict[str, Any] = {"wallet_id": self.wallets[0], "expires": self.expires, "send": sent}
        self.transfer = require(
            client.transfer.create(self.company, counterparty_wallet_address=self.others[0], **terms).tx_id
        )
        self.withdrawal = require(client.withdrawal.create(self.company, address=ADDRESS, **terms).tx_id)
        self.offers = [self._offer() for _ in range(2)]
        self.taken = require(
            client.atomic_swap.take(
                self.other,
                swap_id=self.offers[1],
                send_wallet_id=self.others[1],
                receive_wallet_id=self.others[0],
                reference="",
            ).tx_id
        )
        self.swept = require(
            client.sweep.create(
                self.exchange,
                wallet_id=self.wallets[2],
                recipient_wallet_id=self.others[1],
                send=AssetAmount(symbol=ETH, amount=1000),
            ).tx_id
        )
        approvals = require(client.transfer.get(self.company, self.transfer).status)
        self.actions = {require(one.user_id): require(one.action_id) for one in approvals}

    def _offer(self) -> str:
        offer = self.client.atomic_swap.make(
            self.company,
            send_wallet_id=self.wallets[0],
            receive_wallet_id=self.wallets[1],
            expires=self.expires,
            send=AssetAmount(symbol=BTC, amount=1000),
            receive=AssetAmount(symbol=ETH, amount=5000),
            reference="",
        )
        self.emulator.control.approve(require(offer.tx_id), self.approver)
        return require(offer.tx_id)

    def _workspace(self) -> str:
        """Register keys for the API key of the Qredo API v2, and return an action that waits."""
        emulator, bls, ec = self.emulator, "A" * 256, f"{'A' * 87}="
        workspace, credentials = emulator.workspace_id, emulator.hmac_credentials
        with connect(qredo_v2.Client, credentials, emulator.environment, workspace_id=workspace) as client:
            update = client.api_key.update
            made = [update(workspace, credentials.api_key, bls_public_key=bls, ec_public_key=ec) for _ in range(2)]
            first, second = (qredo_v2.require(one.action_id) for one in made)
            client.action.sign(first, status=3, signatures=["00"])
        return second

    def _names(self) -> None:
        self.ids = {
            "company_id": self.company,
            "fund_id": self.fund,
            "wallet_id": self.wallets[0],
            "trustedparty_id": self.approver,
            "trustedparty_domain": "ann@acme.example",
            "client_id": self.approver,
            "action_id": self.actions[self.approver],
            "tx_id": self.transfer,
            "workspace_id": self.emulator.workspace_id,
            "key_id": self.emulator.hmac_credentials.api_key,
        }
        exchange, agent = {"client_id": self.exchange}, {"action_id": self.actions[self.agent]}
        self.own = {
            "withdrawal.get": {"tx_id": self.withdrawal},
            "atomic_swap.get_made": {"tx_id": self.offers[0]},
            "atomic_swap.cancel": {"tx_id": self.offers[0]},
            "atomic_swap.get_taken": {"company_id": self.other, "tx_id": self.taken},
            "atomic_swap.take": {"company_id": self.other},
            "core_client.get_wallets": exchange,
            "sweep.create": exchange,
            "sweep.get": exchange | {"tx_id": self.swept},
            "signing_agent.get_action": agent,
            "signing_agent.approve_action": agent,
            "signing_agent.reject_action": agent,
            "action.get": {"action_id": self.waiting},
            "action.sign": {"action_id": self.waiting},
        }
        self._bodies()

    def _bodies(self) -> None:
        client, company = self.client, self.company
        signed = client.core_client.sign(self.approver, message_hash_hex=HASH)
        policy = require(client.wallet.get(self.wallets[0]).custodygroup_tx)
        partner = require(client.trusted_party.get_all(company).list_)
        people = [require(party.trusted_entity_id) for party in partner if party.type_ == "user"]
        client.trusted_party.add(company, address=self.other)
        partner = require(client.trusted_party.get_all(company).list_)
        (their,) = (require(party.trusted_entity_id) for party in partner if party.address == self.other)
        groups = {f"custodygroup_{kind}": {"threshold": 2, "members": people} for kind in ("tx", "withdraw")}
        sender = {"wallet_id": self.wallets[0], "fund_id": self.fund, "expires": self.expires}
        swap = {"send_wallet_id": self.wallets[0], "receive_wallet_id": self.wallets[1], "expires": self.expires}
        self.bodies: dict[str, dict[str, Any]] = {
            "fund.create": groups,
            "fund.add_assets": {"assets": ["ETH-GOERLI"]},
            "fund.add_wallets": {"wallets": [{"name": "third", "asset": ETH, "type": 0}]},
            "wallet.update_policy": {"policy_id": policy, "members": [self.approver, self.agent]},
            "transfer.create": {**sender, "counterparty_wallet_address": self.others[0], "counterparty_id": their},
            "withdrawal.create": sender,
            "atomic_swap.make": swap,
            "atomic_swap.take": {
                "swap_id": self.offers[0],
                "send_wallet_id": self.others[1],
                "receive_wallet_id": self.others[0],
            },
            "liquidity_hub.publish": {"tx_id": self.offers[0]},
            "core_client.verify": {"signature_hex": signed.signature_hex, "signer_id": self.approver},
            "sweep.create": {
                "wallet_id": self.wallets[2],
                "recipient_wallet_id": self.others[1],
                "expires": self.expires,
            },
        }
