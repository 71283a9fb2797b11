"""Core clients: approvers that are programs. They belong to the API key, not to a company."""

from __future__ import annotations

from typing import Any

from qredo_emulator._errors import ApiError
from qredo_emulator._state.model import Action, CoreClient
from qredo_emulator._state.world import Account
from qredo_emulator.domain.messages import action_message, pending_messages
from qredo_emulator.domain.signatures import read_hash, sign_as, verifies
from qredo_emulator.domain.votes import decide
from qredo_emulator.handlers._call import OperationRequest, Reply

from ._actions import action_details

__all__ = [
    "approve_action",
    "create",
    "get_action",
    "get_actions",
    "get_all",
    "get_wallets",
    "reject_action",
    "sign",
    "verify",
]


def create(account: Account, request: OperationRequest) -> Reply:
    """Create a core client. Its id is also its address as a trusted party."""
    return Reply(_view(account, account.new_core_client(request.body["name"]), request))


def get_all(account: Account, request: OperationRequest) -> Reply:
    """Return every core client of the API key, including signing agents."""
    clients = [_view(account, client, request) for client in account.core_clients.values()]
    return Reply({"count": len(clients), "clients": clients})


def get_actions(account: Account, request: OperationRequest) -> Reply:
    """Return the pending actions, oldest first."""
    client = account.core_client(request.path["client_id"])
    actions = pending_messages(account.world, client.id)
    return Reply({"count": len(actions), "actions": actions})


def get_action(account: Account, request: OperationRequest) -> Reply:
    """Return an action in any state, with its details."""
    return Reply(_whole(account, account.action(request.path["client_id"], request.path["action_id"])))


def approve_action(account: Account, request: OperationRequest) -> Reply:
    """Approve a pending action, and return the whole action."""
    return _decide(account, request, approve=True)


def reject_action(account: Account, request: OperationRequest) -> Reply:
    """Reject a pending action, and return the whole action."""
    return _decide(account, request, approve=False)


def get_wallets(account: Account, request: OperationRequest) -> Reply:
    """Return the wallets with a connection to this exchange, in any state."""
    client = account.core_client(request.path["client_id"])
    links = [
        (place.wallet.id, account.world.state.actions[link.action_id])
        for place in account.world.index.places.values()
        for link in place.wallet.connected
        if link.counterparty_id == client.id
    ]
    return Reply({"wallets": [_wallet(wallet_id, action) for wallet_id, action in links]})


def sign(account: Account, request: OperationRequest) -> Reply:
    """Return a BLS signature by the key that the emulator keeps for the core client."""
    client = account.core_client(request.path["client_id"])
    digest = read_hash(request.body["message_hash_hex"], "/body/message_hash_hex")
    if client.agent:
        raise ApiError(403, "client_id: a signing agent keeps its own key")
    return Reply({"signature_hex": sign_as(client, digest), "signer_id": client.id})


def verify(account: Account, request: OperationRequest) -> Reply:
    """Return 200 for a valid signature of this hash by a core client or agent of this emulator, otherwise 403."""
    body = request.body
    digest = read_hash(body["message_hash_hex"], "/body/message_hash_hex")
    signer = account.world.index.clients.get(body["signer_id"])
    is_right = signer is not None and verifies(signer, digest, body["signature_hex"])
    return Reply(None, 200 if is_right else 403)


def _decide(account: Account, request: OperationRequest, *, approve: bool) -> Reply:
    action = account.action(request.path["client_id"], request.path["action_id"])
    if account.core_clients[action.approver_id].agent:
        raise ApiError(403, "client_id: a signing agent decides with its own token")
    decide(account.world, action, approve=approve)
    return Reply(_whole(account, action))


def _whole(account: Account, action: Action) -> dict[str, Any]:
    return {**action_message(action), "details": action_details(account.world, action)}


def _view(account: Account, client: CoreClient, request: OperationRequest) -> dict[str, Any]:
    own = "" if client.agent else f"/{client.id}"
    return {
        "id": client.id,
        "name": account.world.entity(client.id).name,
        "feed": f"{request.base_url.replace('http', 'ws', 1)}/coreclient{own}/feed",
        "timestamp": client.created,
    }


def _wallet(wallet_id: str, action: Action) -> dict[str, Any]:
    return {"wallet_id": wallet_id, "action_id": action.id, "status": action.status, "expires": action.expires}
