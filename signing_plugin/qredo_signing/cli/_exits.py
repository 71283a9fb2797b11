"""What the exit codes of `qredo` mean. Scripts rely on them: none changes its meaning."""

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
    Exit.NO: "no: not valid (verify), a problem (doctor), not confirmed",
    Exit.USAGE: "wrong usage, URL or JSON; nothing was sent",
    Exit.LOCAL: "keys, passphrase, environment or nonces; nothing was sent",
    Exit.REFUSED: "the service refused; to repeat does no harm",
    Exit.UNKNOWN: "OUTCOME UNKNOWN: it may have taken effect. Look first; never just repeat",
    Exit.TRANSPORT: "no answer from the network; to repeat does no harm",
    Exit.RESPONSE: "done, but the answer is not as described, or nobody read it. Do not repeat",
    Exit.INTERRUPTED: "interrupted (Ctrl-C); nothing was changed",
}
