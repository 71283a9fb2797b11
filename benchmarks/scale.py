"""How the cost grows with the work: `python benchmarks/scale.py`.

Rows that are decoded at once, requests that are in flight at once, and messages of a feed: each in four sizes, as CPU
time of this process. The exponent of the power law through them is 1 where twice the work takes twice the time. What
grows with a description is in regenerate.py, and with the pages of a list in pages.py.

Rows are decoded with Python's garbage collector and without: the more objects there are, the more often it looks at all
of them.

Then 200 requests are kept in flight for a minute (`--seconds`): CPU time for a call and memory stay what they were.
Signatures are stubs: RSA costs the same every time, and would hide what grows.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from _lean import API_KEY, Stub
from _measure import exponent, goal
from _server import feeding, serving
from decode import ledger, ours, peak, rows
from qredo_partner_v1_1 import AsyncClient, Client
from qredo_signing import Credentials, Environment, connect
from qredo_signing.feeds import feed

SECTION = "Scale"
ROWS = (12_500, 25_000, 50_000, 100_000)
IN_FLIGHT = (25, 50, 100, 200)
CALLS_EACH = 20
SLICES = 10
MESSAGES = (12_500, 25_000, 50_000, 100_000)
LIMIT = 1.1
COMPANY = "1fXbq3RZlOa8mTQ0vhKtDu7pYeC"
RESPONSE = {
    "company_id": COMPANY,
    "name": "ACME",
    "city": "Paris",
    "country": "FR",
    "domain": "acme.example",
    "ref": "1",
}
MESSAGE = {
    "Status": "approved",
    "wallet_id": "7WBmjzZ8eRZ5xRtVbDDtrMvGfgTHdM1nSsuGPeiPSF8Q",
    "tx_id": "2BJrWo4ZII8BrmeeKVbB3YiNSV6",
    "chain_tx_id": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "asset": "BTC-TESTNET",
    "amount": 500_000,
    "fee": 0,
    "net_amount": 500_000,
    "timestamp": 1_656_806_400,
    "sweep_tx": False,
}
CREDENTIALS = Credentials(API_KEY, Stub())
TRANSPORTS: Mapping[str, Mapping[str, Any]] = {"httpx": {}, "aiohttp": {"transport": "aiohttp"}}


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of this process for some work, after a collection of garbage."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def grow(name: str, sizes: Sequence[int], work: Callable[[int], object], rounds: int, *, unit: int = 1) -> list[float]:
    """Print what each size takes, check the exponent, and return the medians in seconds.

    Args:
        name: What is counted.
        sizes: The sizes, the smallest first.
        work: Does the work of a size.
        rounds: How often each size is measured.
        unit: How often something is done in work of size 1.
    """
    times: dict[int, list[float]] = {size: [] for size in sizes}
    work(sizes[-1])  # opens connections and warms caches
    for _ in range(rounds):
        for size in random.sample(sizes, len(sizes)):
            times[size].append(cpu_of(partial(work, size)))
    medians = [statistics.median(own) for own in times.values()]
    print(f"| {name} | s of CPU | us for each |\n|---|---|---|")
    for size, median in zip(sizes, medians, strict=True):
        print(f"| {size:,} | {median:.3f} | {median / size / unit * 1e6:.1f} |")
    print()
    goal(SECTION, f"exponent of time, {name}", exponent(sizes, medians), LIMIT, unit="")
    print()
    return medians


def decoding(rounds: int) -> None:
    """Rows of one response."""
    responses = {count: ledger(list(rows(count))) for count in ROWS}
    grow("rows of a ledger decoded", ROWS, lambda count: ours(responses[count]), rounds)
    gc.disable()
    try:
        grow("the same without the garbage collector", ROWS, lambda count: ours(responses[count]), rounds)
    finally:
        gc.enable()
    peaks = [peak(partial(ours, response)) for response in responses.values()]
    goal(SECTION, "exponent of peak memory, rows of a ledger decoded", exponent(ROWS, peaks), LIMIT, unit="")
    print()


async def keep_calling(client: AsyncClient, at_once: int, may_start: Callable[[], bool]) -> int:
    """Keep this many calls in flight for as long as another one may start; return how many were made."""
    made = 0

    async def work() -> None:
        nonlocal made
        while may_start():
            made += 1
            await client.company.get(COMPANY)

    await asyncio.gather(*(work() for _ in range(at_once)))
    return made


def first(count: int) -> Callable[[], bool]:
    """A condition that is true the first times that it is asked."""
    left = iter(range(count))
    return lambda: next(left, None) is not None


def in_flight(url: str, rounds: int, seconds: float) -> None:
    """Requests at once: in four sizes, then for a while."""
    for name, options in TRANSPORTS.items():
        with asyncio.Runner() as runner:
            client = connect(AsyncClient, CREDENTIALS, Environment.emulator(url), **options)

            def run(at_once: int, client: AsyncClient = client, runner: asyncio.Runner = runner) -> None:
                runner.run(keep_calling(client, at_once, first(at_once * CALLS_EACH)))

            grow(f"requests in flight over {name}", IN_FLIGHT, run, rounds, unit=CALLS_EACH)
            runner.run(steady(name, client, seconds / SLICES))
            runner.run(client.aclose())


async def steady(name: str, client: AsyncClient, seconds: float) -> None:
    """Keep the most requests in flight for `SLICES` times these seconds, and check that calls cost what they did."""
    costs, memory = list[float](), list[int]()
    for _ in range(SLICES):
        end, start = time.monotonic() + seconds, time.process_time()
        made = await keep_calling(client, IN_FLIGHT[-1], partial(is_before, end))
        costs.append((time.process_time() - start) / made)
        memory.append(resident())
    print(f"| {IN_FLIGHT[-1]} in flight over {name} for {seconds * SLICES:.0f} s | us of CPU for a call | MB |")
    print("|---|---|---|")
    for number, (cost, most) in enumerate(zip(costs, memory, strict=True), 1):
        print(f"| until {seconds * number:.0f} s | {cost * 1e6:.0f} | {most / 1e6:.1f} |")
    print()
    half = SLICES // 2
    later = statistics.median(costs[half:]) / statistics.median(costs[:half])
    goal(SECTION, f"{IN_FLIGHT[-1]} in flight over {name}: CPU of a call, second half to first", later, LIMIT)
    goal(SECTION, f"{IN_FLIGHT[-1]} in flight over {name}: memory at the end to a tenth", memory[-1] / memory[0], LIMIT)
    print()


def is_before(end: float) -> bool:
    """Whether a time of the monotonic clock is to come."""
    return time.monotonic() < end


def resident() -> int:
    """Bytes of memory that this process has."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def feeds(url: str, rounds: int) -> None:
    """Messages of one connection, from the handshake to the last."""
    with connect(Client, CREDENTIALS, Environment.emulator(url)) as client:

        def read(count: int) -> None:
            with feed(client, "wallets", resync=False) as messages:
                assert sum(1 for _ in islice(messages, count)) == count

        medians = grow("messages of a feed, sync", MESSAGES, read, rounds)
    per_second = MESSAGES[-1] / medians[-1]
    goal(SECTION, "messages of a feed", per_second, 10_000, at_least=True, unit="per second of CPU")
    print()


async def read_feed(client: AsyncClient, count: int) -> None:
    """Read so many messages of a feed."""
    async with feed(client, "wallets", resync=False) as messages:
        async for _ in messages:
            count -= 1
            if not count:
                break


def async_feeds(url: str, rounds: int) -> None:
    """The same on asyncio."""
    with asyncio.Runner() as runner:
        client = connect(AsyncClient, CREDENTIALS, Environment.emulator(url))
        grow("messages of a feed, async", MESSAGES, lambda count: runner.run(read_feed(client, count)), rounds)
        runner.run(client.aclose())


def main() -> None:
    """Print the tables and the goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each size is run")
    parser.add_argument(
        "--seconds", type=float, default=60, help="for which requests are kept in flight, per transport"
    )
    options = parser.parse_args()
    with serving(json.dumps(RESPONSE).encode()) as url:
        in_flight(url, options.rounds, options.seconds)
    with feeding(json.dumps(MESSAGE).encode()) as url:
        feeds(url, options.rounds)
        async_feeds(url, options.rounds)
    decoding(options.rounds)  # last: the memory that it leaves would hide what calls take


if __name__ == "__main__":
    main()
