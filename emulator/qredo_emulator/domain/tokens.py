"""Tokens of the Qredo API v2."""

from __future__ import annotations

import base64
import json

from qredo_emulator._authentication.tokens import Token
from qredo_emulator._state.world import Account

__all__ = ["give_token"]

_LIFE = 3600


def give_token(account: Account, workspace_id: str, date: float, *, feed_only: bool = False) -> str:
    """Issue a token for a workspace of an account, valid for an hour.

    Args:
        workspace_id: The workspace.
        date: The time that the response's Date will say, from which the claim `exp` is counted: the client's clock
            may be another than the emulator's.
        feed_only: Whether it is for the URL of a feed.
    """
    world = account.world
    claims = {"iat": int(date), "exp": int(date) + _LIFE, "workspaceID": workspace_id}
    text = ".".join(
        [_part({"alg": "HS256", "typ": "JWT"}), _part(claims), _base64(bytes.fromhex(world.ids.hexadecimal(32)))]
    )
    world.tokens.add(text, Token(account.key, workspace_id, world.time() + _LIFE, feed_only))
    return text


def _part(members: dict[str, object]) -> str:
    return _base64(json.dumps(members, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
