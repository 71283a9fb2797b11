"""The account behind a request, and the first messages of a feed."""

from __future__ import annotations

from typing import Any

from qredo_emulator._errors import NotFoundError
from qredo_emulator._state.world import Account, World

from .clock import tick
from .messages import pending_messages

__all__ = ["enter", "first_messages"]


def enter(world: World, owner: str, *, agent: bool) -> tuple[Account, str]:
    """Return the caller's account, and the id of the agent if one calls, after expiring what is due.

    Args:
        owner: API key, or the identity in an agent's token.
        agent: Whether it is the latter.

    Raises:
        RefusedError: 401; the agent is not known.
    """
    tick(world)
    if not agent:
        return world.account(owner), ""
    client = world.agent(owner)
    return world.account(client.account), client.id


def first_messages(account: Account, agent_id: str, client_id: str | None) -> list[dict[str, Any]]:
    """Return the first messages of a feed: for a feed of actions, those that are pending.

    Args:
        agent_id: The agent whose feed it is; empty for other feeds.
        client_id: The core client whose feed it is; None for other feeds.

    Raises:
        NotFoundError: There is no such core client.
    """
    if client_id is not None and client_id not in account.core_clients:
        raise NotFoundError("client_id")
    approver = agent_id or client_id
    return pending_messages(account.world, approver) if approver else []
