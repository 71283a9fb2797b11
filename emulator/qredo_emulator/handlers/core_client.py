"""Core clients: approvers that are programs. They belong to the API key, not to a company."""

from __future__ import annotations

from typing import Any

from qredo_emulator._call import Call, Reply
from qredo_emulator._state import Account, CoreClient, Entity

__all__ = ["create", "get_all"]


def create(account: Account, call: Call) -> Reply:
    """A new core client; its id is also its address as a trusted party."""
    client_id = account.world.ids.entity()
    entity = Entity(client_id, "core-client", call.body["name"], client_id)
    client = account.core_clients[client_id] = CoreClient(entity, account.world.now)
    return Reply(_view(client, call))


def get_all(account: Account, call: Call) -> Reply:
    """Every core client of the API key."""
    clients = [_view(client, call) for client in account.core_clients.values()]
    return Reply({"count": len(clients), "clients": clients})


def _view(client: CoreClient, call: Call) -> dict[str, Any]:
    feed = f"{call.base_url.replace('http', 'ws', 1)}/coreclient/{client.entity.id}/feed"
    return {"id": client.entity.id, "name": client.entity.name, "feed": feed, "timestamp": client.created}
