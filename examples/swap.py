"""An atomic swap: one party offers bitcoin for ether, another takes it, and both legs settle together or not at all.

    qredo-emulator --keys keys --port 8080                                  # in another terminal
    export QREDO_ENVIRONMENT=emulator QREDO_URL=http://127.0.0.1:8080
    python examples/swap.py

Needs `pip install ".[emulator]"`. The emulator sets the stage: two companies with an approver each.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from dataclasses import dataclass

import httpx
from qredo_partner_v1_1 import Client, require
from qredo_partner_v1_1.models import AssetAmount, LiquidityHubItem, NewCustodyGroup, NewWallet, TxInfo, TxStatus
from qredo_signing import Credentials, Environment, connect

BTC, ETH = "BTC-TESTNET", "ETH-TESTNET"
GIVE = AssetAmount(symbol=BTC, amount=100_000)
GET = AssetAmount(symbol=ETH, amount=18_000_000)


@dataclass(frozen=True)
class Party:
    """A company, the core client that approves for it, and a wallet per asset."""

    name: str
    company: str
    approver: str
    wallets: dict[str, str]


def offer(client: Client, maker: Party) -> str:
    """Make a swap that goes to the liquidity hub once the maker's own approver agrees. The id of the swap."""
    made = client.atomic_swap.make(
        maker.company,
        send_wallet_id=maker.wallets[BTC],
        receive_wallet_id=maker.wallets[ETH],
        send=GIVE,
        receive=GET,
        expires=int(time.time()) + 3600,
        reference="swap of today",
        partner_tx_id=str(uuid.uuid4()),  # store it first: a retry with it starts no second swap
        add_to_liquidity_hub=True,
    )
    return require(made.tx_id)


def find(client: Client, taker: Party, price: tuple[AssetAmount, AssetAmount]) -> LiquidityHubItem:
    """The first offer on the hub that gives and wants exactly this, and is not the taker's own.

    Raises:
        LookupError: There is none.
    """
    give, get = price
    for item in client.liquidity_hub.get_for_company(taker.company):
        sent, received = (item.send_asset, item.send_amount), (item.receive_asset, item.receive_amount)
        if not item.owner and sent == (give.symbol, give.amount) and received == (get.symbol, get.amount):
            return item
    raise LookupError("there is no such offer")


def take(client: Client, taker: Party, item: LiquidityHubItem) -> str:
    """Take an offer: what its maker receives, the taker sends. The id of the taker's transaction."""
    taken = client.atomic_swap.take(
        taker.company,
        swap_id=require(item.tx_id),
        send_wallet_id=taker.wallets[require(item.receive_asset)],
        receive_wallet_id=taker.wallets[require(item.send_asset)],
        reference="swap of today",
        partner_tx_id=str(uuid.uuid4()),
    )
    return require(taken.tx_id)


def approve(client: Client, party: Party, transaction: TxInfo) -> None:
    """Approve your own transaction. It names the action of each approver."""
    for approval in transaction.status or []:
        if approval.user_id == party.approver:
            client.core_client.approve_action(party.approver, require(approval.action_id))


def prepare(client: Client, environment: Environment, name: str) -> Party:
    """A company with its approver, and a deposit in one wallet of each asset."""
    company = client.company.create(name=name).company_id
    approver = require(client.core_client.create(name=f"Approver of {name}").id)
    client.trusted_party.add(company, address=approver)
    policy = NewCustodyGroup(threshold=1, members=[approver])
    wallets = [NewWallet(name=asset, asset=asset) for asset in (BTC, ETH)]
    made = client.fund.create(
        company, name="Trading", custodygroup_tx=policy, custodygroup_withdraw=policy, wallets=wallets
    )
    held = client.fund.get(company, require(made.fund_id)).wallets or []
    for wallet in held:
        deposit = {"wallet_id": require(wallet.wallet_id), "amount": 50_000_000}
        httpx.post(f"{environment.origin}/-/control/credit", json=deposit).raise_for_status()
    return Party(name, company, approver, {require(one.asset): require(one.wallet_id) for one in held})


def tell(client: Client, party: Party) -> None:
    """Print what a party has."""
    balances = (f"{client.wallet.get(wallet).balance} {asset}" for asset, wallet in party.wallets.items())
    print(f"{party.name} has {', '.join(balances)}")


def main() -> None:
    """Both sides of a swap."""
    credentials = Credentials.from_directory(os.environ.get("QREDO_KEYS", "keys"))
    environment = Environment.from_environment()
    if not environment.is_emulator:
        sys.exit("The stage of this example is set by an emulator. Elsewhere use your own companies and wallets.")
    with connect(Client, credentials, environment) as client:
        maker, taker = prepare(client, environment, "Maker"), prepare(client, environment, "Taker")
        swap_id = offer(client, maker)
        approve(client, maker, client.atomic_swap.get_made(maker.company, swap_id))
        print(f"offered: {client.atomic_swap.get_made(maker.company, swap_id).tx_status}")

        taken_id = take(client, taker, find(client, taker, (GIVE, GET)))
        approve(client, taker, client.atomic_swap.get_taken(taker.company, taken_id))
        status = client.atomic_swap.get_made(maker.company, swap_id).tx_status
        print(f"taken: {status}")
        tell(client, maker)
        tell(client, taker)
    sys.exit(0 if status == TxStatus.APPROVED else 1)


if __name__ == "__main__":
    main()
