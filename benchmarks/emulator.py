"""The emulator beside a general mock server, Prism, on the same description: `python benchmarks/emulator.py`.

Prism is installed by npm, or named by `--prism`; without it the emulator is measured alone.

Both start several times, and then serve the same signed requests on eight connections: the emulator verifies each
signature and keeps state, Prism looks whether the headers are there and returns the description's example. They take
turns in random order. Requests are signed once and sent as raw bytes, so that the sender does not count. CPU time is
that of the server's process, read from /proc: Linux only. Requests per CPU second are what one core serves.
"""

from __future__ import annotations

import argparse
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import qredo_partner_v1_1
from _load import load
from _measure import goal, not_measured
from _peers import MissingPeerError
from _peers import prism as install_prism
from _program import Program, free_port, running
from qredo_signing import Credentials, Environment, PartnerAuth, connect

DESCRIPTION = Path(__file__).parents[1] / "spec" / "qredo_partner_v1_1" / "openapi.yaml"
CONNECTIONS = 8
Start = Callable[[int], Sequence[str]]


@dataclass
class Times:
    """Wall and CPU seconds of one case, a pair for each round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def measure_starts(starts: dict[str, Start], rounds: int) -> dict[str, Times]:
    """Start each program anew in each round, until it responds."""
    times = {name: Times() for name in starts}
    for number in range(rounds):
        for name in random.sample(list(starts), len(starts)):
            print(f"start {number + 1} of {rounds}: {name}", file=sys.stderr)
            port = free_port()
            with running(starts[name](port), port) as program:
                times[name].wall.append(program.wall)
                times[name].cpu.append(program.cpu_of_start)
    return times


def measure_requests(cases: dict[str, tuple[Program, bytes]], rounds: int, requests: int) -> dict[str, Times]:
    """Send each case's request many times in each round."""
    times = {name: Times() for name in cases}
    for program, request in cases.values():  # warms caches
        load("127.0.0.1", program.port, request, requests=200, connections=CONNECTIONS)
    for number in range(rounds):
        for name in random.sample(list(cases), len(cases)):
            print(f"round {number + 1} of {rounds}: {name}", file=sys.stderr)
            program, request = cases[name]
            cpu, wall = program.cpu(), time.perf_counter()
            load("127.0.0.1", program.port, request, requests=requests, connections=CONNECTIONS)
            times[name].wall.append(time.perf_counter() - wall)
            times[name].cpu.append(program.cpu() - cpu)
    return times


def signed(credentials: Credentials, port: int, base_path: str, method: str, path: str, body: bytes = b"") -> bytes:
    """The bytes of a signed request, which the emulator takes for the next five minutes."""
    environment = Environment.emulator(f"http://127.0.0.1:{port}")
    request = httpx.Request(method, f"http://127.0.0.1:{port}{base_path}{path}", content=body)
    request.headers["accept"] = "application/json"
    if body:
        request.headers["content-type"] = "application/json"
    flow = PartnerAuth(credentials, environment).sync_auth_flow(request)
    next(flow)  # when the flow ends, the credentials are taken off the request
    head = [f"{method} {request.url.raw_path.decode()} HTTP/1.1", *(f"{k}: {v}" for k, v in request.headers.items())]
    return "\r\n".join([*head, "", ""]).encode() + body


def start_table(times: dict[str, Times]) -> str:
    """The starts in Markdown; the first row is what the ratio refers to."""
    base = next(iter(times.values()))
    lines = ["| Start until the first response | CPU s, median | least to most | Wall s, median | CPU ratio |"]
    lines.append("| --- | --: | --: | --: | --: |")
    for name, own in times.items():
        lines.append(
            f"| {name} | {statistics.median(own.cpu):.2f} | {min(own.cpu):.2f} to {max(own.cpu):.2f} "
            f"| {statistics.median(own.wall):.2f} | {ratio(own, base):.2f} |"
        )
    return "\n".join(lines)


