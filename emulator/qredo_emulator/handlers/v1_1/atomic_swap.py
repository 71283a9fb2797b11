"""Atomic swaps."""

from __future__ import annotations

from qredo_emulator._state.world import Account
from qredo_emulator.domain import swaps
from qredo_emulator.domain.requests import once
from qredo_emulator.handlers._call import OK, Call, Reply

from ._transactions import transaction_view

__all__ = ["cancel", "get_made", "get_taken", "make", "take"]


def make(account: Account, call: Call) -> Reply:
    """A new offer, or the first one with the same key."""
    company = account.company(call.path["company_id"])
    tx_id, status = once(account.world, company.id, call.body, lambda: swaps.make(account, company, call.body))
    return Reply({"tx_id": tx_id, "tx_url": f"https://qredo.network/aswp{tx_id}", "status": status})


def get_made(account: Account, call: Call) -> Reply:
    """The maker's side."""
    tx = account.transaction(call.path["company_id"], call.path["tx_id"], "swap_make")
    return Reply(transaction_view(account.world, tx))


def cancel(account: Account, call: Call) -> Reply:
    """Ends an offer and takes it off the hub."""
    swaps.cancel(account, account.transaction(call.path["company_id"], call.path["tx_id"], "swap_make"))
    return Reply({**OK, "code": 202}, status=202)


def take(account: Account, call: Call) -> Reply:
    """Takes an offer, or answers with the first taking with the same key."""
    company = account.company(call.path["company_id"])
    tx_id, status = once(account.world, company.id, call.body, lambda: swaps.take(account, company, call.body))
    return Reply({"tx_id": tx_id, "status": status})


def get_taken(account: Account, call: Call) -> Reply:
    """The taker's side."""
    tx = account.transaction(call.path["company_id"], call.path["tx_id"], "swap_take")
    return Reply(transaction_view(account.world, tx))
