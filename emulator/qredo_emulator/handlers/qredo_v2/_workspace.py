"""The workspace that a request is for."""

from __future__ import annotations

from qredo_emulator._errors import ApiError
from qredo_emulator._state.workspaces import Workspace
from qredo_emulator._state.world import Account
from qredo_emulator.domain.workspaces import workspace_of
from qredo_emulator.handlers._call import OperationRequest

__all__ = ["workspace_in"]


def workspace_in(account: Account, request: OperationRequest) -> Workspace:
    """Return the workspace of the token, which has to be that of the path, if it names one.

    Raises:
        ApiError: 403 for another one; 404 where the API key has no such workspace.
    """
    token = request.workspace_id
    if request.path.get("workspace_id", token) != token:
        raise ApiError(403, "workspace_id: the token is for another workspace")
    return workspace_of(account, token)
