"""Faults on purpose: delays, errors, broken connections, a clock that is off."""

from __future__ import annotations

import asyncio
import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import httpx_ws
import pytest
from qredo_emulator import Emulator, Settings


def companies(call: Any) -> int:
    count: int = call.ok("GET", "/company/search")["total_count"]
    return count


def test_a_rate_limit_says_when_to_come_back(call: Any, qredo: Emulator) -> None:
    """429 has Retry-After and the documented form, changes nothing, and comes as often as it was asked for."""
    qredo.control.faults.rate_limit(7, times=2)
    answers = [call("POST", "/company", {"name": "A"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert answers[0].json()["code"] == 429
    assert companies(call) == 1
    record = qredo.control.requests[0]
    assert (record.operation, record.status, record.fault, record.verified) == ("company_create", 429, "429", None)


@pytest.mark.parametrize(("after", "made"), [(False, 0), (True, 1)])
def test_an_error_comes_before_or_after_the_request_is_carried_out(
    call: Any, qredo: Emulator, after: bool, made: int
) -> None:
    """A gateway's error may hide a request that was carried out, and one that was not."""
    qredo.control.faults.unavailable(504, after=after)
    assert call("POST", "/company", {"name": "A"}).status_code == 504
    assert companies(call) == made


@pytest.mark.parametrize(("after", "made"), [(False, 0), (True, 1)])
def test_a_connection_is_really_broken(call: Any, qredo: Emulator, after: bool, made: int) -> None:
    """The client sees a TCP reset; whether the request was carried out it can't know."""
    qredo.control.faults.reset(after=after)
    with pytest.raises(httpx.ReadError) as caught:
        call("POST", "/company", {"name": "A"})
    assert "reset" in str(caught.value).lower()
    assert companies(call) == made
    assert qredo.control.requests[0].status == 0


def test_other_connections_stay(call: Any, qredo: Emulator) -> None:
    """Only the connection of the request that a reset hits is broken."""
    url = f"{qredo.url}{call.base}/assets"
    with httpx.Client() as one, httpx.Client() as two:
        assert [client.get(url).status_code for client in (one, two)] == [401, 401]
        qredo.control.faults.reset()
        with pytest.raises(httpx.ReadError):
            one.get(url)
        assert [client.get(url).status_code for client in (one, two)] == [401, 401]


def test_a_fault_hits_the_operation_that_it_is_for(call: Any, qredo: Emulator) -> None:
    """With an operation, all others go on as ever, until faults are cleared."""
    qredo.control.faults.unavailable(times=None, operation="asset_get_all")
    assert [call("GET", path).status_code for path in ("/assets", "/company/search", "/assets")] == [503, 200, 503]
    assert qredo.control.faults.armed == ("503, always, asset_get_all only",)
    qredo.control.faults.clear()
    assert call("GET", "/assets").status_code == 200


def test_the_oldest_error_comes_first(call: Any, qredo: Emulator) -> None:
    """Errors come one per request, in the order in which they were armed."""
    qredo.control.faults.unavailable(502)
    qredo.control.faults.rate_limit()
    assert [call("GET", "/assets").status_code for _ in range(3)] == [502, 429, 200]


def test_a_delay_is_waited_for(call: Any, qredo: Emulator) -> None:
    """A client that is less patient than the delay times out; the request after it does not wait."""
    qredo.control.faults.delay(600)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{qredo.url}{call.base}/assets", timeout=0.2)
    assert call("GET", "/assets").status_code == 200


def test_the_record_of_a_late_response_has_the_time_of_its_request() -> None:
    """`control.requests` says when a request came, whatever the clock said when its response was sent."""
    clock = [100.0]
    emulator = Emulator(Settings(clock=lambda: clock[0]))
    emulator.control.faults.delay(0.001)

    async def get() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(emulator.app)) as client:
            response = asyncio.create_task(client.get("http://127.0.0.1/api/v1/p/assets"))
            while emulator.control.faults.armed:  # noqa: ASYNC110 - nothing else tells that the delay has begun
                await asyncio.sleep(0)
            clock[0] = 200.0
            await response

    asyncio.run(get())
    assert [record.time for record in emulator.control.requests] == [100.0]


def test_the_date_is_really_off(call: Any, qredo: Emulator) -> None:
    """The Date header is off by what was asked for, on errors too, until faults are cleared."""

    def off() -> float:
        answer = call("GET", "/assets", headers={"x-sign": "AAAA"})
        assert len(answer.headers.get_list("date")) == 1
        return parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()

    qredo.control.faults.skew_date(-5000)
    assert abs(off() + 5000) < 60
    qredo.control.faults.clear()
    assert abs(off()) < 60


@pytest.mark.parametrize("seconds", [-(10**15), 10**15])
def test_no_date_is_too_far_off(call: Any, qredo: Emulator, seconds: float) -> None:
    """A date that no header can hold becomes the nearest that one can."""
    qredo.control.faults.skew_date(seconds)
    assert call("GET", "/assets").headers["date"] in (
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    )


@pytest.mark.parametrize("seconds", [float("inf"), float("-inf"), float("nan")])
def test_a_date_is_off_by_a_number(qredo: Emulator, seconds: float) -> None:
    """A skew that is no number of seconds is an error, and nothing is armed."""
    with pytest.raises(ValueError, match="finite"):
        qredo.control.faults.skew_date(seconds)
    assert qredo.control.faults.armed == ()


def test_a_feed_is_refused_and_broken(call: Any, qredo: Emulator) -> None:
    """The handshake of a feed has the same faults, by the feed's name."""
    url = f"{qredo.url}{call.base}/wallets/feed".replace("http", "ws")

    def open_feed() -> None:
        stamp = str(int(time.time()))
        headers = call.signature(httpx.Request("GET", url), stamp, "x-timestamp", url, b"")
        with httpx_ws.connect_ws(url, headers=headers):
            pass

    qredo.control.faults.rate_limit(3, operation="feed:wallets")
    with pytest.raises(httpx_ws.WebSocketUpgradeError) as caught:
        open_feed()
    assert (caught.value.response.status_code, caught.value.response.headers["retry-after"]) == (429, "3")
    qredo.control.faults.reset(operation="feed:wallets")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        open_feed()
    open_feed()
    assert [record.status for record in qredo.control.requests] == [429, 0, 101]


def test_reset_disarms(call: Any, qredo: Emulator) -> None:
    """A reset of the emulator leaves no fault behind for the next test."""
    qredo.control.faults.unavailable(times=None)
    qredo.control.reset()
    assert call("GET", "/assets").status_code == 200


def test_without_a_server_a_reset_is_an_exception() -> None:
    """The application in memory has no connection that could break: the transport raises what a socket would."""
    emulator = Emulator()
    emulator.control.faults.reset()

    async def get() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(emulator.app)) as client:
            await client.get("http://127.0.0.1/api/v1/p/assets")

    with pytest.raises(ConnectionResetError):
        asyncio.run(get())
