"""The tokens that the emulator issued, each for one workspace. They end with the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Token", "Tokens"]


@dataclass(frozen=True, slots=True)
class Token:
    """What a token is for.

    Attributes:
        api_key: Whose it is.
        workspace_id: The one workspace that it opens.
        end: Until when it is taken, by the emulator's clock.
        feed_only: Whether it is for the URL of a feed, and nothing else.
    """

    api_key: str
    workspace_id: str
    end: float
    feed_only: bool = False


class Tokens:
    """Tokens by their text.

    Args:
        clock: The emulator's clock, which `advance` moves.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tokens: dict[str, Token] = {}

    def add(self, text: str, token: Token) -> None:
        """Accept a token from now on, and drop those that have expired."""
        now = self._clock()
        self._tokens = {known: one for known, one in self._tokens.items() if now < one.end} | {text: token}

    def find(self, text: str, *, for_feed: bool) -> Token | None:
        """Return a token by its text; None if it is unknown, expired, or for another purpose."""
        token = self._tokens.get(text)
        return token if token and self._clock() < token.end and token.feed_only == for_feed else None

    def clear(self) -> None:
        """Revoke every token."""
        self._tokens.clear()
