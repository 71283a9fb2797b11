"""What starting costs beside httpx, in fresh interpreters: `python benchmarks/start.py`.

Imports, then everything from the start of the process to the first decoded signed response. All are CPU times of whole
processes less that of `python -c pass`, with compiled files in place. The server is one process, warm all the time.

Other SDKs are in `peers.py`, which measures with `measure_starts`.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from _fresh import compiling_into, run
from _lean import write_credentials
from _measure import Result, goal, table
from _server import serving

__all__ = ["measure_starts"]

COMPANY = "1fXbq3RZlOa8mTQ0vhKtDu7pYeC"
RESPONSE = {
    "company_id": COMPANY,
    "name": "ACME",
    "city": "Paris",
    "country": "FR",
    "domain": "acme.example",
    "ref": "1",
}

HTTPX, PACKAGE, OPERATION, LEDGER = "httpx", "generated package", "client and one operation", "client and the ledger"
PLUGIN, KEY = "the same and the plugin", "the same and a key loaded"
IMPORTS = {
    HTTPX: "import httpx",
    PACKAGE: "import qredo_partner_v1_1",
    OPERATION: """
import httpx
from qredo_partner_v1_1 import Client
Client(httpx.Client(transport=httpx.BaseTransport()), base_url="http://127.0.0.1").company.get
from qredo_partner_v1_1.models import Company
""",
    LEDGER: """
import httpx
from qredo_partner_v1_1 import Client
Client(httpx.Client(transport=httpx.BaseTransport()), base_url="http://127.0.0.1").fund.get_ledger
from qredo_partner_v1_1.models import TxLedger
""",
}
IMPORTS[PLUGIN] = IMPORTS[OPERATION] + "from qredo_signing import Credentials, Environment, connect\n"
IMPORTS[KEY] = IMPORTS[PLUGIN] + "import sys\nCredentials.from_directory(sys.argv[2])\n"

BARE, OURS = "bare httpx, unsigned", "typed and signed, key validated"
FIRST_RESPONSES = {
    BARE: """
import sys, httpx
with httpx.Client(verify=False, trust_env=False) as client:
    assert client.get(sys.argv[1]).json()["name"] == "ACME"
""",
    OURS: """
import sys
from qredo_partner_v1_1 import Client
from qredo_signing import Credentials, Environment, connect
credentials = Credentials.from_directory(sys.argv[2])
with connect(Client, credentials, Environment.emulator(sys.argv[1])) as client:
    assert client.company.get("1fXbq3RZlOa8mTQ0vhKtDu7pYeC").name == "ACME"
""",
}
WITH_CERTIFICATES = {  # as with https: both load the CA certificates, though this server does not need them
    BARE: """
import sys, httpx
with httpx.Client(trust_env=False) as client:
    assert client.get(sys.argv[1]).json()["name"] == "ACME"
""",
    OURS: """
import sys, httpx
from qredo_partner_v1_1 import Client
from qredo_signing import Credentials, Environment, connect
credentials = Credentials.from_directory(sys.argv[2])
with (
    httpx.Client(trust_env=False) as http,
    connect(Client, credentials, Environment.emulator(sys.argv[1]), http_client=http) as client,
):
    assert client.company.get("1fXbq3RZlOa8mTQ0vhKtDu7pYeC").name == "ACME"
""",
}
# What httpx and cryptography load if it happens to be installed, such as for httpx's own command: as if it were not.
_EXTRAS = """
import sys
sys.modules.update(dict.fromkeys(("bcrypt", "brotli", "brotlicffi", "click", "h2", "socksio", "trio", "zstandard")))
"""
_MEMORY = """
print(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1])
"""


def measure_starts(commands: Mapping[str, Sequence[str]], rounds: int, compiled: Path) -> list[Result]:
    """Run programs in turn, in an order drawn anew in each round; the first is the baseline.

    Args:
        commands: By name.
        rounds: How often each is started.
        compiled: A folder for compiled files, whatever this environment does about them otherwise.

    Returns:
        CPU times in microseconds, less that of a Python that does nothing.
    """
    environment = compiling_into(compiled)
    empty = [sys.executable, "-c", "pass"]
    times: dict[str, list[float]] = {name: [] for name in commands}
    nothing = []
    for command in [empty, *commands.values()]:  # compiles what is not compiled yet
        run(command, environment)
    for _ in range(rounds):
        nothing.append(run(empty, environment).cpu * 1e6)
        for name in random.sample(list(commands), len(commands)):
            times[name].append(run(commands[name], environment).cpu * 1e6)
    idle = statistics.median(nothing)
    net = {name: [one - idle for one in own] for name, own in times.items()}
    base = next(iter(net.values()))
    return [Result(name, own, [one / other for one, other in zip(own, base, strict=True)]) for name, own in net.items()]


def start_goals(url: str, folder: Path, rounds: int) -> None:
    """Print what imports and first responses cost, and their goals.

    Args:
        url: A server that responds to everything with the same company.
        folder: With the files of an API key and its private key.
        rounds: How often each program is started.
    """
    ratios: dict[str, float] = {}
    for title, programs in (
        ("import", IMPORTS),
        ("start to first response with CA certificates", WITH_CERTIFICATES),
        ("start to first response", FIRST_RESPONSES),
    ):
        commands = {name: ours(code, url, folder) for name, code in programs.items()}
        results = measure_starts(commands, rounds, folder / "compiled")
        print(table(title, results, "ms"), end="\n\n")
        ratios |= {one.name: one.ratio for one in results}
    goal("Import", "import of the generated package, to httpx's", ratios[PACKAGE], 1.15)
    goal("Import", "import, client and one operation, to import of httpx", ratios[OPERATION], 1.35)
    goal("Import", "the same with the plugin, to import of httpx", ratios[PLUGIN], 1.6)
    goal("Import", "start to first signed response, to bare httpx's unsigned", ratios[OURS], 2.0)
    memory = _memory(ours(WITH_CERTIFICATES[OURS] + _MEMORY, url, folder), folder / "compiled")
    goal("Import", "resident memory after the first response", memory, 40, unit="MB")


def ours(code: str, url: str, folder: Path) -> list[str]:
    """The command that runs a program with nothing installed but what our package needs."""
    return [sys.executable, "-c", _EXTRAS + code, url, str(folder)]


def main() -> None:
    """Print the tables and the goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25, help="how often each program is started")
    options = parser.parse_args()
    with serving(json.dumps(RESPONSE).encode()) as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_credentials(folder)
        start_goals(url, folder, options.rounds)


def _memory(command: Sequence[str], compiled: Path, times: int = 5) -> float:
    """Megabytes (2**20) that a program said it had in memory."""
    environment = compiling_into(compiled)
    return statistics.median(int(run(command, environment).said) for _ in range(times)) / 1024


if __name__ == "__main__":
    main()
