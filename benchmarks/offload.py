"""How long signing holds up an event loop, without and with `offload=True`.

Signs 200 requests side by side and measures, every millisecond meanwhile, by how much a sleep of 1 ms ends too late.
The worst lag is the start, when the loop takes up all 200 at once.

Prints a table in Markdown: `python benchmarks/offload.py`.
"""

from __future__ import annotations

import asyncio
import statistics
import time
import timeit

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from qredo_signing import Credentials, Environment, PartnerAuth, sign

REQUESTS = 200
RUNS = 5
URL = "https://sandbox-api.qredo.network/api/v1/p/company"


async def measure(auth: PartnerAuth) -> tuple[list[float], float]:
    """Return the lags of the event loop and how long it took, in milliseconds."""
    lags, is_done = list[float](), asyncio.Event()

    async def watch() -> None:
        while not is_done.is_set():
            start = time.perf_counter()
            await asyncio.sleep(0.001)
            lags.append((time.perf_counter() - start - 0.001) * 1000)

    async def sign() -> None:
        await anext(auth.async_auth_flow(httpx.Request("POST", URL, json={"name": "ACME"})))

    watcher = asyncio.create_task(watch())
    start = time.perf_counter()
    await asyncio.gather(*(sign() for _ in range(REQUESTS)))
    took = (time.perf_counter() - start) * 1000
    is_done.set()
    await watcher
    return lags, took


def main() -> None:
    """Print the table."""
    print(f"| {REQUESTS} requests | one signature | lag: median | lag: 95 % | lag: worst | together |")
    print("|---" * 6 + "|")
    for bits in (2048, 4096):
        credentials = Credentials("benchmark", rsa.generate_private_key(public_exponent=65537, key_size=bits))
        one = timeit.timeit(lambda: sign(credentials.signer, "1", URL, b""), number=20) / 20 * 1000  # noqa: B023
        for offload in (False, True):
            auth = PartnerAuth(credentials, Environment.SANDBOX, offload=offload)
            runs = [asyncio.run(measure(auth)) for _ in range(RUNS)]
            ranked = sorted(lag for lags, _ in runs for lag in lags)
            took = statistics.median(took for _, took in runs)
            cells = (one, statistics.median(ranked), ranked[int(len(ranked) * 0.95)], ranked[-1], took)
            print(f"| RSA-{bits}, offload={offload} | " + " | ".join(f"{cell:.2f} ms" for cell in cells) + " |")


if __name__ == "__main__":
    main()
