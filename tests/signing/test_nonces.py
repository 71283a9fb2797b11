"""Nonces: strictly increasing, whoever asks and whatever the clock does."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing import Credentials, Environment, InProcessNonces, PartnerAuth
from qredo_signing._nonces import SHARED_NONCES

from .doubles import DummyHSM, send_bare

URL = "https://sandbox-api.qredo.network/api/v1/p/assets"


def nonce_of(auth: PartnerAuth) -> int:
    """Send a request and return its nonce."""
    return int(send_bare("sync", auth, httpx.Request("GET", URL)).request.headers["x-nonce"])


@given(st.lists(st.floats(0, 4e9), min_size=1, max_size=50))
def test_nonces_increase_whatever_the_clock_does(times: list[float]) -> None:
    """Each nonce is greater than the last, and never behind the clock, also when the clock is set back."""
    clock = iter(times)
    source = InProcessNonces(lambda: next(clock))
    nonces = [source.next() for _ in times]
    assert nonces == sorted(set(nonces))
    assert all(nonce >= int(time * 1_000_000) for nonce, time in zip(nonces, times, strict=True))


def test_threads_share_a_source() -> None:
    """Eight threads get distinct nonces, each thread's in increasing order, though each look at the clock lets go."""

    def clock() -> float:
        time.sleep(0)
        return 0.0

    source = InProcessNonces(clock)
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: [source.next() for _ in range(2000)], range(8)))
    assert all(run == sorted(run) for run in runs)
    assert sorted(nonce for run in runs for nonce in run) == list(range(1, 16001))


def test_tasks_share_a_source(credentials: Credentials) -> None:
    """Requests of concurrent tasks, signed in threads, carry distinct nonces."""
    fast = Credentials(credentials.api_key, DummyHSM(None, b"signature"))
    auth = PartnerAuth(fast, Environment.SANDBOX, stamp="nonce", offload=True)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text=request.headers["x-nonce"]))

    async def main() -> list[int]:
        async with httpx.AsyncClient(auth=auth, transport=transport) as http:
            responses = await asyncio.gather(*(http.get(URL) for _ in range(200)))
        return [int(response.text) for response in responses]

    assert len(set(asyncio.run(main()))) == 200


def test_clients_of_one_process_share_a_source(credentials: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two auths with the same API key continue each other's nonces, also when the clock is set back."""
    auths = [PartnerAuth(credentials, Environment.SANDBOX, stamp="nonce") for _ in range(2)]
    first = nonce_of(auths[0])
    monkeypatch.setattr(SHARED_NONCES, "_clock", lambda: 0)
    assert [nonce_of(auths[turn % 2]) for turn in range(1, 5)] == [first + turn for turn in range(1, 5)]


def test_a_clock_of_ones_own(credentials: Credentials) -> None:
    """Nonces follow the clock that is given, in microseconds."""
    auth = PartnerAuth(credentials, Environment.SANDBOX, stamp="nonce", clock=lambda: 1.5)
    assert [nonce_of(auth), nonce_of(auth)] == [1500000, 1500001]


@pytest.mark.parametrize("nonce", [1.5, "1", None])
def test_a_nonce_is_a_whole_number(nonce: Any, credentials: Credentials) -> None:
    """A source that gives anything but an int fails before anything is sent."""
    source: Any = SimpleNamespace(next=lambda: nonce)
    auth = PartnerAuth(credentials, Environment.SANDBOX, nonces=source)
    with pytest.raises((TypeError, ValueError)):
        send_bare("sync", auth, httpx.Request("GET", URL))


def test_a_source_of_ones_own(credentials: Credentials) -> None:
    """Any object with `next()` is a source, and giving one switches to nonces."""

    class Counter:
        def __init__(self) -> None:
            self.last = 0

        def next(self) -> int:
            self.last += 1
            return self.last

    auth = PartnerAuth(credentials, Environment.SANDBOX, nonces=Counter())
    assert [nonce_of(auth), nonce_of(auth)] == [1, 2]
