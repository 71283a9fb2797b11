"""The holdings of a hundred companies, at most so many calls at a time; one that fails does not lose the others.

    export QREDO_ENVIRONMENT=emulator QREDO_URL=http://127.0.0.1:8080       # or QREDO_ENVIRONMENT=sandbox
    python examples/fan_out.py --at-once 8

Reads only; asks about every company that the API key sees. Needs `pip install .`, and a folder
`keys` (or QREDO_KEYS) with `apikey` and `private.pem`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
from qredo_partner_v1_1 import AsyncClient, ClientError, require
from qredo_partner_v1_1.models import CompanyMatch
from qredo_signing import Credentials, Environment, OutcomeUnknownError, connect

T = TypeVar("T")
R = TypeVar("R")

EXPECTED = (ClientError, OutcomeUnknownError, httpx.TransportError)
"""What a call may raise: an error of the API, an unknown outcome, no network. Anything else is a bug."""


async def for_each(items: Sequence[T], call: Callable[[T], Awaitable[R]], *, at_once: int) -> list[R | Exception]:
    """Call for each item, and return the results in the order of the items: what came back, or the error."""
    limit = asyncio.Semaphore(at_once)

    async def one(item: T) -> R | Exception:
        async with limit:
            try:
                return await call(item)
            except EXPECTED as error:
                return error

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(item)) for item in items]
    return [task.result() for task in tasks]


async def report(at_once: int) -> int:
    """Print each company's holdings, and return how many are missing."""
    credentials = Credentials.from_directory(os.environ.get("QREDO_KEYS", "keys"))
    async with connect(AsyncClient, credentials, Environment.from_environment()) as client:

        async def holdings(company: CompanyMatch) -> str:
            found = await client.holding.get_all(require(company.company_id))
            return ", ".join(f"{one.amount} {one.code}" for one in found) or "nothing"

        companies = list(await client.company.search())
        results = await for_each(companies, holdings, at_once=at_once)
    for company, result in zip(companies, results, strict=True):
        print(f"{company.name}: {result if isinstance(result, str) else f'MISSING ({result})'}")
    missing = sum(isinstance(result, Exception) for result in results)
    print(f"{len(results)} companies, {missing} missing")
    return missing


def main() -> None:
    """Read the options and run. The exit code is 1 if anything is missing."""
    parser = argparse.ArgumentParser(description="The holdings of all companies.")
    parser.add_argument("--at-once", type=int, default=8, help="calls in flight at the most")
    at_once = parser.parse_args().at_once
    if at_once < 1:
        parser.error(f"--at-once is {at_once}: give 1 or more")
    sys.exit(1 if asyncio.run(report(at_once)) else 0)


if __name__ == "__main__":
    main()
