"""A clock that is wrong: corrected from the server's, once, for all, and never by much."""

from __future__ import annotations

import asyncio
import logging
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_emulator import Emulator, Settings
from qredo_partner_v1_1 import AsyncClient, Client, UnauthorizedError
from qredo_signing import ClockSkewError, Credentials, Environment, PartnerAuth, connect
from qredo_signing._signature.clock import LIMIT, TOLERANCE, SkewedClock

from ..doubles import Seen, call, serve

NOW = 1_700_000_000.0
BODY = b'{"code": 401, "msg": "errPartnerAuth", "detail": {"reason": "signature"}}'


@pytest.fixture(name="emulator", scope="module")
def _emulator() -> Any:
    with Emulator(Settings(time_window=30)) as emulator:
        yield emulator


def assets(mode: str, emulator: Emulator, **options: Any) -> int:
    """Call the emulator; return how many requests it took."""
    before = len(emulator.control.requests)
    if mode == "sync":
        with connect(Client, emulator.credentials, emulator.environment, **options) as client:
            client.asset.get_all()
    else:

        async def main() -> None:
            async with connect(AsyncClient, emulator.credentials, emulator.environment, **options) as client:
                await client.asset.get_all()

        asyncio.run(main())
    return len(emulator.control.requests) - before


@pytest.mark.parametrize("skew", [600, -600, 3500, -3500])
def test_a_clock_that_is_minutes_off(skew: int, mode: str, emulator: Emulator) -> None:
    """The emulator refuses a stamp from minutes away; the client signs once more, by the emulator's clock."""
    assert assets(mode, emulator, clock=lambda: time.time() + skew) == 2
    assert [record.verified for record in emulator.control.requests[-2:]] == [False, True]


def test_the_correction_lasts(emulator: Emulator) -> None:
    """One correction serves all later calls of a client, in all its threads."""
    with connect(Client, emulator.credentials, emulator.environment, clock=lambda: time.time() - 900) as client:
        client.asset.get_all()
        before = len(emulator.control.requests)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: client.asset.get_all(), range(8)))
        assert [record.verified for record in emulator.control.requests[before:]] == [True] * 8


def test_it_can_be_switched_off(mode: str, emulator: Emulator) -> None:
    """With clock_correction=False the refusal is raised."""
    with pytest.raises(UnauthorizedError):
        assets(mode, emulator, clock=lambda: time.time() + 600, clock_correction=False)


def test_a_nonce_does_not_follow_a_clock(mode: str, emulator: Emulator) -> None:
    """With nonces nothing is corrected: a refused signature has another reason."""
    assert assets(mode, emulator, stamp="nonce", clock=lambda: time.time() + 600) == 1
    with pytest.raises(UnauthorizedError):  # behind the one before
        assets(mode, emulator, stamp="nonce", clock=lambda: time.time() - 600)


def test_equal_timestamps_are_no_replay(emulator: Emulator) -> None:
    """Two requests within a second are equal bytes, and both are taken."""
    now = time.time()
    with connect(Client, emulator.credentials, emulator.environment, clock=lambda: now) as client:
        assert client.asset.get_all() == client.asset.get_all()


def test_more_than_an_hour_is_an_error(mode: str, emulator: Emulator) -> None:
    """Beyond an hour nothing is corrected; the error says by how much the clock is wrong, and which way."""
    with pytest.raises(ClockSkewError, match=r"ahead of ours.*set the clock of this machine") as caught:
        assets(mode, emulator, clock=lambda: time.time() - 7200)
    assert caught.value.difference == pytest.approx(7200, abs=30)
    assert pickle.loads(pickle.dumps(caught.value)).difference == caught.value.difference
    with pytest.raises(ClockSkewError, match="behind ours"):
        assets(mode, emulator, clock=lambda: time.time() + 7200)


