"""The exit codes of `qredo`. Scripts rely on them, so no code ever changes its meaning."""

from __future__ import annotations

import enum

__all__ = ["Exit"]


class Exit(enum.IntEnum):
    """An exit code.

    Attributes:
        meaning: What `qredo --help` says of it.
    """

    meaning: str

    OK = 0, "done"
    NO = 1, "failed: invalid signature (verify), problem found (doctor), not confirmed"
    USAGE = 2, "wrong usage, URL or JSON; nothing was sent"
    LOCAL = 3, "keys, passphrase, environment or nonces cannot be used; nothing was sent"
    REFUSED = 4, "the service rejected the request; a retry is safe"
    UNKNOWN = 5, "OUTCOME UNKNOWN: it may have taken effect. Check before you retry"
    TRANSPORT = 6, "no response from the network; a retry is safe"
    RESPONSE = 7, "succeeded, but the response did not fit or was cut off. Don't retry"
    OUTPUT = 8, "the output was cut off or could not be written; a retry is safe"
    INTERRUPTED = 130, "interrupted (Ctrl-C, SIGTERM); nothing was changed"

    def __new__(cls, code: int, meaning: str) -> Exit:
        """Make a code with its meaning."""
        self = int.__new__(cls, code)
        self._value_, self.meaning = code, meaning
        return self
