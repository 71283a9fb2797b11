"""Tokens of the agent operations, which take `x-api-zkp` and neither API key nor signature."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from .._secrecy import without_locals
from ..errors import AgentTokenError

__all__ = ["AgentToken", "AgentTokens"]

AgentToken: TypeAlias = Callable[[], str | Awaitable[str]]

_HEX = "[0-9A-Fa-f]+"


class AgentTokens:
    """Asks the user's callable for one token per attempt, and checks what comes back."""

    @without_locals
    def __init__(self, source: AgentToken | None) -> None:
        if source is not None and not callable(source):
            raise TypeError(
                f"agent_token must be a callable, got {type(source).__name__}: a token is good for one request only, "
                "so pass a function that returns a fresh token each time"
            )
        self._source = source

    @without_locals
    def next(self) -> str:
        """Return a fresh token. Raises `AgentTokenError`."""
        token = self._ask()
        if inspect.isawaitable(token):
            if inspect.iscoroutine(token):
                token.close()
            raise AgentTokenError("agent_token is async, which needs an async client: give a plain function here")
        return _check(token)

    async def anext(self) -> str:
        """Return a fresh token, from a plain or an async callable. Raises `AgentTokenError`."""
        token = self._ask()
        try:
            return _check(await token if inspect.isawaitable(token) else token)
        finally:
            del token  # as `without_locals` does for functions that are not async

    def _ask(self) -> object:
        if self._source is None:
            raise AgentTokenError(
                "an agent operation takes an x-api-zkp token, and there is nothing to get one from: pass agent_token=, "
                "a callable that returns a fresh one. Nothing was sent"
            )
        return self._source()


@without_locals
def _check(token: object) -> str:
    if not isinstance(token, str):
        raise AgentTokenError(f"agent_token must return the token as str, but returned {type(token).__name__}")
    if not re.fullmatch(_HEX, token):
        raise AgentTokenError("agent_token returned text that is not hexadecimal, as an x-api-zkp token must be")
    return token
