"""Whole signed calls and first responses beside other SDKs: `python benchmarks/peers.py`.

Each SDK runs in a virtual environment of its own from its published package, and ours in one with what it needs, with
the settings that its documentation has, against the same kind of local server. A call is typed, sync, and goes over a
kept connection; Fireblocks, binance-sdk-spot and ours sign it with RSA-2048. For calls, one process of each stays and
makes a few of them in turn, in an order drawn anew for each round; for imports and first responses, each starts anew.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from _lean import write_credentials
from _measure import Result, goal, not_measured, table
from _peers import PINS, MissingPeerError, Worker, interpreter
from _server import serving
from start import measure_starts

ROOMS = [str(Path(__file__).parents[1] / room) for room in ("generated", "signing_plugin")]
COMPANY = {
    "company_id": "1fXbq3RZlOa8mTQ0vhKtDu7pYeC",
    "name": "ACME",
    "city": "Paris",
    "country": "FR",
    "domain": "acme.example",
    "ref": "1",
}
LICENSE = {"key": "acme", "name": "ACME", "spdx_id": None, "url": None, "node_id": "1"}


@dataclass(frozen=True)
class Side:
    """One of those compared.

    Attributes:
        pins: Its name in peers/, where its versions are pinned.
        program: Its program there.
        imports: What a user imports.
        response: What its server returns.
        calls: How many it makes in a round, or 0 if its calls are not compared.
        call_goal: How many times more a signed call of its should cost than ours, at least.
        start_goal: The same for the first response.
    """

    pins: str
    program: str
    imports: str
    response: object
    calls: int = 0
    call_goal: float | None = None
    start_goal: float | None = None


OURS, FIREBLOCKS, BINANCE = "ours", "Fireblocks SDK", "binance-sdk-spot"
SIDES = {
    OURS: Side(
        "qredo",
        "qredo.py",
        f"import sys; sys.path += {ROOMS}\nfrom qredo_partner_v1_1 import Client\n"
        "from qredo_signing import Credentials, Environment, connect",
        COMPANY,
        calls=30,
    ),
    FIREBLOCKS: Side(
        "fireblocks",
        "fireblocks_sdk.py",
        "from fireblocks.client import Fireblocks",
        {"id": "1", "name": "ACME", "assets": [], "hiddenOnUI": False, "customerRefId": "1", "autoFuel": False},
        calls=2,
        call_goal=15,
        start_goal=10,
    ),
    BINANCE: Side(
        "binance-sdk-spot",
        "binance_sdk.py",
        "from binance_sdk_spot.spot import Spot",
        {"makerCommission": 15, "canTrade": True, "accountType": "SPOT", "uid": 1, "permissions": ["SPOT"]},
        calls=15,
        call_goal=2,
    ),
    "stripe (does not sign)": Side(
        "stripe", "stripe_sdk.py", "import stripe", {"id": "cus_1", "object": "customer", "name": "ACME"}
    ),
    "githubkit (does not sign)": Side("githubkit", "githubkit_sdk.py", "from githubkit import GitHub", [LICENSE]),
}


def measure_calls(commands: Mapping[str, Sequence[str]], rounds: int) -> list[Result]:
    """CPU times of signed calls, in microseconds, those of each side in a process that stays."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    with ExitStack() as stack:
        workers = {name: stack.enter_context(Worker([*command, "--worker"])) for name, command in commands.items()}
        for number in range(rounds + 1):
            for name in random.sample(list(workers), len(workers)):
                workers[name].order(SIDES[name].calls)
                took = workers[name].result()["cpu_ns"] / 1000 / SIDES[name].calls
                if number:  # the first round warms caches
                    times[name].append(took)
    base = times[OURS]
    return [
        Result(name, own, [one / other for one, other in zip(own, base, strict=True)]) for name, own in times.items()
    ]


def available() -> dict[str, str]:
    """The interpreters of those that can be measured; of the others it is said why not."""
    pythons = {}
    for name, side in SIDES.items():
        try:
            pythons[name] = str(interpreter(side.pins))
        except MissingPeerError as error:
            not_measured(
                "Signed call" if side.calls else "Import", name if name == OURS else f"{name} beside ours", str(error)
            )
    return pythons


def main() -> None:
    """Print the tables and the goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60, help="of signed calls (default 60)")
    parser.add_argument("--starts", type=int, default=6, help="of each program (default 6)")
    options = parser.parse_args()
    pythons = available()
    if OURS not in pythons:
        return
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        key = str(write_credentials(folder))
        first = {}
        for side, python in pythons.items():
            url = stack.enter_context(serving(json.dumps(SIDES[side].response).encode()))
            first[side] = [python, str(PINS / SIDES[side].program), url, key]
        signed = {side: command for side, command in first.items() if SIDES[side].calls}
        calls = measure_calls(signed, options.rounds)
        print(table("whole signed call", calls), end="\n\n")
        imports = {side: [python, "-c", SIDES[side].imports] for side, python in pythons.items()}
        print(table("import", measure_starts(imports, options.starts, folder / "pyc"), "ms"), end="\n\n")
        starts = measure_starts(first, options.starts, folder / "pyc")
        print(table("start to first response", starts, "ms"), end="\n\n")
    for one in calls:
        if limit := SIDES[one.name].call_goal:
            goal("Signed call", f"{one.name}'s signed call to ours", one.ratio, limit, at_least=True)
    for one in starts:
        if limit := SIDES[one.name].start_goal:
            goal("Import", f"start to first response, {one.name} to ours", one.ratio, limit, at_least=True)


if __name__ == "__main__":
    main()
