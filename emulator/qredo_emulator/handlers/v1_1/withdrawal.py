"""Withdrawals to addresses on an asset's own chain."""

from __future__ import annotations

from qredo_emulator._state.model import Company, Transaction
from qredo_emulator._state.world import Account
from qredo_emulator.domain.requests import check_amount, check_expires, company_wallet, once, whitelisted
from qredo_emulator.domain.transactions import begin
from qredo_emulator.handlers._call import Call, Reply

from ._transactions import transaction_view

__all__ = ["create", "get"]


def create(account: Account, call: Call) -> Reply:
    """A new withdrawal, or the first one with the same key."""
    company = account.company(call.path["company_id"])
    tx_id, status = once(account.world, company.id, call.body, lambda: _withdrawal(account, company, call))
    return Reply({"tx_id": tx_id, "status": status})


def get(account: Account, call: Call) -> Reply:
    """A withdrawal, by its id or that of one of its actions."""
    tx = account.transaction(call.path["company_id"], call.path["tx_id"], "withdrawal")
    return Reply(transaction_view(account.world, tx))


def _withdrawal(account: Account, company: Company, call: Call) -> Transaction:
    world, body = account.world, call.body
    sender = company_wallet(world, company, body["wallet_id"], "wallet_id")
    return begin(
        world,
        sender,
        "withdrawal",
        net=check_amount(sender, body, "send"),
        expires=check_expires(world, body["expires"]),
        body=body,
        address=whitelisted(sender.fund, sender.wallet.asset, body["address"]),
    )
