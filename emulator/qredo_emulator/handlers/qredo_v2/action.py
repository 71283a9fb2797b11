"""Actions that the API key signs, and the token for the URL of their feed."""

from __future__ import annotations

from qredo_emulator._errors import find
from qredo_emulator._state.world import Account
from qredo_emulator.domain.tokens import give_token
from qredo_emulator.domain.workspaces import decide, message_of, status_of
from qredo_emulator.handlers._call import OperationRequest, Reply

from ._workspace import workspace_in

__all__ = ["create_feed_token", "get", "sign"]


def create_feed_token(account: Account, request: OperationRequest) -> Reply:
    """Issue a token for the query of the feed's URL."""
    workspace = workspace_in(account, request)
    return Reply({"wsToken": give_token(account, workspace.id, request.date, feed_only=True)})


def get(account: Account, request: OperationRequest) -> Reply:
    """Return an action in any state, with its one message."""
    action = find(workspace_in(account, request).actions, request.path["action_id"], "action_id")
    status = status_of(action, account.world.now)
    return Reply({"id": action.id, "status": status, "messages": [message_of(action).hex()]})


def sign(account: Account, request: OperationRequest) -> Reply:
    """Approve or reject a pending action."""
    action = find(workspace_in(account, request).actions, request.path["action_id"], "action_id")
    decide(account, action, request.body["status"], request.body["signatures"])
    return Reply()