def request_table(times: dict[str, Times], requests: int) -> str:
    """The requests in Markdown; the first row is what the ratio refers to."""
    base = next(iter(times.values()))
    lines = [f"| {CONNECTIONS} connections | Requests/s, median | slowest to fastest round | CPU ms per request |"]
    lines[0] += " requests per CPU second | CPU ratio |"
    lines.append("| --- | --: | --: | --: | --: | --: |")
    for name, own in times.items():
        rates = sorted(requests / wall for wall in own.wall)
        cpu = statistics.median(own.cpu) / requests
        lines.append(
            f"| {name} | {statistics.median(rates):,.0f} | {rates[0]:,.0f} to {rates[-1]:,.0f} | {cpu * 1000:.2f} "
            f"| {1 / cpu:,.0f} | {ratio(own, base):.2f} |"
        )
    return "\n".join(lines)


def ratio(own: Times, base: Times) -> float:
    """Median of the ratios of CPU time within the rounds."""
    return statistics.median(one / other for one, other in zip(own.cpu, base.cpu, strict=True))


def make_keys(folder: Path) -> Credentials:
    """Let an emulator make its keys once, so that no start counts that."""
    port = free_port()
    with running([sys.executable, "-m", "qredo_emulator", "--keys", str(folder), "--port", str(port)], port):
        return Credentials.from_directory(folder)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prism", help="Prism's program (default: it is installed)")
    parser.add_argument("--requests", type=int, default=2000, help="requests per case and round (default 2000)")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of requests (default 9)")
    parser.add_argument("--starts", type=int, default=5, help="starts of each program (default 5)")
    options = parser.parse_args()
    prism = find_prism(options.prism)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        keys = Path(folder) / "keys"
        credentials = make_keys(keys)
        ours = [sys.executable, "-m", "qredo_emulator", "--keys", str(keys), "--port"]
        starts: dict[str, Start] = {"emulator": lambda port: [*ours, str(port)]}
        if prism:
            starts["Prism"] = lambda port: [prism, "mock", str(DESCRIPTION), "-v", "error", "-p", str(port)]
        started = measure_starts(starts, options.starts)
        ports = {name: free_port() for name in starts}
        programs = {name: stack.enter_context(running(starts[name](port), port)) for name, port in ports.items()}
        served = measure_requests(make_cases(programs, credentials), options.rounds, options.requests)
    print(f"Python {platform.python_version()}{beside(prism)}; qredo_partner_v1_1.\n")
    print(start_table(started), request_table(served, options.requests), sep="\n\n", end="\n\n")
    for name in ("GET", "POST"):
        rate = options.requests / statistics.median(served[f"emulator, {name}"].cpu)
        goal("Emulator", f"signed requests served by one core, {name}", rate, 1000, at_least=True, unit="/s")
    goal("Emulator", "start until the first response", statistics.median(started["emulator"].cpu), 2, unit="s of CPU")


def find_prism(named: str | None) -> str | None:
    """Prism's program; None, and why, if it cannot be had."""
    try:
        return named or str(install_prism())
    except MissingPeerError as error:
        not_measured("Emulator", "Prism beside the emulator", str(error))
        return None


def beside(prism: str | None) -> str:
    """The versions of Prism and Node."""
    if prism is None:
        return ""
    commands = ([prism, "--version"], ["node", "--version"])
    versions = [subprocess.run(one, capture_output=True, text=True, check=True).stdout.strip() for one in commands]
    return f"; Prism {versions[0]} on Node {versions[1]}"


def make_cases(programs: dict[str, Program], credentials: Credentials) -> dict[str, tuple[Program, bytes]]:
    """The same reading and the same writing request to each server."""
    emulator, prism = programs["emulator"], programs.get("Prism")
    with connect(
        qredo_partner_v1_1.Client, credentials, Environment.emulator(f"http://127.0.0.1:{emulator.port}")
    ) as client:
        company = client.company.create(name="ACME", city="Paris", country="FR").company_id
        base_path = client.base_url.partition(str(emulator.port))[2]
    read = ("GET", f"/company/{company}", b"")
    # Adding the same party again changes nothing: the last request costs what the first does.
    write = ("POST", f"/company/{company}/trustedparty", b'{"address":"ann@acme.example"}')
    cases = {}
    for method, path, body in (read, write):
        sent = signed(credentials, emulator.port, base_path, method, path, body)
        cases[f"emulator, {method}"] = (emulator, sent)
        if prism:
            cases[f"Prism, {method}"] = (prism, signed(credentials, prism.port, "", method, path, body))
    return cases


if __name__ == "__main__":
    main()
