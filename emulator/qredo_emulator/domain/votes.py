"""Decisions of approvers."""

from __future__ import annotations

from qredo_emulator._errors import ApiError
from qredo_emulator._state.model import Action
from qredo_emulator._state.world import World

from . import connections, proposals, transactions
from .ballots import mark

__all__ = ["decide"]

_NEXT = {
    "transaction": transactions.on_vote,
    "authorization": transactions.on_authorization,
    "connection": connections.on_vote,
    "proposal": proposals.on_vote,
}


def decide(world: World, action: Action, *, approve: bool) -> None:
    """Approve or reject a pending action, with all consequences.

    Raises:
        ApiError: 400; the action is not pending any more.
    """
    if action.status != "pending":
        raise ApiError(400, f"action_id: the action is {action.status}; only a pending one can be decided")
    mark(world, action, "approved" if approve else "rejected")
    _NEXT[action.subject](world, action)
