"""The API key, and the keys that verify its approvals."""

from __future__ import annotations

import base64
import binascii

from qredo_emulator._errors import NotFoundError, invalid
from qredo_emulator._state.workspaces import Workspace
from qredo_emulator._state.world import Account
from qredo_emulator.domain.workspaces import add_action
from qredo_emulator.handlers._call import OperationRequest, Reply

from ._workspace import workspace_in

__all__ = ["get", "update"]

_BLS_KEY, _EC_KEY = 192, 65


def get(account: Account, request: OperationRequest) -> Reply:
    """Return the name of the token's API key; others are not found."""
    _own_key(account, request)
    return Reply({"name": "Emulator"})


def update(account: Account, request: OperationRequest) -> Reply:
    """Register keys: they take effect when the new BLS key has signed the action."""
    workspace = _own_key(account, request)
    bls_key = _read(request.body["blsPublicKey"], "/body/blsPublicKey", _BLS_KEY)
    _read(request.body["ecPublicKey"], "/body/ecPublicKey", _EC_KEY)
    return Reply({"actionID": add_action(account, workspace, bls_key=bls_key.hex()).id})


def _own_key(account: Account, request: OperationRequest) -> Workspace:
    workspace = workspace_in(account, request)
    if request.path["key_id"] != account.key:
        raise NotFoundError("key_id")
    return workspace


def _read(text: str, pointer: str, size: int) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(pointer, "is not base64") from None
    if len(data) != size:
        raise invalid(pointer, f"has {len(data)} bytes, not {size}")
    return data
