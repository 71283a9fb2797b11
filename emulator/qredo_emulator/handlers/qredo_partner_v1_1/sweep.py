"""Sweeps: an exchange moves assets out of a customer's wallet that is connected to it."""

from __future__ import annotations

from typing import Any

from qredo_emulator._errors import NotFoundError
from qredo_emulator._state.index import WalletPlace
from qredo_emulator._state.model import Action, CoreClient, Transaction
from qredo_emulator._state.world import Account, World
from qredo_emulator.domain.ballots import approved_count, required_count
from qredo_emulator.domain.requests import once, recipient_wallet
from qredo_emulator.domain.transactions import begin
from qredo_emulator.handlers._call import OperationRequest, Reply
from qredo_emulator.handlers._shared.transactions import approvals
from qredo_emulator.handlers._shared.views import entity_view

__all__ = ["create", "get"]

_LIFETIME = 3600
"""Seconds, where the request sets no deadline."""


def create(account: Account, request: OperationRequest) -> Reply:
    """Start a sweep, which the core client then approves, or return the first one with the same idempotency key."""
    client = account.core_client(request.path["client_id"])
    return Reply(once(account.world, client.id, request.body, lambda: _sweep(account.world, client, request.body)))


def get(account: Account, request: OperationRequest) -> Reply:
    """Return a sweep of the core client."""
    client = account.core_client(request.path["client_id"])
    tx = account.world.transaction(request.path["tx_id"])
    if tx is None or tx.kind != "sweep" or tx.initiator_id != client.id:
        raise NotFoundError("tx_id")
    return Reply(_view(account.world, tx))


def _sweep(world: World, client: CoreClient, body: dict[str, Any]) -> Transaction:
    sender = _connected(world, client, body["wallet_id"])
    recipient = recipient_wallet(world, sender, body["recipient_wallet_id"], "recipient_wallet_id")
    return begin(
        world,
        sender,
        "sweep",
        body,
        expires=None if "expires" in body else world.now + _LIFETIME,
        initiator_id=client.id,
        recipient_id=recipient.wallet.id,
    )


def _connected(world: World, client: CoreClient, wallet_id: str) -> WalletPlace:
    place = world.place(wallet_id)
    links = place.wallet.connected if place else []
    if place is None or not any(link.counterparty_id == client.id and link.status == "connected" for link in links):
        raise NotFoundError("wallet_id")
    return place


def _view(world: World, tx: Transaction) -> dict[str, Any]:
    return {
        "tx_id": tx.id,
        "tx_status": tx.status,
        "reference": tx.reference,
        "initiated_timestamp": tx.created,
        "expires": tx.expires,
        "approver_count": approved_count(world, tx.ballot),
        "threshold_required": required_count(tx.ballot),
        "status": [_approval(world, action) for action in approvals(world, tx)],
        "status_details": {
            "asset": tx.asset,
            "amount": tx.amount,
            "fees": tx.fees,
            "net_amount": tx.net,
            "wallet_id": tx.wallet_id,
            "recipient_wallet_id": tx.recipient_id,
            "requested_by": world.entity(tx.initiator_id).name,
            "reference": tx.reference,
            "expires": tx.expires,
        },
    }


def _approval(world: World, action: Action) -> dict[str, Any]:
    return {
        "action_id": action.id,
        "status": action.status,
        "timestamp": action.decided or action.created,
        "entity": entity_view(world.entity(action.approver_id)),
    }
