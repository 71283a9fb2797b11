"""Tokens of the Qredo API v2: read from a response, and how long they last. Loads no HTTP library."""

from __future__ import annotations

import base64
import itertools
import json
import math
import re

from .._secrecy import NotPickled, without_locals

__all__ = ["LONGEST", "WorkspaceToken", "read_token"]

LONGEST = 16384
"""Characters of the longest token that is taken."""

_numbers = itertools.count(1)
_END_OF_TIME = 1e18  # seconds; also keeps infinities, NaN and integers too large for a float out
_HEADER_TEXT = f"[!-~]{{1,{LONGEST}}}"


class WorkspaceToken(NotPickled):
    """A token, and until when it can be used, on a monotonic clock. The text shows in no repr.

    Attributes:
        text: What the header carries. A secret: do not log it.
        due: When it is to be refreshed: after half of its life.
        end: When it ends.
        is_refused: Whether the service refused it before its end.
        number: Tells it from others, without its text.
    """

    __slots__ = ("due", "end", "is_refused", "number", "text")

    def __init__(self, text: str, due: float, end: float) -> None:
        """Take a token, and when it is to be refreshed and when it ends."""
        self.text = text
        self.due = due
        self.end = end
        self.is_refused = False
        self.number = next(_numbers)

    def is_usable(self, now: float) -> bool:
        """Whether a request may be sent with it."""
        return now < self.end and not self.is_refused

    def __repr__(self) -> str:
        return "<WorkspaceToken>"


@without_locals
def read_token(body: bytes, date: float, now: float) -> WorkspaceToken | None:
    """Read the token in the body of a response.

    Args:
        body: A JSON object with the text `token`, which is a JWT.
        date: The service's time when it answered, in Unix seconds. The claim `exp` is compared with it, so that no
            clock of this machine decides how long a token lasts.
        now: When the token was asked for, on a monotonic clock.

    Returns:
        The token, or None if the body holds none that a header can carry. A token without a readable `exp` is used
        until it is refused.
    """
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        return None
    text = members.get("token") if isinstance(members, dict) else None
    if not isinstance(text, str) or not re.fullmatch(_HEADER_TEXT, text):
        return None
    expiry = _expiry(text)
    life = math.inf if expiry is None else expiry - date
    return WorkspaceToken(text, now + life / 2, now + life)


def _expiry(text: str) -> float | None:
    """Return the claim `exp` of a JWT in Unix seconds. Its signature is the service's affair."""
    payload = text.split(".")[1] if text.count(".") == 2 else ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        expiry = claims.get("exp") if isinstance(claims, dict) else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(expiry, int | float) or isinstance(expiry, bool) or not abs(expiry) < _END_OF_TIME:
        return None
    return float(expiry)
