"""Signing on two cores: two threads with one key, beside two processes in C: `python benchmarks/two_cores.py`.

The threads share an auth, and so its credentials and key; each goes through the whole signing step. The processes know
nothing of one another, and only sign, with the libcrypto that this machine's compiler finds: that is what two cores
can do. All take turns in short bursts of wall time, in an order drawn anew for each round, so that what else runs on
the machine hits them alike; no burst is left out.

Without a compiler, or the headers of OpenSSL, `openssl speed` takes the part of the processes.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from _lean import write_credentials
from _measure import Result, goal, measure, not_measured, table
from _peers import Worker
from qredo_signing import Credentials, Environment, PartnerAuth

SOURCE = Path(__file__).parent / "peers" / "two_cores.c"
URL = "http://127.0.0.1:9/api/v1/p/company/1fXbq3RZlOa8mTQ0vhKtDu7pYeC/fund?query=a"
BODY = b'{"name":"ACME Corp","description":"Treasury"}'
SIGNATURES = 100  # of each worker in a burst: less than a tenth of a second
FIGURE = "two threads beside two processes in C, signatures per second"


class Threads:
    """Bursts of the signing step in threads that share everything."""

    def __init__(self, credentials: Credentials, pool: ThreadPoolExecutor) -> None:
        self._signer = credentials.signer
        self._auth = PartnerAuth(credentials, Environment.emulator("http://127.0.0.1:9"))
        self._pool = pool
        self.renew()

    def renew(self) -> None:
        """Build the requests that the next burst signs."""
        self._requests = [[httpx.Request("POST", URL, content=BODY) for _ in range(SIGNATURES)] for _ in range(2)]

    def burst(self, workers: int) -> None:
        """Sign in one thread or in two."""
        for done in [self._pool.submit(self._sign, requests) for requests in self._requests[:workers]]:
            done.result()

    def burst_of_bare_signatures(self) -> None:
        """Sign in two threads with the key alone."""
        for done in [self._pool.submit(self._sign_bare) for _ in range(2)]:
            done.result()

    def _sign(self, requests: list[httpx.Request]) -> None:
        for request in requests:
            next(self._auth.sync_auth_flow(request))

    def _sign_bare(self) -> None:
        for _ in range(SIGNATURES):
            self._signer.sign(BODY)


@contextmanager
def processes(program: Path, key: Path) -> Iterator[Callable[[int], None]]:
    """Two processes in C; gives what signs a burst in one of them or in both."""
    with Worker([str(program), str(key)]) as one, Worker([str(program), str(key)]) as other:

        def burst(workers: int) -> None:
            for worker in (one, other)[:workers]:
                worker.order(SIGNATURES)
            for worker in (one, other)[:workers]:
                worker.result()

        yield burst


def compile_signer(folder: Path) -> Path | None:
    """The program in C, or None where it cannot be compiled."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = folder / "two_cores"
    done = subprocess.run([compiler, "-O2", "-o", program, SOURCE, "-lcrypto"], capture_output=True, check=False)
    return program if done.returncode == 0 else None


def openssl_rate(workers: int) -> float:
    """Signatures per second, by `openssl speed`."""
    done = subprocess.run(
        ["openssl", "speed", "-seconds", "1", "-multi", str(workers), "rsa2048"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"(?m)^rsa +2048 bits +\S+ +\S+ +([0-9.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def beside_c(threads: Threads, program: Path, key: Path, rounds: int) -> list[Result]:
    """Wall times of bursts; the first is what the others are measured by."""
    with processes(program, key) as burst:
        cases = {
            "two processes in C": lambda: burst(2),
            "two threads, one key": lambda: threads.burst(2),
            "two threads, one key, only the signature": threads.burst_of_bare_signatures,
            "one process in C": lambda: burst(1),
            "one thread": lambda: threads.burst(1),
        }
        return measure(cases, rounds=rounds, before=threads.renew, clock=time.perf_counter_ns)


def beside_openssl(threads: Threads, rounds: int) -> list[Result]:
    """The same by rates; `openssl speed` takes a second for each of its bursts."""
    times: dict[str, list[float]] = {"openssl speed -multi 2": [], "two threads, one key": []}
    base, ours = times.values()
    for _ in range(rounds):
        threads.renew()
        start = time.perf_counter_ns()
        threads.burst(2)
        ours.append((time.perf_counter_ns() - start) / 1000)
        base.append(2 * SIGNATURES / openssl_rate(2) * 1e6)
    return [
        Result(name, own, [one / other for one, other in zip(own, base, strict=True)]) for name, own in times.items()
    ]


def main() -> None:
    """Print the table and the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100, help="of bursts (default 100)")
    rounds = parser.parse_args().rounds
    cores = len(os.sched_getaffinity(0))
    if cores < 2:
        not_measured("Two cores", FIGURE, f"this machine has {cores} core")
        return
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        key = write_credentials(folder)
        threads = Threads(Credentials.from_directory(folder), stack.enter_context(ThreadPoolExecutor(2)))
        program = compile_signer(folder)
        if program is not None:
            print("Beside it: a program in C, compiled in this run, that calls EVP_DigestSign.", end="\n\n")
            results = beside_c(threads, program, key, rounds)
        elif shutil.which("openssl"):
            print("Beside it: `openssl speed`, since no program in C could be compiled.", end="\n\n")
            results = beside_openssl(threads, max(10, rounds // 5))
        else:
            not_measured("Two cores", FIGURE, "there is neither a compiler with OpenSSL's headers nor openssl")
            return
    print(table(f"wall time of {SIGNATURES} signatures each", results, "ms", "wall time"), end="\n\n")
    goal("Two cores", FIGURE, 1 / results[1].ratio, 0.95, at_least=True)


if __name__ == "__main__":
    main()
