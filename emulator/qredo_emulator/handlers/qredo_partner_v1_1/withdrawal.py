"""Withdrawals to addresses on an asset's own chain."""

from __future__ import annotations

from qredo_emulator._state.model import Company, Transaction
from qredo_emulator._state.world import Account
from qredo_emulator.domain.requests import company_wallet, once, whitelisted
from qredo_emulator.domain.transactions import begin
from qredo_emulator.handlers._call import Handler, OperationRequest, Reply
from qredo_emulator.handlers._shared.transactions import getter

__all__ = ["create", "get"]

get: Handler = getter("withdrawal")


def create(account: Account, request: OperationRequest) -> Reply:
    """Start a withdrawal, or return the first one with the same idempotency key."""
    company = account.company(request.path["company_id"])
    return Reply(once(account.world, company.id, request.body, lambda: _withdrawal(account, company, request)))


def _withdrawal(account: Account, company: Company, request: OperationRequest) -> Transaction:
    world, body = account.world, request.body
    sender = company_wallet(world, company, body["wallet_id"], "wallet_id")
    return begin(
        world,
        sender,
        "withdrawal",
        body,
        address=whitelisted(sender.fund, sender.wallet.asset, body["address"]),
    )
