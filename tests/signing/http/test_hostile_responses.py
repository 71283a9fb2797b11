"""Whatever a server sends back: only documented errors, no second execution, one idempotency key per call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from qredo_signing import Credentials

from .hostile_frames import FRAMES, response
from .hostile_responses import OK, RESPONSES
from .hostile_responses import response as response_1
from .hostile_server import CALLS, SETUPS, Server, caller, judge


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server for all."""
    server = Server()
    yield server
    server.close()


@pytest.fixture(params=SETUPS)
def setup(request: pytest.FixtureRequest) -> str:
    """Each set-up of a client."""
    return str(request.param)


def try_all(server: Server, name: str, call: Callable[[str], Any], most: int | None = None) -> list[str]:
    """Make each kind of call; return what was wrong."""
    found = list[str]()
    for kind in CALLS:
        server.keys = []
        found.extend(judge(name, kind, call(kind), server.keys))
        if most is not None and len(server.keys) > most:
            found.append(f"carried out {len(server.keys)} times: {kind}, {name}")
    return found


@pytest.mark.parametrize("step", [len(SETUPS) - 1, pytest.param(1, marks=pytest.mark.full)])
def test_whatever_a_server_sends(setup: str, server: Server, credentials: Credentials, step: int) -> None:
    """Each of hundreds of byte sequences ends each kind of call by a documented error or a result, in one execution.

    In the short form each set-up over HTTP/1.1 takes its share of them, and all take all.
    """
    sequences = FRAMES if setup == "HTTP/2" else RESPONSES
    assert len(sequences) > 500
    found = list[str]()
    with caller(setup, credentials, server.url, max_retries=0) as call:
        for name, server.sequence in list(sequences.items())[SETUPS.index(setup) % step :: step]:
            found += try_all(server, name, call, most=1)
    assert found == []


@pytest.mark.parametrize("resets", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("step", [23, pytest.param(1, marks=pytest.mark.full)])
def test_a_cut_at_every_byte(setup: str, server: Server, credentials: Credentials, step: int, resets: bool) -> None:
    """A connection that ends at any byte of the request or the response: the same, with retries too."""
    server.sequence = good = response("200") if setup == "HTTP/2" else response_1(200, OK)
    found = list[str]()
    try:
        with caller(setup, credentials, server.url, max_retries=1) as call:
            assert call("keyed") is None
            length = server.length
            server.resets = resets
            for server.cut in range(0, length, step):
                found += try_all(server, f"request cut at {server.cut} of {length}", call)
            server.cut = None
            for cut in range(0, len(good), step):
                server.sequence = good[:cut]
                found += try_all(server, f"response cut at {cut}", call)
    finally:
        server.cut, server.resets = None, False
    assert found == []
