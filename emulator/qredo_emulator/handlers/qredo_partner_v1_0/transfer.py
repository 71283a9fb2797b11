"""Transfers from a fund to a trusted company."""

from __future__ import annotations

from qredo_emulator._state.world import Account
from qredo_emulator.domain.transactions import begin
from qredo_emulator.handlers._call import Handler, OperationRequest, Reply
from qredo_emulator.handlers._shared.transactions import getter

from ._sending import receiving_wallet, sending_wallet

__all__ = ["create", "get"]

get: Handler = getter("transfer")


def create(account: Account, request: OperationRequest) -> Reply:
    """Start a transfer. This version has no idempotency key."""
    world, body = account.world, request.body
    company = account.company(request.path["company_id"])
    sender = sending_wallet(account, company, body)
    tx = begin(
        world,
        sender,
        "transfer",
        body,
        tx_id=world.ids.hexadecimal(16),
        recipient_id=receiving_wallet(account, company, body).wallet.id,
    )
    return Reply({"tx_id": tx.id})
