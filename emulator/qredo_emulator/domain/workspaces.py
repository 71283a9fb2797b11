"""Workspaces of the Qredo API v2, and the actions in them that an API key signs."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from qredo_emulator._errors import ApiError, find, invalid
from qredo_emulator._state.ids import first_workspace_id
from qredo_emulator._state.workspaces import APPROVED, EXPIRED, PENDING, SignRequest, Workspace
from qredo_emulator._state.world import Account

from .signatures import check_signature

__all__ = ["add_action", "add_workspace", "decide", "message_of", "status_of", "workspace_of"]

_ACTION_LIFE = 3600
_MESSAGE_HEAD = bytes.fromhex("08011220")
"""With this the one published message begins: the form of a protobuf with a field of 32 bytes."""


def workspace_of(account: Account, workspace_id: str) -> Workspace:
    """Return a workspace of an API key. It has one from the start, as if the web app had made it.

    Where only examples are served, it has any.

    Raises:
        NotFoundError: It is not one of this API key.
    """
    workspaces = account.data.workspaces
    is_there = workspace_id == first_workspace_id(account.key) or account.world.settings.examples_only
    if is_there and workspace_id not in workspaces:
        workspaces[workspace_id] = Workspace(workspace_id, "Main workspace", account.world.now)
    return find(workspaces, workspace_id, "workspace_id")


def add_workspace(account: Account, name: str) -> Workspace:
    """Make a workspace.

    Raises:
        ApiError: 403; the API key cannot sign yet.
    """
    if not account.data.bls_key:
        raise ApiError(403, "the API key has no registered BLS and EC keys, which it needs before")
    workspace = Workspace(account.world.new_id(), name, account.world.now)
    account.data.workspaces[workspace.id] = workspace
    return workspace


def add_action(
    account: Account, workspace: Workspace, *, transaction_id: str = "", chain_id: str = "", bls_key: str = ""
) -> SignRequest:
    """Ask the API key to sign, and announce it on the feed.

    Args:
        workspace: Where.
        transaction_id: What it is about; empty for keys.
        chain_id: The chain of the transaction.
        bls_key: The key that is registered.
    """
    world = account.world
    action = SignRequest(world.new_id(), transaction_id, world.now, world.now + _ACTION_LIFE, bls_key=bls_key)
    workspace.actions[action.id] = action
    network = {"externalExtension": {"network": {"chainID": chain_id}}} if transaction_id else {}
    world.publish("sign_requests", _announcement(account, action, network), owner=account.key)
    return action


def status_of(action: SignRequest, now: int) -> int:
    """Return the state of an action at a time."""
    return EXPIRED if action.status == PENDING and action.expires <= now else action.status


def message_of(action: SignRequest) -> bytes:
    """Return what is signed: one message, always the same one."""
    return _MESSAGE_HEAD + hashlib.sha256(f"qredo-emulator {action.id}".encode()).digest()


def decide(account: Account, action: SignRequest, status: int, signatures: list[str]) -> None:
    """Approve or reject an action. New keys sign their own registration, and take effect when it is approved.

    Raises:
        ApiError: 400 or 403, with what is wrong.
    """
    if (found := status_of(action, account.world.now)) != PENDING:
        raise ApiError(400, f"action_id: the action has the status {found}; only one with {PENDING} can be decided")
    if len(signatures) != 1:
        raise invalid("/body/signatures", f"{len(signatures)} are given for one message")
    key = action.bls_key or account.data.bls_key
    if not key:
        raise ApiError(403, "the API key has no registered BLS key, which verifies its signatures")
    check_signature(account.world, key, message_of(action).hex(), signatures[0], "/body/signatures/0")
    action.status = status
    if status == APPROVED and action.bls_key:
        account.data.bls_key = action.bls_key


def _announcement(account: Account, action: SignRequest, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the message of the feed. It has no `type`: the numbers of these kinds of actions are not known."""
    return {
        "id": action.id,
        "status": action.status,
        "description": "",
        "approverID": account.key,
        "dataID": action.transaction_id,
        "senderID": account.key,
        "payload": _base64(json.dumps(payload).encode()),
        "messages": [_base64(message_of(action))],
        "signatures": None,
        "timestamp": action.created,
        "actionSubject": None,
        "actionTime": action.created,
        "expireTime": action.expires,
        "metadata": _base64(b"{}"),
        "created": action.created,
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
