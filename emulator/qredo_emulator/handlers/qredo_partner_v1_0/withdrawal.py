"""Withdrawals from a fund."""

from __future__ import annotations

from qredo_emulator._state.world import Account
from qredo_emulator.domain.requests import whitelisted
from qredo_emulator.domain.transactions import begin
from qredo_emulator.handlers._call import Handler, OperationRequest, Reply
from qredo_emulator.handlers._shared.transactions import getter

from ._sending import sending_wallet

__all__ = ["create", "get"]

get: Handler = getter("withdrawal")


def create(account: Account, request: OperationRequest) -> Reply:
    """Start a withdrawal. This version has no idempotency key."""
    world, body = account.world, request.body
    sender = sending_wallet(account, account.company(request.path["company_id"]), body)
    tx = begin(
        world,
        sender,
        "withdrawal",
        body,
        tx_id=world.ids.hexadecimal(16),
        address=whitelisted(sender.fund, sender.wallet.asset, body["address"]),
    )
    return Reply({"tx_id": tx.id})
