"""What walking through a long ledger costs, by its length: `python benchmarks/pages.py`.

`iter_ledger` walks through 12,500 to 100,000 rows, a page of 100 at a time, against the emulator in a process of its
own, whose state has four such ledgers. CPU time is that of this process and, apart, that of the emulator.
Memory is what tracemalloc counts here above the start of a walk, at its highest, in another walk, in which the garbage
collector runs every 50 pages: httpx's responses refer to themselves, and when it would run by itself is up to chance.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import qredo_partner_v1_1
from _measure import exponent, goal
from _program import Program, free_port, running
from qredo_partner_v1_1 import Client, require
from qredo_signing import Credentials, Environment, connect

LENGTHS = (12_500, 25_000, 50_000, 100_000)
ROUNDS = 2
PAGE = 100  # as the description has it
ASSET = "BTC-TESTNET"


class Walk(NamedTuple):
    """What a walk took.

    Attributes:
        rows: How many rows it saw.
        client: CPU seconds of this process.
        emulator: CPU seconds of the emulator.
    """

    rows: int
    client: float
    emulator: float


class Ledger(NamedTuple):
    """Where a ledger is."""

    company: str
    fund: str


def walk(client: Client, emulator: Program, ledger: Ledger) -> Walk:
    """Walk through a ledger."""
    theirs, ours = emulator.cpu(), time.process_time()
    rows = sum(1 for _ in client.fund.iter_ledger(*ledger))
    return Walk(rows, time.process_time() - ours, emulator.cpu() - theirs)


def peak(client: Client, ledger: Ledger) -> int:
    """Walk through a ledger, and return the most memory in use at a time, in bytes above the start."""
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number, _ in enumerate(client.fund.iter_ledger(*ledger)):
        if number % (50 * PAGE) == 0:
            gc.collect()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most - before


@contextmanager
def emulator(keys: Path, state: Path) -> Iterator[tuple[Program, Client]]:
    """Run the emulator on a state file, which it writes in the end."""
    port = free_port()
    command = ["-m", "qredo_emulator", "--keys", str(keys), "--state", str(state), "--port", str(port)]
    with (
        running([sys.executable, *command], port) as program,
        connect(
            qredo_partner_v1_1.Client,
            Credentials.from_directory(keys),
            Environment.emulator(f"http://127.0.0.1:{port}"),
        ) as client,
    ):
        yield program, client


def seed(keys: Path, state: Path) -> list[Ledger]:
    """Write a state that has the ledgers: funds that a client made, and deposits that are put in beside them."""
    with emulator(keys, state) as (_, client):
        ledgers, wallets = zip(*(_fund(client, length) for length in LENGTHS), strict=True)
    document = json.loads(state.read_bytes())
    for length, wallet in zip(LENGTHS, wallets, strict=True):
        document["state"]["ledger"] += [_deposit(wallet, number) for number in range(length)]
    state.write_text(json.dumps(document))
    return list(ledgers)


def _fund(client: Client, length: int) -> tuple[Ledger, str]:
    company = client.company.create(name=f"Company of {length}", city="Paris", country="FR").company_id
    fund = require(client.fund.create(company, name="Treasury", assets=[ASSET]).fund_id)
    (wallet,) = require(client.fund.get(company, fund).wallets)
    return Ledger(company, fund), require(wallet.wallet_id)


def _deposit(wallet: str, number: int) -> dict[str, Any]:
    chain = {"tx_id": "", "chain_tx_id": f"{number:064x}"}
    return {"wallet_id": wallet, "type": "deposit", "timestamp": 1_656_720_000 + number, "net": 1000 + number, **chain}


def growth(walks: list[list[Walk]], time_of: Callable[[Walk], float]) -> float:
    """By which power of its length the time of a walk grows."""
    return exponent(LENGTHS, [statistics.median(map(time_of, same)) for same in walks])


def print_table(walks: list[list[Walk]], peaks: list[int]) -> None:
    """Print what the walks took, in Markdown."""
    print("| rows | client, CPU s | least | us per row | emulator, CPU s | us per row | peak memory, MB |")
    print("|---|---|---|---|---|---|---|")
    for rows, same, peak in zip(LENGTHS, walks, peaks, strict=True):
        ours, theirs = (statistics.median(values) for values in zip(*(one[1:3] for one in same), strict=True))
        least = min(one.client for one in same)
        print(
            f"| {rows:,} | {ours:.2f} | {least:.2f} | {ours / rows * 1e6:.1f} | {theirs:.2f} "
            f"| {theirs / rows * 1e6:.1f} | {peak / 1e6:.2f} |"
        )
    print()


def main() -> None:
    """Print the table and the goals."""
    with tempfile.TemporaryDirectory() as folder:
        keys, state = Path(folder) / "keys", Path(folder) / "state.json"
        ledgers = seed(keys, state)
        with emulator(keys, state) as (program, client):
            walk(client, program, ledgers[0])  # warms caches
            walks: list[list[Walk]] = [[] for _ in ledgers]
            for _ in range(ROUNDS):
                for index in random.sample(range(len(ledgers)), len(ledgers)):
                    walks[index].append(walk(client, program, ledgers[index]))
            peaks = [peak(client, ledger) for ledger in ledgers]
    for rows, same in zip(LENGTHS, walks, strict=True):
        assert {one.rows for one in same} == {rows}
    print_table(walks, peaks)
    ours, theirs = growth(walks, lambda one: one.client), growth(walks, lambda one: one.emulator)
    goal("Pages", "exponent of the client's time", ours, 1.1, unit="")
    goal("Pages", "exponent of the emulator's time", theirs, 1.1, unit="")
    # Not to the shortest: there, what is loaded once is a third of the peak.
    goal("Pages", f"peak memory, {LENGTHS[-1]:,} rows to {LENGTHS[1]:,}", peaks[-1] / peaks[1], 1.1)


if __name__ == "__main__":
    main()
