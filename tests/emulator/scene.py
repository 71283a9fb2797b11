"""Things that exist in an emulator, so that made-up requests can name some of them."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import qredo_v2
from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client, require
from qredo_partner_v1_1.models import AssetAmount, ConnectAccount, NewCustodyGroup, NewWallet, WalletType
from qredo_signing import ApprovalKey, connect

from .signed_requests import agent_token

__all__ = ["Known", "keeper", "known_values"]

ASSETS = ("BTC-TESTNET", "ETH-TESTNET")
ADDRESS = "tb1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"
HASH = "00" * 32
KEY = ApprovalKey.from_seed(bytes(48))


class Known(NamedTuple):
    """Values that requests can use.

    Attributes:
        values: By the name of a field or parameter; where they depend on it, by tag, a dot, and the name.
        agent: Id of a signing agent, which is registered.
    """

    values: Mapping[str, Sequence[Any]]
    agent: str

    def of(self, tag: str) -> dict[str, Sequence[Any]]:
        """The values that fit the operations of a tag, by the name of a field or parameter."""
        own = {
            name.removeprefix(f"{tag}."): values for name, values in self.values.items() if name.startswith(f"{tag}.")
        }
        return {**self.values, **own}


def known_values(emulator: Emulator) -> Known:
    """Makes one thing of each kind in an emulator.

    There are two companies with a funded wallet of each asset, a core client and an agent that approve, and open
    transactions of each kind that they are asked about.
    """
    agent: list[str] = []
    token = lambda: agent_token(agent[0])  # noqa: E731
    with connect(Client, emulator.credentials, emulator.environment, agent_token=token) as client:
        public = KEY.public_keys_hex
        made = client.signing_agent.begin_registration(name="Agent", bls_public_key=public.bls, ec_public_key=public.ec)
        agent.append(require(made.id))
        signature = KEY.sign(bytes.fromhex(require(made.id_doc)))
        client.signing_agent.finish_registration(id_doc_signature_hex=signature)
        known = _Scene(client, emulator, agent[0], signature).known()
    return known._replace(values={**known.values, **_of_a_workspace(emulator)})


def keeper(emulator: Emulator) -> Callable[[], None]:
    """Keeps the present state of an emulator, and returns what brings it back."""
    world = emulator.app.world
    with world.lock:
        kept = copy.deepcopy(world.state)

    def restore() -> None:
        with world.lock:
            world.load(copy.deepcopy(kept))

    return restore


def _of_a_workspace(emulator: Emulator) -> dict[str, Sequence[Any]]:
    """What the Qredo API v2 has: a workspace with an action that waits."""
    workspace, key_id = emulator.workspace_id, emulator.hmac_credentials.api_key
    credentials = emulator.hmac_credentials
    with connect(qredo_v2.Client, credentials, emulator.environment, workspace_id=workspace) as client:
        public = KEY.public_keys_base64
        made = client.api_key.update(workspace, key_id, bls_public_key=public.bls, ec_public_key=public.ec)
        action_id = qredo_v2.require(made.action_id)
        (message,) = qredo_v2.require(client.action.get(action_id).messages)
    return {
        "workspace_id": [workspace],
        "key_id": [key_id],
        "action.action_id": [action_id],
        "action.signatures": [[KEY.sign(bytes.fromhex(message))]],
        "blsPublicKey": [public.bls],
        "ecPublicKey": [public.ec],
    }


class _Company(NamedTuple):
    id: str
    fund: str
    wallets: list[str]


class _Scene:
    def __init__(self, client: Client, emulator: Emulator, agent: str, signature: str) -> None:
        self.client, self.emulator, self.agent, self.signature = client, emulator, agent, signature
        self.approver = require(client.core_client.create(name="Approver").id)
        self.exchange = emulator.control.add_exchange(self.approver)
        self.ours, self.theirs = self.company("ACME"), self.company("Bazaar")
        self.terms: dict[str, Any] = {
            "expires": int(time.time()) + 3600,
            "send": AssetAmount(symbol=ASSETS[0], amount=1000),
        }

    def known(self) -> Known:
        """Makes the transactions, and returns it all."""
        client, ours, theirs = self.client, self.ours, self.theirs
        transactions = self.transactions()
        (transfer,) = transactions["transfer.tx_id"]
        approvals = require(client.transfer.get(ours.id, transfer).status)
        parties = [self.approver, self.agent]
        (action,) = (require(one.action_id) for one in approvals if one.user_id == self.agent)
        messages = require(client.signing_agent.get_action(action).messages)
        signed = client.core_client.sign(self.approver, message_hash_hex=HASH)
        return Known(
            {
                "company_id": [ours.id],
                "fund_id": [ours.fund],
                "wallet_id": ours.wallets[:1],
                "policy_id": [client.wallet.get(ours.wallets[0]).custodygroup_tx],
                "send_wallet_id": ours.wallets[:2],
                "receive_wallet_id": ours.wallets[1::-1],
                "recipient_wallet_id": theirs.wallets[:1],
                "counterparty_wallet_address": theirs.wallets[:1],
                "counterparty_id": [self.exchange],
                "transfer.counterparty_id": [self.party(ours.id, theirs.id)],
                "client_id": [self.approver],
                "authorize_id": [self.approver, ""],
                "signer_id": parties,
                "members": parties,
                "trustedparty_id": parties,
                "trustedparty_domain": [theirs.id],
                "wallet.type": ["policy-tx"],
                "threshold": [1, 2],
                "action_id": [one.action_id for one in approvals if one.user_id == self.approver],
                "signing_agent.action_id": [action],
                "address": [ADDRESS],
                "trusted_party.address": ["ann@acme.example", "bazaar.example", theirs.id],
                "amount": [1, 1000, 10**9],
                "expires": [self.terms["expires"]],
                "partner_txID": ["", "invoice-1"],
                "message_hash_hex": [HASH],
                "signature_hex": [signed.signature_hex],
                "idDocSignatureHex": [self.signature],
                "signatures": [[KEY.sign(bytes.fromhex(message)) for message in messages]],
                "sweep.wallet_id": ours.wallets[2:],
                **dict.fromkeys(("asset", "assets", "symbol"), ASSETS),
                **transactions,
            },
            self.agent,
        )

    def company(self, name: str) -> _Company:
        """A company with a fund that holds a wallet of each asset, and one that is connected to an exchange."""
        client = self.client
        company = require(client.company.create(name=name, domain=f"{name.lower()}.example").company_id)
        for party in (self.approver, self.agent):
            client.trusted_party.add(company, address=party)
        policy = NewCustodyGroup(threshold=1, members=[self.approver, self.agent])
        policies: dict[str, Any] = {"custodygroup_tx": policy, "custodygroup_withdraw": policy}
        connect = [ConnectAccount(counterparty_id=self.exchange, client_id="7")]
        wallets = [
            *(NewWallet(name=asset, asset=asset, **policies) for asset in ASSETS),
            NewWallet(name="Trading", asset=ASSETS[0], type_=WalletType.DEDICATED, connect=connect),
        ]
        fund = require(client.fund.create(company, name="Treasury", wallets=wallets, **policies).fund_id)
        client.fund.add_to_whitelist(company, fund, asset=ASSETS[0], address=ADDRESS, name="vault")
        ids = [require(wallet.wallet_id) for wallet in require(client.fund.get(company, fund).wallets)]
        self.emulator.control.approve(ids[2])
        for wallet_id in ids:
            self.emulator.control.credit(wallet_id, 1_000_000)
        return _Company(company, fund, ids)

    def party(self, company: str, address: str) -> str:
        """Adds a trusted party; returns the id of its entity."""
        self.client.trusted_party.add(company, address=address)
        parties = require(self.client.trusted_party.get_all(company).list_)
        return next(require(one.trusted_entity_id) for one in parties if one.address == address)

    def transactions(self) -> dict[str, list[str]]:
        """Ids of transactions that wait for approvals, of swaps in each state, and of one that is settled."""
        client, ours, theirs, terms = self.client, self.ours, self.theirs, self.terms
        transfer = client.transfer.create(
            ours.id, wallet_id=ours.wallets[0], counterparty_wallet_address=theirs.wallets[0], **terms
        )
        paid, waiting = (
            client.withdrawal.create(ours.id, wallet_id=ours.wallets[0], address=ADDRESS, **terms) for _ in range(2)
        )
        sweep = client.sweep.create(
            self.exchange, wallet_id=ours.wallets[2], recipient_wallet_id=theirs.wallets[0], **terms
        )
        new, private, taken = self.offer(ours), self.offer(ours), self.offer(theirs)
        for tx_id in (require(paid.tx_id), private, taken):
            self.emulator.control.approve(tx_id)
        take = client.atomic_swap.take(
            ours.id, swap_id=taken, send_wallet_id=ours.wallets[1], receive_wallet_id=ours.wallets[0], reference=""
        )
        offered = self.offer(theirs)
        self.emulator.control.approve(offered)
        return {
            "transfer.tx_id": [require(transfer.tx_id)],
            "withdrawal.tx_id": [require(paid.tx_id), require(waiting.tx_id)],
            "sweep.tx_id": [require(sweep.tx_id)],
            "atomic_swap.tx_id": [new, private, require(take.tx_id)],
            "liquidity_hub.tx_id": [private, new],
            "swap_id": [offered],
        }

    def offer(self, company: _Company) -> str:
        """A swap that waits for its maker's approvers."""
        made = self.client.atomic_swap.make(
            company.id,
            send_wallet_id=company.wallets[0],
            receive_wallet_id=company.wallets[1],
            receive=AssetAmount(symbol=ASSETS[1], amount=5000),
            reference="",
            **self.terms,
        )
        return require(made.tx_id)
