"""The exit codes of `qredo`. Scripts rely on them, so no code ever changes its meaning."""

from __future__ import annotations

import enum

__all__ = ["MEANINGS", "Exit"]


class Exit(enum.IntEnum):
    """An exit code."""

    OK = 0
    NO = 1
    USAGE = 2
    LOCAL = 3
    REFUSED = 4
    UNKNOWN = 5
    TRANSPORT = 6
    RESPONSE = 7
    INTERRUPTED = 130


MEANINGS = {
    Exit.OK: "done",
    Exit.NO: "failed: invalid signature (verify), problem found (doctor), not confirmed",
    Exit.USAGE: "wrong usage, URL or JSON; nothing was sent",
    Exit.LOCAL: "keys, passphrase, environment or nonces cannot be used; nothing was sent",
    Exit.REFUSED: "the service rejected the request; a retry is safe",
    Exit.UNKNOWN: "OUTCOME UNKNOWN: it may have taken effect. Check before you retry",
    Exit.TRANSPORT: "no response from the network; a retry is safe",
    Exit.RESPONSE: "succeeded, but the response did not fit or was cut off. Don't retry",
    Exit.INTERRUPTED: "interrupted (Ctrl-C); nothing was changed",
}
