"""What a call comes to when things go wrong, through a real server on loopback: every fault with every kind of call.

The expected values are the table in docs/attempts.md. After a change of the rules write it anew, and read the
difference: `QREDO_WRITE_DOCS=1 pytest tests/signing/http/test_fault_matrix.py -n 0`.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any, TypeAlias, cast

import httpx
import pytest
import qredo_partner_v1_1
import qredo_v1
from qredo_partner_v1_1.models import AssetAmount
from qredo_signing import Credentials, Environment, HmacCredentials, PartnerAuth, PrivateKey, QredoAuth, TokenAuth
from qredo_signing._environments.base_url import base_url_of
from qredo_signing._http.sender import AsyncSender, SyncSender

from ..doubles import AnyCredentials, make_auth
from .faulty import Answer, Arrival, Clock, FaultyServer, FirstTimeout, Step
from .sending import MODES

AnyAuth: TypeAlias = PartnerAuth | QredoAuth | TokenAuth
PAGE = Path(__file__).resolve().parents[3] / "docs" / "attempts.md"
WRITE = os.environ.get("QREDO_WRITE_DOCS") == "1"
OK = Answer(200, {"company_id": "c", "name": "A", "ref": "r"}, does=True)
REFUSED_SIGNATURE = Answer(401, {"code": 401, "msg": "errPartnerAuth", "detail": {"reason": "signature"}})


@pytest.fixture(name="mode", params=MODES)
def _mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@dataclass(frozen=True)
class Call:
    """A kind of call."""

    title: str
    make: Callable[[Any], Any]
    is_repeatable: bool


HMAC_CALLS = {
    "get": Call("GET", lambda client: client.fund.get_all(), True),
    "plain": Call(
        "POST", lambda client: client.transaction.create(from_="0x1", to="0x2", value="1", gas_limit="0"), False
    ),
}
"""Of the Qredo API v1. What they come to is in the same columns."""

CALLS = {
    "get": Call("GET", lambda client: client.asset.get_all(), True),
    "idempotent": Call("PUT, `x-idempotent`", lambda client: client.company.update("c", name="A"), True),
    "keyed": Call(
        "POST with key",
        lambda client: client.transfer.create(
            "c", wallet_id="w", counterparty_wallet_address="x", expires=1, send=AssetAmount(symbol="BTC", amount=1)
        ),
        True,
    ),
    "plain": Call("POST", lambda client: client.company.create(name="A"), False),
    "approve": Call("PUT (approve)", lambda client: client.core_client.approve_action("k", "a"), False),
}


@dataclass(frozen=True)
class Fault:
    """What goes wrong.

    Attributes:
        title: For the table.
        script: What the server does, one step per request.
        usual: What it does after that.
        skew: Our clock minus the server's.
        refused: How often a connection is refused.
        patience: Seconds that the first request is given.
    """

    title: str
    script: tuple[Step, ...] = ()
    usual: Step = OK
    skew: float = 0.0
    refused: int = 0
    patience: float = 30.0


def wants_the_time(arrival: Arrival) -> Answer:
    """Take timestamps of the last and next five minutes."""
    return OK if arrival.age is not None and abs(arrival.age) < 300 else REFUSED_SIGNATURE


def come_back_at(arrival: Arrival) -> Answer:
    """Refuse for 90 seconds less 87, with a date."""
    return Answer(429, headers={"retry-after": formatdate(arrival.at + 3, usegmt=True)})


FAULTS = {
    "refused-once": Fault("connection refused, once", refused=1),
    "refused": Fault("connection refused, always", refused=99),
    "reset-before": Fault("connection reset before it was done, once", ("reset",)),
    "reset-after": Fault("connection reset after it was done, once", ("do and reset",)),
    "reset": Fault("connection reset after it was done, always", usual="do and reset"),
    "cut": Fault("response cut off, once", (Answer(200, does=True, cut=True),)),
    "slow": Fault("no response in time, once", ("do and hang",), patience=0.25),
    "429-seconds": Fault("429, `Retry-After: 3`, once", (Answer(429, headers={"retry-after": "3"}),)),
    "429-date": Fault("429, `Retry-After:` date in 3 s, once", (come_back_at,)),
    "429-long": Fault("429, `Retry-After: 3600`", usual=Answer(429, headers={"retry-after": "3600"})),
    "503-twice": Fault("503, twice", (Answer(503), Answer(503))),
    "503": Fault("503, always", usual=Answer(503)),
    "502-once": Fault("502 after it was done, once", (Answer(502, does=True),)),
    "504": Fault("504 after it was done, always", usual=Answer(504, does=True)),
    "504-then-429": Fault("504 after it was done, then 429", (Answer(504, does=True),), usual=Answer(429)),
    "500": Fault("500 after it was done", usual=Answer(500, does=True)),
    "empty": Fault("200 without a body, after it was done", usual=Answer(200, b"", does=True)),
    "unfit": Fault("200 that is not as described, after it was done", usual=Answer(200, "text", does=True)),
    "clock-10-min": Fault("our clock 10 minutes behind", usual=wants_the_time, skew=-600.0),
    "clock-2-h": Fault("our clock 2 hours ahead", usual=wants_the_time, skew=7200.0),
    "redirect": Fault("307 to elsewhere", usual=Answer(307, headers={"location": "https://elsewhere.example/x"})),
}


@dataclass(frozen=True)
class Result:
    """What came of it.

    Attributes:
        end: `result`, or the name of the error.
        tries: How many requests were given to the transport.
    """

    end: str
    tries: int
    effects: int
    arrivals: tuple[Arrival, ...]
    waits: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.tries}, {self.effects}: {self.end}"


def run(mode: str, fault: Fault, call: Call, credentials: AnyCredentials, key: PrivateKey | None = None) -> Result:
    """Make one call of a kind into one fault. The key is that of RSA credentials."""
    clock = Clock()
    api: Any = qredo_v1 if isinstance(credentials, HmacCredentials) else qredo_partner_v1_1
    verifier = credentials.secret if isinstance(credentials, HmacCredentials) else cast(PrivateKey, key).public_key
    with FaultyServer(verifier, clock, fault.usual, fault.script) as server:
        refusals = iter(range(1, fault.refused))
        clock.on_sleep = lambda: None if next(refusals, None) else server.listen()
        if not fault.refused:
            server.listen()
        transport = FirstTimeout(fault.patience, mode)
        environment = Environment.emulator(server.url)
        auth = make_auth(credentials, environment, clock=lambda: clock.now + fault.skew)
        end = (call_sync if mode == "sync" else call_async)(api, environment, transport, auth, clock, call)
    return Result(end, transport.tries, server.effects, tuple(server.arrivals), tuple(clock.slept))


def call_sync(
    api: Any, environment: Environment, transport: FirstTimeout, auth: AnyAuth, clock: Clock, call: Call
) -> str:
    """Call through the sync client, as `connect` makes it, but with a clock that needs no time to sleep."""
    http = httpx.Client(transport=transport)
    send = SyncSender(http, auth, sleep=clock.sleep, clock=clock, random=lambda: 0.5)
    with api.Client(http, base_url=base_url_of(api.Client, environment), send=send) as client:
        try:
            call.make(client)
        except Exception as error:
            return name_of(error)
    return "result"


def name_of(error: Exception) -> str:
    """The class of an error as users catch it; which of httpx's classes a broken connection gives is not ours."""
    if isinstance(error, (qredo_partner_v1_1.ResponseError, qredo_v1.ResponseError)):
        return f"`ResponseError`{', took effect' * error.took_effect}"
    kind = httpx.TransportError if isinstance(error, httpx.TransportError) else type(error)
    return f"`httpx.{kind.__name__}`" if kind is httpx.TransportError else f"`{kind.__name__}`"


