"""The messages of the feeds, and their recipients."""

from __future__ import annotations

from typing import Any

from qredo_emulator._state.funds import DEDICATED, Movement, Wallet
from qredo_emulator._state.model import Action, Transaction
from qredo_emulator._state.world import World

__all__ = [
    "action_message",
    "announce_action",
    "announce_movement",
    "announce_swap",
    "movement_fields",
    "pending_messages",
]


def action_message(action: Action) -> dict[str, Any]:
    """An action as lists and feeds show it."""
    return {
        "id": action.id,
        "coreClientID": action.approver_id,
        "type": action.type,
        "status": action.status,
        "timestamp": action.created,
        "expireTime": action.expires,
    }


def announce_action(world: World, action: Action) -> None:
    """Send an action to the feed of its approver, if that is a core client or an agent."""
    if action.approver_id in world.index.clients:
        message = action_message(action)
        world.publish("core_client", message, client_id=action.approver_id)
        world.publish("agent", message, owner=action.approver_id)


def pending_messages(world: World, client_id: str) -> list[dict[str, Any]]:
    """The pending actions of a core client or agent, with which its feed begins."""
    return [action_message(action) for action in world.index.pending[client_id].values()]


def announce_swap(world: World, maker: Transaction) -> None:
    """Announce a change of a published swap to the account. Swaps that are not published are not announced."""
    if maker.swap and maker.swap.published:
        account = world.index.places[maker.wallet_id].account
        world.publish("liquidity_hub", {"txID": maker.id, "status": maker.status}, owner=account)


def announce_movement(world: World, wallet: Wallet, movement: Movement, *, sweep: bool) -> None:
    """Send a movement to the exchange of a connected dedicated wallet."""
    if wallet.type != DEDICATED:
        return
    for link in wallet.connected:
        client = world.index.clients.get(link.counterparty_id)
        if client and link.status == "connected":
            message = {"Status": "approved", **movement_fields(wallet, movement), "sweep_tx": sweep}
            world.publish("wallets", message, owner=client.account)


def movement_fields(wallet: Wallet, movement: Movement) -> dict[str, Any]:
    """The fields of a movement in the feed and in the history of a wallet, in base units."""
    return {
        "wallet_id": wallet.id,
        "tx_id": movement.tx_id,
        "chain_tx_id": movement.chain_tx_id,
        "asset": wallet.asset,
        "amount": movement.net + movement.fees,
        "fee": movement.fees,
        "net_amount": movement.net,
        "timestamp": movement.timestamp,
    }
