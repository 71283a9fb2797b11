"""Calls with a counter in the main thread, while a signal handler raises again and again: `python signal_storm.py N`.

Prints JSON: how many signals came, what the server saw, how many calls ended in which way, and the counter at the end.
"""

from __future__ import annotations

import base64
import json
import random
import signal
import sys
from types import FrameType

import httpx
from qredo_partner_v1_1 import Client
from qredo_signing import Credentials, Environment, InProcessNonces, connect

KEY = base64.urlsafe_b64encode(b'{"key_id":"a","key":"b","sandbox":true}').decode().rstrip("=")
BODY = b'{"company_id":"c","name":"A","city":"","country":"","domain":"","ref":""}'


LONGEST = 0.0008
"""Seconds, a little longer than a call takes."""


class StormError(Exception):
    """Raised by the signal handler."""


class Stub:
    """Signs nothing, so that more of the time is in what is tested."""

    def sign(self, message: bytes) -> bytes:
        return bytes(256)


class Wire(httpx.BaseTransport):
    """Takes each request, and keeps its number. A real connection pool would be torn by the signals itself."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(int(request.headers["x-nonce"]))
        return httpx.Response(200, content=BODY)


def main(wanted: int) -> None:
    wire = Wire()
    nonces = InProcessNonces(rule="counter", start=1)
    counts = {"ok": 0, "unknown": 0, "unsent": 0, "signals": 0}
    armed = False

    def handler(number: int, frame: FrameType | None) -> None:
        if armed:
            counts["signals"] += 1
            raise StormError

    signal.signal(signal.SIGALRM, handler)
    credentials = Credentials(KEY, Stub())
    environment = Environment.SANDBOX
    client = connect(Client, credentials, environment, nonces=nonces, max_retries=0, transport=wire)
    while counts["signals"] < wanted:
        try:
            armed = True
            signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-5, LONGEST))
            client.company.get("c")
            armed = False
            counts["ok"] += 1
        except StormError as storm:
            armed = False
            counts["unknown" if is_noted(storm) else "unsent"] += 1
        except Exception as error:
            armed = False
            if not is_noted(error) and not isinstance(error.__context__, StormError):  # torn: a lock of `threading`
                raise
            counts["unknown" if is_noted(error) else "unsent"] += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    client.company.get("c")
    counts["ok"] += 1
    print(json.dumps({**counts, "last": nonces.next() - 1, "seen": wire.seen}))


def is_noted(error: BaseException) -> bool:
    return "outcome" in str(error) or any("outcome" in note for note in getattr(error, "__notes__", ()))


if __name__ == "__main__":
    main(int(sys.argv[1]))
