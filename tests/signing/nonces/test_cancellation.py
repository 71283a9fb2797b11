"""A cancellation at any point of an async call loses no turn and no number, on asyncio and trio."""

from __future__ import annotations

import math
import random
from typing import Any

import anyio
import httpx
import pytest
from qredo_partner_v1_1 import AsyncClient
from qredo_signing import Credentials, Environment, InProcessNonces, OutcomeUnknownError, SQLiteNonces, connect

BODY = b'{"company_id":"c","name":"A","city":"","country":"","domain":"","ref":""}'


class Wire(httpx.AsyncBaseTransport):
    """Takes each request, and keeps its number, some time before it responds."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(int(request.headers["x-nonce"]))
        await anyio.sleep(random.choice((0, 0.0005)))
        return httpx.Response(200, content=BODY)


async def storm(client: Any, calls: int, counts: dict[str, int]) -> None:
    """Make calls that are cancelled at random moments, and one that is not."""
    for left in reversed(range(calls)):
        try:
            with anyio.move_on_after(10 ** random.uniform(-4, -0.7) if left else math.inf) as scope:
                await call(client, counts)
        except OutcomeUnknownError:
            counts["unknown"] += 1
        counts["cancelled"] += scope.cancelled_caught


async def call(client: Any, counts: dict[str, int]) -> None:
    try:
        await client.company.create(name="A")
    except BaseException as error:
        counts["unknown"] += any("outcome" in note for note in getattr(error, "__notes__", ()))
        raise
    counts["ok"] += 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("store", ["memory", "sqlite"])
@pytest.mark.parametrize("calls", [150, pytest.param(10_000, marks=pytest.mark.full)])
def test_no_turn_and_no_number_is_lost(
    backend: str, store: str, calls: int, credentials: Credentials, tmp_path: Any
) -> None:
    """After many cancellations the next call has its turn; a number that was not seen is of a call that said so."""
    nonces: Any = InProcessNonces(rule="counter", start=1)
    if store == "sqlite":
        nonces = SQLiteNonces(tmp_path / "nonces.db", rule="counter")
        nonces.initialise(1)
    wire, counts = Wire(), {"ok": 0, "unknown": 0, "cancelled": 0}

    async def main() -> None:
        client = connect(
            AsyncClient, credentials, Environment.SANDBOX, nonces=nonces, max_retries=0, transport=wire, offload=False
        )
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(storm, client, calls // 8, counts)
        with anyio.fail_after(600):
            await client.company.get("c")

    anyio.run(main, backend=backend)
    last = nonces.next() - 1
    assert counts["cancelled"] > calls / 10
    assert counts["ok"] >= 8
    assert wire.seen == sorted(set(wire.seen))
    assert last == wire.seen[-1]
    assert 0 <= last - len(wire.seen) <= counts["unknown"]
