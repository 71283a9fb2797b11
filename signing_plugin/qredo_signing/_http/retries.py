"""When a call is retried, after how long, and when its outcome is unknown. Knows no HTTP library, does no I/O.

A sender makes an attempt, tells `Attempts` how it ended, and is told to wait and retry, or that this was the end.
docs/attempts.md has the rules.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from typing import NamedTuple

from .per_process import PerProcess

__all__ = [
    "BUDGET",
    "MAX_BACKOFF",
    "MAX_WAIT",
    "REFUND",
    "SPREAD",
    "Attempts",
    "End",
    "Outcome",
    "RetryBudget",
    "Rules",
    "backoff",
]

MAX_WAIT = 60.0
"""Seconds; a call whose Retry-After is longer ends, and the caller decides."""
SPREAD = 0.25
"""Seconds by which waits for the same Retry-After differ, so that not all clients come back at the same moment."""
MAX_BACKOFF = 8.0
"""Seconds; the longest wait where the server asks for none."""
_FIRST_BACKOFF = 0.5

BUDGET = 10.0
"""Retries that a client may make before the service has handled any request."""
REFUND = 0.1
"""What a success adds to the budget: in the long run one retry for ten successes."""

_TRANSIENT = {429, 502, 503, 504}  # not 500: the service failed at this very request, and would again
_UNKNOWN = {408, 499, 502, 504}
"""Statuses of a gateway or of a server that gave up waiting: the service may have carried the request out."""
_NOT_FOLLOWED = {307, 308}
"""Redirects of servers that did nothing: they ask for the same request elsewhere."""


class End(enum.Enum):
    """How a call ends: with what its last attempt gave, or with an outcome that is unknown."""

    FINAL = "final"
    UNKNOWN = "unknown"


class Outcome(NamedTuple):
    """How an attempt ended.

    Attributes:
        status: HTTP status of the response, or None if there was none.
        sent: Whether anything of the request may have reached the server.
        retry_after: Seconds that the server asks to wait, or None.
        is_from_service: Whether the body is an error of the service itself, and not of something in front of it.
    """

    status: int | None = None
    sent: bool = True
    retry_after: float | None = None
    is_from_service: bool = False

    @property
    def is_success(self) -> bool:
        """The service did what was asked."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_uncertain(self) -> bool:
        """Whether the service may have done what was asked, and did not say.

        Known are success, 307 and 308, 4xx but 408 and 499, and 5xx but 502 and 504 with an error of the service.
        """
        if not self.sent or self.is_success or self.status in _NOT_FOLLOWED:
            return False
        # Below 400 are 301, 302 and 303 too: servers send them after they did what was asked, to show the result.
        if self.status is None or self.status in _UNKNOWN or self.status < 400:
            return True
        return self.status >= 500 and not self.is_from_service

    @property
    def is_transient(self) -> bool:
        """The next attempt may end differently."""
        return self.status is None or self.status in _TRANSIENT


class Rules(NamedTuple):
    """What decides about the retries of one call.

    Attributes:
        repeatable: Whether it is harmless when the service carries the request out twice.
        keyed: Whether that is so because of an idempotency key in the request.
        counted: Whether its nonce must be exactly one more than the last. After a lost response it is not known which
            number is next, so a retry needs a known outcome.
        max_retries: Most retries after the first attempt.
    """

    repeatable: bool
    keyed: bool = False
    counted: bool = False
    max_retries: int = 2

    def may_retry(self, outcome: Outcome) -> bool:
        """Whether a retry can do no harm, and may help."""
        if not outcome.sent:
            return True
        return self.repeatable and outcome.is_transient and not (self.counted and outcome.is_uncertain)

    @property
    def needs_outcome(self) -> bool:
        """Whether the caller must find out if the call took effect before making it again."""
        return not self.repeatable or self.keyed or self.counted


class RetryBudget:
    """A token bucket that all calls of a client share: a retry costs one token, a success gives a part of one back.

    While the service is down, each call is made once and fails at once. Without a budget each call would be made three
    times, which triples the load of a service that is in trouble.
    """

    def __init__(self, capacity: float = BUDGET) -> None:
        self._capacity = self._tokens = capacity
        self._lock = PerProcess(threading.Lock)  # a thread may hold it while another one forks

    def take(self) -> bool:
        """Pay for a retry. False: there is nothing left, so do not retry."""
        with self._lock.here():
            if self._tokens < 1.0:
                return False
            self._tokens -= 1.0
            return True

    def refund(self) -> None:
        """Count a success."""
        if self._tokens >= self._capacity:  # as nearly always
            return
        with self._lock.here():
            self._tokens = min(self._capacity, self._tokens + REFUND)


class Attempts:
    """The attempts of one call.

    Attributes:
        made: How many have ended.
    """

    def __init__(self, rules: Rules, budget: RetryBudget, random: Callable[[], float]) -> None:
        """Start a call.

        Args:
            rules: Of this call.
            budget: Of the client.
            random: Gives numbers from 0 up to 1.
        """
        self.made = 0
        self._rules = rules
        self._budget = budget
        self._random = random
        self._uncertain = False

    def after(self, outcome: Outcome) -> float | End:
        """Take in how an attempt ended; return the seconds to wait before the next one, or how the call ends."""
        self.made += 1
        if outcome.is_success:
            self._budget.refund()
            return End.FINAL
        # One uncertain attempt is enough: a later one that was refused does not undo what the first may have done.
        self._uncertain = self._uncertain or outcome.is_uncertain
        if not self._rules.may_retry(outcome) or self.made > self._rules.max_retries:
            return self._end()
        if outcome.retry_after is not None and outcome.retry_after > MAX_WAIT:
            return self._end()  # to come back earlier would be one more request that is refused
        # Asked last, so that a call which ends anyhow leaves the budget to others.
        return self._wait(outcome) if self._budget.take() else self._end()

    def after_local_error(self) -> End:
        """End a call whose last attempt failed before it began: no nonce, no signature, no token."""
        self.made += 1
        return self._end()

    @property
    def is_uncertain(self) -> bool:
        """Whether an attempt so far may have taken effect without saying so."""
        return self._uncertain

    def give_up(self) -> End:
        """End a call that has no time for another attempt."""
        return self._end()

    def _end(self) -> End:
        return End.UNKNOWN if self._uncertain and self._rules.needs_outcome else End.FINAL

    def _wait(self, outcome: Outcome) -> float:
        if outcome.retry_after is not None:
            return outcome.retry_after + SPREAD * self._random()  # never less: the server would refuse it again
        return backoff(self.made, self._random())


def backoff(retry: int, random: float) -> float:
    """Return the seconds before a retry (the first is 1): doubled each time up to a limit, and between half and all."""
    # The exponent has a limit too: 2.0 ** 1024 overflows.
    return min(MAX_BACKOFF, _FIRST_BACKOFF * 2.0 ** min(retry - 1, 10)) * (0.5 + random / 2)
