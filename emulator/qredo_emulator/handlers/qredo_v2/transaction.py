"""Transactions of Web3 wallets. No described operation makes a wallet, so any address may send."""

from __future__ import annotations

from qredo_emulator._state.world import Account
from qredo_emulator.domain.workspaces import add_action
from qredo_emulator.handlers._call import OperationRequest, Reply

from ._workspace import workspace_in

__all__ = ["create_dynamic_fee", "create_legacy", "create_raw"]


def create_legacy(account: Account, request: OperationRequest) -> Reply:
    """Create a transaction with a gas price, which the API key must approve.

    No known operation reads it, so only its id is kept.
    """
    workspace, tx_id = workspace_in(account, request), account.world.new_id()
    add_action(account, workspace, transaction_id=tx_id, chain_id=request.body["chainID"])
    return Reply({"txID": tx_id})


def create_dynamic_fee(account: Account, request: OperationRequest) -> Reply:
    """Create a transaction with a maximum fee, as `create_legacy` does."""
    return create_legacy(account, request)


def create_raw(account: Account, request: OperationRequest) -> Reply:
    """Create a transaction that is encoded already, as `create_legacy` does."""
    return create_legacy(account, request)
