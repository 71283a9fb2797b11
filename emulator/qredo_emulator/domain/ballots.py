"""Ask approvers, and count their decisions."""

from __future__ import annotations

from typing import Literal

from qredo_emulator._state.model import Action, Ballot
from qredo_emulator._state.world import World

from .messages import announce_action

__all__ = ["approved_count", "ask", "close", "counted", "mark", "required_count", "verdict"]


def ask(world: World, approver_id: str, kind: str, subject: tuple[str, str], expires: int) -> str:
    """Add an action for an approver, announce it, and return its id; `subject` is what it is about, and its id."""
    action = Action(world.new_id(), approver_id, kind, *subject, world.now, expires)
    world.state.actions[action.id] = action
    world.index.add_action(action)
    announce_action(world, action)
    return action.id


def mark(world: World, action: Action, status: str) -> None:
    """Set the final status of an action."""
    action.status, action.decided = status, world.now
    world.index.pending[action.approver_id].pop(action.id, None)


def close(world: World, action_ids: list[str]) -> None:
    """Expire the actions that are still pending: their approvers are no longer needed."""
    for action_id in action_ids:
        action = world.state.actions[action_id]
        if action.status == "pending":
            mark(world, action, "expired")


def counted(world: World, action_ids: list[str], status: str) -> int:
    """How many of the actions have this status."""
    return sum(world.state.actions[action_id].status == status for action_id in action_ids)


def approved_count(world: World, ballot: Ballot) -> int:
    """The number of approvals: of custodians up to the threshold, and of each exchange."""
    custodians = counted(world, ballot.custodians, "approved")
    return min(custodians, ballot.threshold or 0) + counted(world, ballot.exchanges, "approved")


def required_count(ballot: Ballot) -> int:
    """How many approvals are needed; 0 without a policy, where no approval is possible."""
    return (ballot.threshold or 0) + len(ballot.exchanges)


def verdict(world: World, ballot: Ballot) -> Literal["approved", "rejected", "pending"]:
    """The result so far: rejected as soon as the threshold can't be reached, or an exchange rejects."""
    if counted(world, ballot.exchanges, "rejected"):
        return "rejected"
    if ballot.threshold is None:
        return "pending"
    approved = counted(world, ballot.custodians, "approved")
    if approved + counted(world, ballot.custodians, "pending") < ballot.threshold:
        return "rejected"
    everyone = approved >= ballot.threshold and counted(world, ballot.exchanges, "approved") == len(ballot.exchanges)
    return "approved" if everyone else "pending"
