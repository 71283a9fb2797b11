"""Transactions of Web3 wallets. No described operation makes a wallet, so any address may send."""

from __future__ import annotations

from qredo_emulator._state.workspaces import Web3Transaction
from qredo_emulator._state.world import Account
from qredo_emulator.domain.workspaces import add_action
from qredo_emulator.handlers._call import OperationRequest, Reply

from ._workspace import workspace_in

__all__ = ["create_dynamic_fee", "create_legacy", "create_raw"]


def create_legacy(account: Account, request: OperationRequest) -> Reply:
    """A transaction with a gas price, which the API key has to approve."""
    return _create(account, request, "legacy")


def create_dynamic_fee(account: Account, request: OperationRequest) -> Reply:
    """A transaction with a maximum fee, which the API key has to approve."""
    return _create(account, request, "dynamicFee")


def create_raw(account: Account, request: OperationRequest) -> Reply:
    """A transaction that is encoded already, which the API key has to approve."""
    return _create(account, request, "raw")


def _create(account: Account, request: OperationRequest, kind: str) -> Reply:
    workspace, world = workspace_in(account, request), account.world
    made = Web3Transaction(world.new_id(), kind, request.body["chainID"], world.now)
    workspace.transactions[made.id] = made
    add_action(account, workspace, transaction=made)
    return Reply({"txID": made.id})
