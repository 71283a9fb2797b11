"""Portfolios."""

from __future__ import annotations

from qredo_emulator._state.world import Account
from qredo_emulator.handlers._call import OperationRequest, Reply

from ._workspace import workspace_in

__all__ = ["create"]


def create(account: Account, request: OperationRequest) -> Reply:
    """Create a portfolio. Only its id is returned; no known operation reads it."""
    workspace_in(account, request)
    return Reply({"accountID": account.world.new_id()})
