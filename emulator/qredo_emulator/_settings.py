"""What can be set when an emulator starts."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Rules of one emulator.

    Attributes:
        default_api: Package whose description is also served at the bare documented paths;
            None is the newest Partner version that is there.
        strict: An operation without a handler is a 501 error instead of an example.
        examples_only: Every operation answers its example and nothing is kept. For tests of a
            client alone, where no company exists that a path could name.
        check_responses: Every answer is validated against the description; one that is not
            valid becomes a 500 error that says why.
        time_window: Seconds by which ``x-timestamp`` may differ from the emulator's clock;
            None switches the rule off.
        nonces_increase: Whether a nonce must be greater than the key's last one.
        accept_users: Whether a person who is added as trusted party accepts at once.
        spec: Folder with one folder per API package; None is the one that comes with the emulator.
        clock: Gives the time in Unix seconds.
        random: Source of ids; a seeded one makes them repeatable.
    """

    default_api: str | None = None
    strict: bool = False
    examples_only: bool = False
    check_responses: bool = False
    time_window: int | None = 300
    nonces_increase: bool = True
    accept_users: bool = True
    spec: Path | None = None
    clock: Callable[[], float] = time.time
    random: random.Random = field(default_factory=random.SystemRandom)
