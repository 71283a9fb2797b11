"""Atomic swaps."""

from __future__ import annotations

from qredo_emulator._state.world import Account
from qredo_emulator.domain import swaps
from qredo_emulator.domain.requests import once
from qredo_emulator.handlers._call import OK, Handler, OperationRequest, Reply
from qredo_emulator.handlers._shared.transactions import getter

__all__ = ["cancel", "get_made", "get_taken", "make", "take"]

get_made: Handler = getter("swap_make")
get_taken: Handler = getter("swap_take")


def make(account: Account, request: OperationRequest) -> Reply:
    """Offer a swap, or return the first one with the same idempotency key."""
    company = account.company(request.path["company_id"])
    made = once(account.world, company.id, request.body, lambda: swaps.make(account, company, request.body))
    return Reply({**made, "tx_url": f"https://qredo.network/aswp{made['tx_id']}"})


def cancel(account: Account, request: OperationRequest) -> Reply:
    """Cancel an offer, and remove it from the hub."""
    swaps.cancel(account, account.transaction(request.path["company_id"], request.path["tx_id"], "swap_make"))
    return Reply({**OK, "code": 202}, status=202)


def take(account: Account, request: OperationRequest) -> Reply:
    """Take an offer, or return the first transaction with the same idempotency key."""
    company = account.company(request.path["company_id"])
    return Reply(once(account.world, company.id, request.body, lambda: swaps.take(account, company, request.body)))
