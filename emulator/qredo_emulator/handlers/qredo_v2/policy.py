"""Policies: the two that a workspace has from the start."""

from __future__ import annotations

from typing import Any

from qredo_emulator._state.ids import derived_id
from qredo_emulator._state.workspaces import Workspace
from qredo_emulator._state.world import Account
from qredo_emulator.handlers._call import OperationRequest, Reply

from ._workspace import workspace_in

__all__ = ["get_all"]


def get_all(account: Account, request: OperationRequest) -> Reply:
    """Return the Admin Policy and the Transaction Policy, both with the API key as the one member."""
    workspace = workspace_in(account, request)
    # What `policyType` a Transaction Policy has is not known, so it has none here.
    admin, transaction = (_policy(workspace, name, account.key) for name in ("Admin Policy", "Transaction Policy"))
    return Reply([admin | {"policyType": "admin"}, transaction])


def _policy(workspace: Workspace, name: str, member: str) -> dict[str, Any]:
    rule = {"arguments": {"id": member}, "operation": 3, "threshold": 0, "type": 2}
    return {
        "policyID": derived_id(f"{name} {workspace.id}"),
        "name": name,
        "actionsGoverned": [],
        "expression": {"operation": 1, "rules": [rule], "threshold": 1, "type": 1},
        "expressionContentType": "application/json",
    }
