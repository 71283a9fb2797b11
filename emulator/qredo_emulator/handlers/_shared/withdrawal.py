"""What the withdrawals of all versions have in common."""

from __future__ import annotations

from qredo_emulator._state.world import Account
from qredo_emulator.handlers._call import OperationRequest, Reply

from .transactions import transaction_view

__all__ = ["get"]


def get(account: Account, request: OperationRequest) -> Reply:
    """A withdrawal, by its id or that of one of its actions."""
    tx = account.transaction(request.path["company_id"], request.path["tx_id"], "withdrawal")
    return Reply(transaction_view(account.world, tx))
