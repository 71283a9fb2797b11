"""When a call is repeated, after how long, and when nobody knows what became of it. Knows no HTTP library, does no I/O.

A sender makes an attempt, tells `Attempts` how it ended, and is told to wait and repeat, or that this was the end.
The rules are those of docs/attempts.md.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from .budget import Budget

__all__ = ["MAX_BACKOFF", "MAX_WAIT", "SPREAD", "Attempts", "End", "Outcome", "Rules", "backoff"]

MAX_WAIT = 60.0
"""Seconds; a Retry-After above it is left to the caller."""
SPREAD = 0.25
"""Seconds by which waits for the same Retry-After differ, so that not all callers come back at once."""
MAX_BACKOFF = 8.0
_FIRST_BACKOFF = 0.5

_TRANSIENT = {429, 502, 503, 504}
_GATEWAY = {502, 504}  # the gateway's own words: what the service did is not known


class End(enum.Enum):
    """How a call ends: with what its last attempt gave, or with nobody knowing whether it took effect."""

    FINAL = "final"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        status: HTTP status of the answer, or None if there was none.
        sent: Whether anything of the request may have reached the server.
        retry_after: Seconds that the server asks to wait, or None.
    """

    status: int | None = None
    sent: bool = True
    retry_after: float | None = None

    @property
    def is_success(self) -> bool:
        """The service did what was asked."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_uncertain(self) -> bool:
        """The service may have done what was asked, and did not say."""
        return self.sent and (self.status is None or self.status in _GATEWAY)

    @property
    def is_transient(self) -> bool:
        """It may be otherwise the next time."""
        return self.status is None or self.status in _TRANSIENT


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides for one call.

    Attributes:
        repeatable: Whether it is harmless when the service carries the request out twice.
        keyed: Whether that is so because of an idempotency key in the request.
        counted: Whether it is stamped with numbers that leave no gap, so that a repeat needs a known outcome.
        max_retries: Most repeats after the first attempt.
    """

    repeatable: bool
    keyed: bool = False
    counted: bool = False
    max_retries: int = 2

    def may_repeat(self, outcome: Outcome) -> bool:
        """Whether a repeat can do no harm, and may help."""
        if not outcome.sent:
            return True
        return self.repeatable and outcome.is_transient and not (self.counted and outcome.is_uncertain)

    @property
    def needs_outcome(self) -> bool:
        """Whether the caller must know if the call took effect before he calls again as if it had not."""
        return not self.repeatable or self.keyed or self.counted


class Attempts:
    """The attempts of one call.

    Attributes:
        made: How many have ended.
    """

    def __init__(self, rules: Rules, budget: Budget, random: Callable[[], float]) -> None:
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
        self._uncertain = self._uncertain or outcome.is_uncertain
        if outcome.is_success:
            self._budget.give_back()
            return End.FINAL
        if not self._rules.may_repeat(outcome) or self.made > self._rules.max_retries:
            return self._end()
        if outcome.retry_after is not None and outcome.retry_after > MAX_WAIT:
            return self._end()  # shortening it would be another request that is refused
        return self._wait(outcome) if self._budget.take() else self._end()

    def after_our_own_error(self) -> End:
        """End a call whose last attempt failed before it was one: no nonce, no signature, no token."""
        self.made += 1
        return self._end()

    def _end(self) -> End:
        return End.UNKNOWN if self._uncertain and self._rules.needs_outcome else End.FINAL

    def _wait(self, outcome: Outcome) -> float:
        if outcome.retry_after is not None:
            return outcome.retry_after + SPREAD * self._random()
        return backoff(self.made, self._random())


def backoff(repeat: int, random: float) -> float:
    """Seconds to wait before a repeat (the first is 1): doubled each time up to a limit, and between half and all."""
    return min(MAX_BACKOFF, _FIRST_BACKOFF * 2.0 ** min(repeat - 1, 10)) * (0.5 + random / 2)
