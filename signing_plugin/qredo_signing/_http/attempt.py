"""What is known of one attempt at a request. Auth, guard and network backend write it, the sender reads it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from .._nonces.serialize import Ticket

__all__ = ["CURRENT", "LONGEST_WAIT", "Attempt"]

LONGEST_WAIT = 2**31 / 1000
"""Seconds, 24 days: more than a socket takes as its time limit."""


class Attempt:
    """What one attempt did on the network, and until when it may go on.

    Attributes:
        is_signed: Whether the auth handed over the signed request. What fails before is not an attempt.
        is_own: Whether `connect` made the transport. It keeps requests at their origin itself, so no guard is needed.
        is_watched: Whether the transport reports here what happens on the network.
        call: The request that a client of the user was given to send; None for a client of `connect`.
        trace: Its `trace` extension before the auth had it, then the one of the auth, which reports.
        is_written: Whether any byte of the request may have been written to the origin.
        reads: How often bytes were read from the origin or a proxy.
        url: What was found to be of the environment's origin, for a request that is about to be signed.
        request: What is sent now: the request, or one that its scheme sends first.
        peer: Host and port that a connection was opened to, such as a proxy's; None if a kept connection was used.
        was_sent_before: Whether a client of the user, which sends by itself again, may have sent the call already.
        ticket: The place in the line of its nonces, if it has one.
        deadline: When the attempt must have ended, on the clock that it was given; None for never.
    """

    __slots__ = (
        "_is_signing",
        "_now",
        "_was_sent",
        "call",
        "deadline",
        "is_own",
        "is_signed",
        "is_watched",
        "is_written",
        "peer",
        "reads",
        "request",
        "ticket",
        "trace",
        "url",
        "was_sent_before",
    )

    def __init__(
        self, *, is_own: bool = False, deadline: float | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Start an attempt.

        Args:
            is_own: See above.
            deadline: See above.
            now: A monotonic clock, in seconds.
        """
        self.is_own = is_own
        self.is_signed = self.is_watched = self.is_written = False
        self._is_signing = self.was_sent_before = False
        self.reads = 0
        self.call: httpx.Request | None = None
        self.trace: object = None
        self.url: httpx.URL | None = None
        self.request: httpx.Request | None = None
        self.peer: tuple[str, int] | None = None
        self.ticket: Ticket | None = None
        self._was_sent: bool | None = None
        self.deadline = deadline
        self._now = now

    @property
    def is_reported(self) -> bool:
        """Whether what happens on the network is reported here. If not, `is_written` proves nothing.

        An event hook of the user, which runs after signing, can put another `trace` in place of the one that reports.
        """
        return self.is_watched and self._has_its_trace

    @property
    def may_be_signed(self) -> bool:
        """Whether the auth handed over the signed request, here or where a client of the user moved the call.

        In a thread that knows nothing of this attempt, the auth leaves only its `trace` on the request.
        """
        return self.is_signed or (self.request is None and not self._has_its_trace)

    @property
    def _has_its_trace(self) -> bool:
        return self.call is None or (self.request or self.call).extensions.get("trace") is self.trace

    @property
    def may_be_sent(self) -> bool:
        """Whether the request may have reached the server, by what is known without an error."""
        return self.was_sent_before or (self.may_be_signed and (self.is_written or not self.is_reported))

    @property
    def was_sent(self) -> bool:
        """Whether the request may have reached the server, by how the attempt ended, if that is known."""
        return self.may_be_sent if self._was_sent is None else self._was_sent

    @was_sent.setter
    def was_sent(self, value: bool) -> None:
        self._was_sent = value

    def begin_flow(self) -> bool:
        """Begin to sign a request; False inside another flow, so that the request is not the one of this attempt.

        That is a request which a hook sends, or what asks for an agent token, with an httpx client and auth of its own.
        """
        if self._is_signing:
            return False
        self._is_signing = True
        self.was_sent_before = self.may_be_sent
        return True

    def end_flow(self) -> None:
        """End what `begin_flow` began."""
        self._is_signing = False

    def left(self, timeout: float | None, late: type[Exception]) -> float | None:
        """Return how many seconds a step may take: its own timeout, or what is left until the deadline.

        Raises:
            Exception: `late`, when the deadline has passed.
        """
        if self.deadline is None:
            return timeout
        left = self.deadline - self._now()
        if left <= 0:
            raise late("the deadline of the call has passed")
        return left if timeout is None else min(timeout, left)


CURRENT: ContextVar[Attempt | None] = ContextVar("qredo_signing_attempt", default=None)
"""The attempt of this thread or task. With HTTP/1.1 a request does its I/O where it was sent."""
