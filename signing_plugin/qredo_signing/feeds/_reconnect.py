"""Decide when a feed reconnects and when it gives up. Does no I/O."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from .._diagnostics import log
from .._http.outcomes import outcome_of_response
from .._http.retries import MAX_WAIT, SPREAD
from .._secrecy import chain
from ..errors import TokenError
from ._description import Described
from ._errors import FeedConnectionError

__all__ = ["Reconnect", "ReconnectState"]

_NOT_THE_NETWORK = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconnect:
    """How a feed reconnects, in seconds.

    The delay doubles with each failure, up to a limit, and is random between half of that and all of it.

    Attributes:
        first: The first delay.
        limit: The longest delay.
        stable: After a connection that lasted this long, delays start with the first again.
        attempts: How many failures in a row are followed by another attempt; None for no end. A connection that did
            not last until it was stable is a failure.
    """

    first: float = 0.5
    limit: float = 30.0
    stable: float = 60.0
    attempts: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.limit:
            raise ValueError(f"first is {self.first!r} and limit {self.limit!r}: give 0 <= first <= limit, in seconds")
        if self.attempts is not None and self.attempts < 0:
            raise ValueError(f"attempts is {self.attempts}: give 0 or more, or None for no end")


class ReconnectState:
    """State of one feed's reconnects."""

    def __init__(
        self,
        described: Described,
        reconnect: Reconnect,
        *,
        clock: Callable[[], float],
        random: Callable[[], float],
    ) -> None:
        """Start. `clock` is monotonic, in seconds; `random` returns numbers from 0 up to 1."""
        self._described = described
        self._reconnect = reconnect
        self._clock = clock
        self._random = random
        self._failures = 0
        self._connected: float | None = None

    def connected(self) -> None:
        """Record that the feed is connected."""
        self._connected = self._clock()

    def after(self, error: Exception) -> float:
        """Return the delay before the next attempt in seconds; raise the error if there is none."""
        if self._connected is not None and self._clock() - self._connected >= self._reconnect.stable:
            self._failures = 0
        self._connected = None
        wait = self._wait(error)
        self._failures += 1
        if wait is None or (self._reconnect.attempts is not None and self._failures > self._reconnect.attempts):
            self._failures = 0
            raise error
        text = "feed %s: %s; connecting again in %.2f s"
        log(logging.WARNING, text, self._described.name, _short(error), wait)
        return wait

    def _wait(self, error: Exception) -> float | None:
        retry_after = None
        if isinstance(error, self._described.errors.APIError):
            response: httpx.Response = error.response  # pyright: ignore[reportAttributeAccessIssue]
            if not _is_temporary(response.status_code):
                return None
            retry_after = outcome_of_response(response, time.time()).retry_after
        elif not _may_pass(error):
            return None
        if retry_after is None:
            top = min(self._reconnect.limit, self._reconnect.first * 2.0 ** min(self._failures, 30))
            return top * (0.5 + self._random() / 2)
        # A longer delay is left to the caller: a shorter wait would only be rejected again.
        return None if retry_after > MAX_WAIT else retry_after + SPREAD * self._random()


def _is_temporary(status: int) -> bool:
    return status == 429 or status >= 500


def _may_pass(error: Exception) -> bool:
    """Whether another attempt may succeed."""
    if isinstance(error, FeedConnectionError):
        return error.may_pass
    if isinstance(error, TokenError):
        return error.status_code is not None and _is_temporary(error.status_code)
    return (
        isinstance(error, httpx.TransportError)
        and not isinstance(error, _NOT_THE_NETWORK)
        # The server's certificate was rejected. Waiting does not help, and it may be an attack.
        and not any(isinstance(each, ssl.SSLCertVerificationError) for each in chain(error))
    )


def _short(error: Exception) -> str:
    """Return what may be logged of an error: only the class of foreign errors, since httpx puts URLs into messages."""
    return str(error) if isinstance(error, FeedConnectionError) else type(error).__name__
