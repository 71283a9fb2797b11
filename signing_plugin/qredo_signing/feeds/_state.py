"""Options of a feed, and the state that sync and async feeds share."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ._description import Described
from ._errors import FeedMessageError
from ._frames import TooLongError
from ._keepalive import Keepalive
from ._parsing import SeenMessages, parse
from ._reconnect import Reconnect, ReconnectState

__all__ = ["Core", "Gap", "Options"]

_PENDING = {"core_client": "core_client.get_actions"}
"""Feeds with pending messages, and the operation that lists those. It takes the same path values as the feed."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time during which messages may have been missed. The feed is open again.

    Attributes:
        feed: Name of the feed.
        is_first: Whether the feed had never been open before.
        since: When the last connection ended, in Unix seconds; None for the first.
        cause: What ended it, or the last error before this connection; None if nothing went wrong.
    """

    feed: str
    is_first: bool
    since: float | None
    cause: Exception | None


@dataclass(frozen=True, slots=True)
class Options:
    """The keyword arguments of `feed`, which describes them."""

    resync: Callable[[], Any] | bool
    on_gap: Callable[[Gap], Any] | None
    on_error: Callable[[FeedMessageError], Any] | None
    key: Callable[[Any], Hashable] | None
    remember: int
    reconnect: Reconnect
    keepalive: Keepalive
    max_size: int


class Core:
    """State of a feed between two messages. Does no I/O."""

    def __init__(self, client: Any, described: Described, options: Options) -> None:
        if options.max_size < 1:
            raise ValueError(f"max_size is {options.max_size}: give the longest message to accept, in bytes")
        self.described = described
        self.options = options
        self.reconnect = ReconnectState(described, options.reconnect, clock=time.monotonic, random=random.random)
        self.seen = SeenMessages(options.key, options.remember)
        self.resync = _resync(client, described, options.resync)
        self._was_open = False
        self._since: float | None = None
        self._cause: Exception | None = None

    def opened(self) -> Gap:
        """Record an open connection; return the gap before it."""
        self.reconnect.connected()
        gap = Gap(self.described.name, not self._was_open, self._since, self._cause)
        self._was_open, self._since, self._cause = True, None, None
        return gap

    def lost(self, cause: Exception | None) -> None:
        """Record that the connection was lost, or could not be opened."""
        if self._was_open and self._since is None:
            self._since = time.time()
        self._cause = cause or self._cause

    def take(self, raw: object) -> tuple[Any, bool]:
        """Return a message as a model, and whether to pass it on: not if there is none. Raises `FeedMessageError`."""
        if raw is None:
            return None, False
        message = parse(self.described, raw)
        try:
            return message, self.seen.is_new(message)
        except self.described.errors.ResponseError:  # its key is a `Mismatch`: better twice than never
            return message, True

    def too_long(self, error: TooLongError) -> FeedMessageError:
        """Report it like any other message that could not be read."""
        problem = FeedMessageError(f"feed {self.described.name}: {error}", feed=self.described.name, raw=None)
        problem.__cause__ = error
        return problem


def _resync(client: Any, described: Described, resync: Callable[[], Any] | bool) -> Callable[[], Any] | None:
    if not isinstance(resync, bool):
        return resync
    tag, _, verb = _PENDING.get(described.name, "").partition(".")
    operation = getattr(getattr(client, tag, None), verb, None) if resync and tag else None
    return None if operation is None else partial(operation, **described.path)
