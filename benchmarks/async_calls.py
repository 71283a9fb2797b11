"""Signed calls with 32 in flight, over httpx and over aiohttp: how many in a second, and how late the event loop is.

`python benchmarks/async_calls.py` prints the tables and the goals. Calls are typed and go over kept connections to a
server in another process. The ways are run in bursts, in an order drawn anew for each round; a ratio is of two bursts
of one round. A burst is long enough for the pool to settle: httpx by itself keeps 20 idle connections, so with 32 in
flight it closes and opens some all the time. "All kept" is what `connect` makes. The lag is by how much a sleep of 1 ms
ends too late meanwhile.

A last table has signing alone, 200 requests at once and no network: what an offloaded signature costs and spares.

With `--profile` it prints where the time of a call over aiohttp goes instead, the signature left out.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import collections
import cProfile
import json
import pstats
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import qredo_partner_v1_1
from _measure import goal
from _server import serving
from cryptography.hazmat.primitives.asymmetric import rsa
from qredo_signing import Credentials, Environment, PartnerAuth, connect

SECTION = "Async"
IN_FLIGHT, CALLS, ROUNDS = 32, 480, 8
COMPANY = "1fXbq3RZlOa8mTQ0vhKtDu7pYeC"
RESPONSE = {
    "company_id": COMPANY,
    "name": "ACME",
    "city": "Paris",
    "country": "FR",
    "domain": "acme.example",
    "ref": "1",
}
API_KEY = base64.urlsafe_b64encode(b'{"key_id":"benchmark","key":"benchmark","issuer":"qredo-emulator"}').decode()
WAYS: dict[str, dict[str, Any]] = {
    "httpx": {"limits": httpx.Limits(max_connections=100, max_keepalive_connections=20), "offload": False},
    "httpx, all kept": {"offload": False},
    "httpx, all kept, offload": {"offload": True},
    "aiohttp": {"transport": "aiohttp", "offload": False},
    "aiohttp, offload": {"transport": "aiohttp", "offload": True},
}
ROOTS = {"generated", f"python{sys.version_info[0]}.{sys.version_info[1]}", "signing_plugin", "site-packages"}
PLAIN, CHOSEN = "httpx", "aiohttp, offload"


class Stub:
    """Signs nothing."""

    def sign(self, message: bytes) -> bytes:
        """Return a signature that is none."""
        return b"\0" * 256


@dataclass
class Way:
    """What was measured of one way.

    Attributes:
        rates: Calls per second, one for each round.
        cpu: Microseconds of CPU for a call, one for each round.
        lags: Milliseconds.
    """

    call: Callable[[], Awaitable[object]]
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)


async def burst(call: Callable[[], Awaitable[object]], calls: int) -> None:
    """Make so many calls, always 32 at a time."""
    left = iter(range(calls))

    async def work() -> None:
        for _ in left:
            await call()

    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))


async def watch(lags: list[float]) -> None:
    """Note by how many milliseconds the event loop is late, until cancelled."""
    while True:
        start = time.perf_counter()
        await asyncio.sleep(0.001)
        lags.append((time.perf_counter() - start - 0.001) * 1000)


async def measure(way: Way, calls: int) -> None:
    """Run one burst."""
    watcher = asyncio.create_task(watch(way.lags))
    await asyncio.sleep(0)
    start, cpu = time.perf_counter(), time.process_time()
    await burst(way.call, calls)
    way.rates.append(calls / (time.perf_counter() - start))
    way.cpu.append((time.process_time() - cpu) / calls * 1e6)
    watcher.cancel()
    await asyncio.gather(watcher, return_exceptions=True)


def make_client(name: str, credentials: Credentials, environment: Environment) -> qredo_partner_v1_1.AsyncClient:
    """Connect in one of the ways."""
    options = dict(WAYS[name])
    if limits := options.pop("limits", None):
        options["transport"] = httpx.AsyncHTTPTransport(limits=limits)
    return connect(qredo_partner_v1_1.AsyncClient, credentials, environment, **options)


async def compare(url: str, credentials: Credentials, rounds: int, names: list[str]) -> dict[str, Way]:
    """Measure some ways side by side."""
    environment = Environment.emulator(url)
    clients = {name: make_client(name, credentials, environment) for name in names}
    ways = {name: Way(partial(client.company.get, COMPANY)) for name, client in clients.items()}
    for way in ways.values():
        await burst(way.call, IN_FLIGHT * 2)
    for _ in range(rounds):
        for name in random.sample(names, len(names)):
            await measure(ways[name], CALLS)
    for client in clients.values():
        await client.aclose()
    return ways


def ratios(ways: dict[str, Way], name: str) -> list[float]:
    """How many times as many calls per second as plain httpx, one for each round."""
    return [one / other for one, other in zip(ways[name].rates, ways[PLAIN].rates, strict=True)]


def table(title: str, ways: dict[str, Way]) -> str:
    """A table in Markdown."""
    lines = [f"| {title} | calls/s | ratio | 10 % to 90 % | CPU per call | lag: median | lag: 99 % |", "|---" * 7 + "|"]
    for name, way in ways.items():
        times, cuts = ratios(ways, name), statistics.quantiles(ratios(ways, name), n=10)
        late = statistics.quantiles(way.lags, n=100)[-1]
        lines.append(
            f"| {name} | {statistics.median(way.rates):.0f} | {statistics.median(times):.2f} "
            f"| {cuts[0]:.2f} to {cuts[-1]:.2f} | {statistics.median(way.cpu):.0f} us "
            f"| {statistics.median(way.lags):.1f} ms | {late:.1f} ms |"
        )
    return "\n".join(lines)


async def sign_alone(credentials: Credentials, offload: bool) -> tuple[list[float], float]:
    """Sign 200 requests at once; return the lags of the event loop, and how long it took, in milliseconds."""
    environment = Environment.emulator("http://127.0.0.1:1")
    auth = PartnerAuth(credentials, environment, offload=offload)
    url, lags = f"{environment.origin}/company", list[float]()

    async def sign() -> None:
        await anext(auth.async_auth_flow(httpx.Request("POST", url, json={"name": "ACME"})))

    watcher = asyncio.create_task(watch(lags))
    await asyncio.sleep(0)
    start = time.perf_counter()
    await asyncio.gather(*(sign() for _ in range(200)))
    took = (time.perf_counter() - start) * 1000
    await asyncio.sleep(0.002)
    watcher.cancel()
    return lags, took


def table_of_signing_alone() -> str:
    """A table in Markdown."""
    lines = ["| 200 signatures at once | lag: median | lag: worst | together |", "|---" * 4 + "|"]
    for bits in (2048, 4096):
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        for offload in (False, True):
            runs = [asyncio.run(sign_alone(Credentials(API_KEY, key), offload)) for _ in range(3)]
            lags = [lag for lags, _ in runs for lag in lags]
            cells = (statistics.median(lags), max(lags), statistics.median(took for _, took in runs))
            lines.append(f"| RSA-{bits}, offload={offload} | " + " | ".join(f"{cell:.1f} ms" for cell in cells) + " |")
    return "\n".join(lines)


def profile(url: str) -> None:
    """Print where the time of a call over aiohttp goes; the signature is a stub. C functions count for their caller."""
    profiler = cProfile.Profile()

    async def main() -> None:
        environment = Environment.emulator(url)
        stub = Credentials(API_KEY, Stub())
        async with connect(qredo_partner_v1_1.AsyncClient, stub, environment, **WAYS["aiohttp"]) as client:
            call = partial(client.company.get, COMPANY)
            await burst(call, 200)
            with profiler:
                await burst(call, 2000)

    asyncio.run(main())
    shares = collections.Counter[str]()
    stats: Any = pstats.Stats(profiler)
    for (file, _, name), (_, _, time_in, _, callers) in stats.stats.items():
        if "_socket.socket" in name or "select" in name:
            shares["(system calls)"] += time_in
        elif file == "~":
            for (caller, _, _), (_, _, time_for_it, _) in callers.items():
                shares[package_of(caller)] += time_for_it
        else:
            shares[package_of(file)] += time_in
    print("| one call over aiohttp | share of the time |", "|---|---|", sep="\n")
    for package, share in shares.most_common(12):
        print(f"| {package} | {share / shares.total():.0%} |")


def package_of(file: str) -> str:
    """The package of a source file: its first folder below site-packages, a source root or the standard library."""
    parts = Path(file).parts
    roots = [index for index, part in enumerate(parts) if part in ROOTS]
    return parts[roots[-1] + 1].removesuffix(".py") if roots and roots[-1] + 1 < len(parts) else "(other)"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with serving(json.dumps(RESPONSE).encode()) as url:
        if options.profile:
            profile(url)
            return
        credentials = Credentials(API_KEY, rsa.generate_private_key(public_exponent=65537, key_size=2048))
        signed = asyncio.run(compare(url, credentials, options.rounds, list(WAYS)))
        stubbed = asyncio.run(compare(url, Credentials(API_KEY, Stub()), options.rounds, ["httpx", "aiohttp"]))
    print(table(f"signed GET, {IN_FLIGHT} in flight", signed), end="\n\n")
    print(table("the same, signature stubbed", stubbed), end="\n\n")
    print(table_of_signing_alone(), end="\n\n")
    goal(
        SECTION,
        "signed requests per second with the extra, to plain httpx",
        statistics.median(ratios(signed, CHOSEN)),
        3,
        at_least=True,
    )
    goal(SECTION, "median loop lag, signing off the loop", statistics.median(signed[CHOSEN].lags), 3, unit="ms")


if __name__ == "__main__":
    main()
