"""Workspaces."""

from __future__ import annotations

from qredo_emulator._state.world import Account
from qredo_emulator.domain.workspaces import add_workspace
from qredo_emulator.handlers._call import OperationRequest, Reply

__all__ = ["create"]


def create(account: Account, request: OperationRequest) -> Reply:
    """Create a workspace of the API key, which must have registered its keys."""
    return Reply({"workspaceID": add_workspace(account, request.body["name"]).id})
