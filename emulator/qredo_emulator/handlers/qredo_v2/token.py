"""Tokens."""

from __future__ import annotations

from qredo_emulator._state.world import Account
from qredo_emulator.domain.tokens import give_token
from qredo_emulator.domain.workspaces import workspace_of
from qredo_emulator.handlers._call import OperationRequest, Reply

from ._workspace import workspace_in

__all__ = ["ALWAYS", "get", "refresh"]

ALWAYS = ("get", "refresh")


def get(account: Account, request: OperationRequest) -> Reply:
    """Issue a token for a workspace of the API key that signed."""
    workspace = workspace_of(account, request.path["workspace_id"])
    return Reply({"token": give_token(account, workspace.id, request.date)})


def refresh(account: Account, request: OperationRequest) -> Reply:
    """Issue another token. The old one stays valid until it expires."""
    workspace = workspace_in(account, request)
    return Reply({"token": give_token(account, workspace.id, request.date)})