def call_async(
    api: Any, environment: Environment, transport: FirstTimeout, auth: AnyAuth, clock: Clock, call: Call
) -> str:
    """The same through the async client."""

    async def main() -> str:
        http = httpx.AsyncClient(transport=transport)
        send = AsyncSender(http, auth, sleep=clock.async_sleep, clock=clock, random=lambda: 0.5)
        async with api.AsyncClient(http, base_url=base_url_of(api.AsyncClient, environment), send=send) as client:
            try:
                await cast("Awaitable[object]", call.make(client))
            except Exception as error:
                return name_of(error)
        return "result"

    return asyncio.run(main())


def table() -> dict[tuple[str, str], str]:
    """The cells of the table in the docs, by titles of fault and call."""
    text = PAGE.read_text(encoding="utf-8").partition("<!-- table -->")[2]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    (_, *titles), *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
    return {(row[0], title): cell for row in rows for title, cell in zip(titles, row[1:], strict=True)}


@pytest.mark.skipif(WRITE, reason="the table is being written")
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_with_each_call(
    fault: str, call: str, mode: str, emulator_credentials: Credentials, key: PrivateKey
) -> None:
    """Attempts, effects and result are those of the docs; each attempt was stamped and signed at its own send."""
    result = run(mode, FAULTS[fault], CALLS[call], emulator_credentials, key)
    assert str(result) == table()[FAULTS[fault].title, CALLS[call].title]
    check_laws(result, FAULTS[fault], CALLS[call])