def answering(body: bytes, *dates: str | None, status: int = 401, header: str = "x-timestamp") -> Any:
    """Answer with these Date headers, one after the other and then the last; return answers and timestamps."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        date = dates[min(len(seen), len(dates) - 1)]
        seen.append(request.headers[header])
        return httpx.Response(status, content=body, headers={} if date is None else {"date": date})

    return answer, seen


def date_at(seconds: float) -> str:
    """A Date header so many seconds from now."""
    return formatdate(NOW + seconds, usegmt=True)


@pytest.mark.parametrize(
    ("body", "date", "status"),
    [
        (BODY, date_at(0), 401),
        (BODY, date_at(TOLERANCE - 1), 401),
        (BODY, None, 401),
        (BODY, "yesterday", 401),
        (BODY, date_at(600), 403),
        (b'{"code": 401, "msg": "Unauthorized", "detail": {"reason": "unknown token"}}', date_at(600), 401),
        (b"<html>", date_at(600), 401),
        (b"[]", date_at(600), 401),
        (b'{"detail": "signature"}', date_at(600), 401),
        (b"\xff", date_at(600), 401),
    ],
)
def test_what_is_not_the_clocks_fault(
    body: bytes, date: str | None, status: int, mode: str, credentials: Credentials
) -> None:
    """A refusal for another reason, by a clock that agrees with ours, or without one, is the answer."""
    answer, seen = answering(body, date, status=status)
    options = {"transport": httpx.MockTransport(answer), "clock": lambda: NOW}
    assert call(mode, credentials, Environment.SANDBOX, options=options).status_code == status
    assert seen == ["1700000000"]


def test_it_signs_once_more_only(mode: str, credentials: Credentials) -> None:
    """When the corrected stamp is refused as well, and by yet another clock, that is the answer."""
    answer, seen = answering(BODY, date_at(600), date_at(1200))
    options = {"transport": httpx.MockTransport(answer), "clock": lambda: NOW}
    assert call(mode, credentials, Environment.SANDBOX, options=options).status_code == 401
    assert seen == ["1700000000", "1700000600"]


def test_a_bare_auth_corrects_too(mode: str, credentials: Credentials) -> None:
    """PartnerAuth on a client of one's own corrects the clock by itself."""
    answer, seen = answering(BODY, date_at(600))
    auth = PartnerAuth(credentials, Environment.SANDBOX, clock=lambda: NOW)
    url, transport = "https://sandbox-api.qredo.network/x", httpx.MockTransport(answer)

    async def main() -> None:
        async with httpx.AsyncClient(auth=auth, transport=transport) as http:
            await http.get(url)

    if mode == "sync":
        with httpx.Client(auth=auth, transport=transport) as http:
            http.get(url)
    else:
        asyncio.run(main())
    assert seen == ["1700000000", "1700000600"]


def test_the_log_tells_of_it(mode: str, emulator_credentials: Credentials, caplog: pytest.LogCaptureFixture) -> None:
    """A correction is one warning with the difference, and without a secret."""

    def answer(seen: Seen) -> tuple[int, dict[str, str], bytes]:
        is_late = abs(int(seen.headers["x-timestamp"]) - time.time()) > 30
        return (401, {}, BODY) if is_late else (200, {}, b"{}")

    with serve(answer) as server, caplog.at_level(logging.INFO, "qredo_signing"):
        options = {"clock": lambda: time.time() - 600}
        call(mode, emulator_credentials, Environment.emulator(server.url), options=options)
    (record,) = (record for record in caplog.records if record.name == "qredo_signing")
    assert record.levelno == logging.WARNING
    assert "the server's clock is +" in record.getMessage()
    assert emulator_credentials.api_key not in record.getMessage()


def test_threads_correct_together(credentials: Credentials, caplog: pytest.LogCaptureFixture) -> None:
    """When many requests are refused at once, the clock is corrected by one of them and all are signed again."""
    everybody = threading.Barrier(8)
    stamps: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        stamps.append(request.headers["x-timestamp"])
        if request.headers["x-timestamp"] == "1700000600":
            return httpx.Response(200)
        everybody.wait(10)
        return httpx.Response(401, content=BODY, headers={"date": date_at(600)})

    auth = PartnerAuth(credentials, Environment.SANDBOX, clock=lambda: NOW)
    with (
        caplog.at_level(logging.WARNING, "qredo_signing"),
        httpx.Client(auth=auth, transport=httpx.MockTransport(answer)) as http,
        ThreadPoolExecutor(8) as pool,
    ):
        statuses = list(pool.map(lambda _: http.get("https://sandbox-api.qredo.network/x").status_code, range(8)))
    assert statuses == [200] * 8
    assert sorted(stamps) == ["1700000000"] * 8 + ["1700000600"] * 8
    assert len(caplog.records) == 1


@given(st.floats(-LIMIT + 10, LIMIT - 10), st.floats(0, 3), st.floats(0, 3))
def test_the_correction_is_close(skew: float, there: float, back: float) -> None:
    """After a correction our stamps are right within what whole seconds and the way there and back allow."""
    true = [NOW]
    clock = SkewedClock(lambda: true[0] - skew)
    stamp, offset = int(clock.now()), clock.offset
    true[0] += there
    date = int(true[0])
    true[0] += back
    corrected = clock.learn(date, stamp, offset)
    error = abs(clock.now() - true[0])
    slack = 1.5 + (there + back) / 2
    assert error <= (slack if corrected else TOLERANCE + 2 * slack)
    assert corrected or abs(skew) <= TOLERANCE + 2 * slack


def test_a_slow_answer_is_no_reason() -> None:
    """A difference that the time under way may explain is none: half a minute on the way hides ten seconds."""
    now = [NOW]
    clock = SkewedClock(lambda: now[0])
    now[0] += 30
    assert not clock.learn(NOW + 30, int(NOW), 0.0)
    assert clock.offset == 0.0


def test_a_clock_that_is_set_right_later(mode: str, credentials: Credentials) -> None:
    """When the machine's clock is set right after a correction, the next refusal takes the correction back."""
    clock = SkewedClock(lambda: NOW)
    assert clock.learn(NOW + 600, int(NOW), 0.0)
    offset, clock._clock = clock.offset, lambda: NOW + 600
    assert clock.learn(NOW + 600, int(clock.now()), offset)
    assert abs(clock.offset) < 1.5
