"""Several worker processes that share one API key, with nonces from one Redis.

    redis-server --port 6379 --save ""                                      # in another terminal
    export QREDO_ENVIRONMENT=emulator QREDO_URL=http://127.0.0.1:8080       # or QREDO_ENVIRONMENT=sandbox
    REDIS_URL=redis://127.0.0.1:6379 python examples/nonce_workers.py --workers 3 --calls 5

Reads only. Needs `pip install ".[redis]"`, and a folder `keys` (or QREDO_KEYS) with `apikey` and
`private.pem`. Timestamps need none of this: use nonces only where you must.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections.abc import Callable
from typing import TypeVar

import redis
from qredo_partner_v1_1 import Client, UnauthorizedError
from qredo_signing import Credentials, Environment, RedisNonces, connect

R = TypeVar("R")


def in_order(call: Callable[[], R], *, tries: int = 20) -> tuple[R, int]:
    """Call, and again with a fresh nonce where one of another process has overtaken it: the result, and how often.

    Redis gives each number once, but requests may arrive in another order. The service rejects a number below the last
    one with 401. A rejected call had no effect, so any call may be retried.
    """
    for late in range(tries):
        try:
            return call(), late
        except UnauthorizedError:
            if late + 1 == tries:
                raise
    raise ValueError(f"tries is {tries}: give 1 or more")


def work(calls: int) -> None:
    """What one process does. It makes its own Redis client and its own source: neither survives a fork."""
    credentials = Credentials.from_directory(os.environ.get("QREDO_KEYS", "keys"))
    with redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=5) as store:
        nonces = RedisNonces(store, key="qredo:nonce:reports")  # one key in Redis for each API key
        with connect(Client, credentials, Environment.from_environment(), nonces=nonces) as client:
            late = sum(in_order(client.asset.get_all)[1] for _ in range(calls))
    # One write for the whole line: the processes share the output.
    sys.stdout.write(f"process {os.getpid()} made {calls} calls, overtaken by another process {late} times\n")


def main() -> None:
    """Start the workers, and wait for them. The exit code is 1 if one has failed."""
    parser = argparse.ArgumentParser(description="Worker processes with nonces from Redis.")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--calls", type=int, default=5, help="of each worker")
    options = parser.parse_args()
    fresh = multiprocessing.get_context("spawn")
    workers = [fresh.Process(target=work, args=[options.calls]) for _ in range(options.workers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(1 if any(worker.exitcode for worker in workers) else 0)


if __name__ == "__main__":
    main()