@pytest.mark.skipif(WRITE, reason="the table is being written")
@pytest.mark.parametrize("call", HMAC_CALLS)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_other_api_does_the_same(fault: str, call: str, mode: str, hmac_credentials: HmacCredentials) -> None:
    """Calls that are signed with a secret come to what the docs say as well, each attempt signed at its own send."""
    result = run(mode, FAULTS[fault], HMAC_CALLS[call], hmac_credentials)
    assert str(result) == table()[FAULTS[fault].title, HMAC_CALLS[call].title]
    check_laws(result, FAULTS[fault], HMAC_CALLS[call])


def check_laws(result: Result, fault: Fault, call: Call) -> None:
    """What must be true whatever the table says."""
    assert result.tries <= 3
    assert all(arrival.is_signed for arrival in result.arrivals)
    # With a clock that is off, the first attempt shows it.
    timely = result.arrivals[1:] if fault.skew else result.arrivals
    assert all(arrival.age is not None and -2 <= arrival.age <= 2 for arrival in timely)
    stamps = [arrival.headers.get("x-timestamp", arrival.headers.get("qredo-api-ts")) for arrival in result.arrivals]
    assert len(set(stamps)) == len(stamps) or all(wait < 1 for wait in result.waits)
    if not call.is_repeatable or call is CALLS["keyed"]:
        assert result.effects <= 1
        assert len({arrival.body for arrival in result.arrivals}) <= 1
    if not call.is_repeatable and result.effects and result.end != "result":
        assert result.end in {"`OutcomeUnknownError`", "`ServerError`", "`ResponseError`, took effect"}
    assert "elsewhere" not in "".join(arrival.headers["host"] for arrival in result.arrivals)


def test_retry_after_is_waited_for(emulator_credentials: Credentials, key: PrivateKey, mode: str) -> None:
    """Both forms of Retry-After are waited for in full, and by little more."""
    for fault in ("429-seconds", "429-date"):
        (wait,) = run(mode, FAULTS[fault], CALLS["get"], emulator_credentials, key).waits
        assert 2 <= wait <= 3.25  # a date is in whole seconds


def test_the_docs_have_the_whole_table(emulator_credentials: Credentials, key: PrivateKey) -> None:
    """The table has a row for each fault and a column for each call, and no other. Writes it, if told to."""
    if WRITE:
        write_table(emulator_credentials, key)
    titles = [(fault.title, call.title) for fault in FAULTS.values() for call in CALLS.values()]
    assert list(table()) == titles


def write_table(credentials: Credentials, key: PrivateKey) -> None:
    """Write the table anew."""
    lines = ["| | " + " | ".join(call.title for call in CALLS.values()) + " |", "|---" * (len(CALLS) + 1) + "|"]
    for fault in FAULTS.values():
        cells = [str(run("sync", fault, call, credentials, key)) for call in CALLS.values()]
        lines.append(f"| {fault.title} | " + " | ".join(cells) + " |")
    text = PAGE.read_text(encoding="utf-8")
    marked = "<!-- table -->\n" + "\n".join(lines) + "\n<!-- end of table -->"
    text, count = re.subn(r"<!-- table -->.*?<!-- end of table -->", lambda _: marked, text, flags=re.DOTALL)
    assert count == 1
    PAGE.write_text(text, encoding="utf-8")
