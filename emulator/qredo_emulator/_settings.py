"""Settings of an emulator."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Rules of one emulator.

    Attributes:
        default_api: Package whose description is also served at the bare documented paths;
            None is the newest Partner version that is there.
        strict: An operation without a handler is a 501 error instead of an example.
        examples_only: Every operation but those that give tokens returns its example, and nothing is kept. For tests
            of a client alone, where no company exists that a path could name.
        check_responses: Every response is validated against the description; one that is not
            valid becomes a 500 error that says why.
        time_window: Seconds by which `x-timestamp` may differ from the emulator's clock;
            None switches the rule off.
        nonces_increase: Whether the nonce rule of an API is checked: greater than the key's last one, or
            exactly one more where the description says `x-stamp-rule: counter`.
        first_nonce: Where a counter has to start; None takes the first nonce of a key as it comes.
        unsigned_ok: Accept Partner requests that have an API key and no header of a signature, as documented for the
            vendor's test environment. A signature that is there is verified.
        verify_approvals: Whether the signatures of approvals are verified with the registered BLS key; otherwise any
            hexadecimal digits are accepted.
        accept_users: Whether a person who is added as trusted party accepts at once.
        fee_rate: Fee of a transaction, as a part of the amount that arrives; it is charged on top. 0.001 is 0.1 %.
        fund_interval: Seconds that must pass in 1.0 between two new funds of an API key; 0 switches the rule off.
        max_body: Bytes of a request's body; a longer one is a 413 error and is not read further.
        seed: For golden tests. The same seed gives the same ids in the same order, and the clock stands still at
            2023-11-14 22:13:20 UTC and moves only by `advance`. `reset` begins anew. Clients that use the real clock
            still work: timestamps by either clock are accepted, and a deadline by the real clock is as far ahead on
            the emulator's.
        spec: Folder with one folder per API package; None is the one that comes with the emulator.
        clock: Gives the time in Unix seconds.
        random: Source of ids. A seeded one gives the same ids each time.
    """

    default_api: str | None = None
    strict: bool = False
    examples_only: bool = False
    check_responses: bool = False
    time_window: int | None = 300
    nonces_increase: bool = True
    first_nonce: int | None = None
    unsigned_ok: bool = False
    verify_approvals: bool = True
    accept_users: bool = True
    fee_rate: Decimal = Decimal("0.001")
    fund_interval: int = 15
    max_body: int = 1 << 24
    seed: int | None = None
    spec: Path | str | None = None
    clock: Callable[[], float] = time.time
    random: random.Random = field(default_factory=random.SystemRandom)

    def __post_init__(self) -> None:
        """Apply the seed to the clock and to the source of ids."""
        if self.seed is not None:
            object.__setattr__(self, "random", random.Random(self.seed))  # noqa: S311 (repeatable, not secret)
            object.__setattr__(self, "clock", lambda: _SEEDED_START)


_SEEDED_START = 1_700_000_000.0
