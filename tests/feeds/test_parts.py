"""The parts of a feed that do no I/O: waits, signs of life, frames, keys."""

from __future__ import annotations

import pickle
from contextlib import suppress
from itertools import accumulate, pairwise
from typing import Any

import httpx
import pytest
import qredo_partner_v1_1
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing.feeds import FeedConnectionError, FeedMessageError, Keepalive, Reconnect
from qredo_signing.feeds._description import Described
from qredo_signing.feeds._frames import Frames
from qredo_signing.feeds._keepalive import KeepaliveTimer
from qredo_signing.feeds._parsing import SeenMessages
from qredo_signing.feeds._reconnect import ReconnectState

from .servers import frame

BROKEN = FeedConnectionError("broken")


class Clock:
    """Time that moves when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def make_plan(reconnect: Reconnect, clock: Clock, random: float = 1.0) -> ReconnectState:
    described = Described(
        name="wallets",
        url="wss://x/feed",
        path={},
        info=None,
        message=qredo_partner_v1_1.models.WalletFeedMessage,
        package=qredo_partner_v1_1,
        options=None,
    )
    return ReconnectState(described, reconnect, clock=clock, random=lambda: random)


def test_waits_are_doubled_up_to_a_limit_and_jittered() -> None:
    """Each wait is at most twice the last, never above the limit, and lies between half of that and all of it."""
    for random, share in ((0.0, 0.5), (1.0, 1.0)):
        plan = make_plan(Reconnect(first=1, limit=10), Clock(), random)
        assert [plan.after(BROKEN) for _ in range(6)] == [share * wait for wait in (1, 2, 4, 8, 10, 10)]


def test_a_stable_connection_begins_the_waits_anew() -> None:
    """One that lasted long enough does, one that did not is another failure."""
    clock = Clock()
    plan = make_plan(Reconnect(first=1, limit=60, stable=30), clock)
    waits = []
    for lasted in (0, 29, 31, 1):
        plan.connected()
        clock.now += lasted
        waits.append(plan.after(BROKEN))
    assert waits == [1, 2, 1, 2]


def test_a_plan_with_an_end_has_one() -> None:
    """After so many attempts in a row the error is raised; then it may be tried as often again."""
    plan = make_plan(Reconnect(first=1, limit=1, attempts=2), Clock())
    for _ in range(2):
        assert [plan.after(BROKEN) for _ in range(2)] == [1, 1]
        with pytest.raises(FeedConnectionError):
            plan.after(BROKEN)


@pytest.mark.parametrize(("retry_after", "wait"), [("0", 0.25), ("60", 60.25), ("61", None), ("soon", 1.0)])
def test_retry_after_decides(retry_after: str, wait: float | None) -> None:
    """A wait that the server asks for is kept to; one above a minute is left to the caller."""
    request = httpx.Request("GET", "wss://x/feed")
    response = httpx.Response(503, headers={"retry-after": retry_after}, request=request)
    error = qredo_partner_v1_1.ServerError("feed:wallets", response)
    plan = make_plan(Reconnect(first=1, limit=1), Clock())
    if wait is None:
        with pytest.raises(qredo_partner_v1_1.ServerError):
            plan.after(error)
    else:
        assert plan.after(error) == wait


def test_a_log_line_has_no_url(caplog: pytest.LogCaptureFixture) -> None:
    """What the log has of httpx's errors is their class."""
    make_plan(Reconnect(), Clock()).after(httpx.ConnectError("to wss://x/feed?secret"))
    assert [record.getMessage() for record in caplog.records] == [
        "feed wallets: ConnectError; connecting again in 0.50 s"
    ]


def test_a_pulse_pings_and_then_gives_up() -> None:
    """After the interval without data a ping is due, once; after the timeout without an answer it is over."""
    pulse = KeepaliveTimer(Keepalive(interval=20, timeout=10), 100.0)
    assert (pulse.wait(105.0), pulse.wants_ping(119.9), pulse.is_dead(119.9)) == (15.0, False, False)
    assert [pulse.wants_ping(120.0), pulse.wants_ping(120.0), pulse.is_dead(129.9)] == [True, False, False]
    assert pulse.is_dead(130.0)
    pulse.heard(130.0)
    assert (pulse.is_dead(149.0), pulse.wait(149.0)) == (False, 1.0)


@given(st.lists(st.one_of(st.text(), st.binary()), max_size=5), st.lists(st.integers(1, 40)), st.integers(1, 30))
def test_messages_come_whole_however_they_are_cut(messages: list[str | bytes], cuts: list[int], size: int) -> None:
    """Messages are the same in however many frames and reads they come; pings between them change nothing."""
    wire = b""
    for message in messages:
        data = message.encode() if isinstance(message, str) else message
        parts = [data[start : start + size] for start in range(0, len(data), size)] or [b""]
        for number, part in enumerate(parts):
            opcode = (1 if isinstance(message, str) else 2) if number == 0 else 0
            wire += frame(opcode, part, final=number == len(parts) - 1) + frame(9, b"p")
    frames, got = Frames(1_000_000), []
    places = sorted({0, len(wire), *(place for place in accumulate(cuts) if place < len(wire))})
    for start, end in pairwise(places):
        frames.feed(wire[start:end])
        while (whole := frames.next()) is not None:
            got.append(whole)
    assert got == messages


def test_empty_frames_are_not_kept() -> None:
    """A message that never ends, in frames without content, does not fill the memory that max_size bounds."""
    frames = Frames(100)
    for opcode in (1, 0, 0, 0):
        frames.feed(frame(opcode, b"", final=False))
    assert (frames.next(), frames._parts) == (None, [])
    frames.feed(frame(0, b"", final=True))
    assert frames.next() == ""


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever a server sends ends in messages or in a FeedConnectionError."""
    frames = Frames(100)
    frames.feed(data)
    with suppress(FeedConnectionError):
        while frames.next() is not None:
            pass
    assert isinstance(frames.close(), bytes)


@given(st.lists(st.integers(0, 20)), st.integers(1, 5))
def test_keys_are_bounded_and_first_ones_are_never_dropped(keys: list[int], remember: int) -> None:
    """No message whose key is new is left out, and no more keys are kept than asked for."""
    once = SeenMessages(lambda key: f"k{key}", remember)
    given = [key for key in keys if once.is_new(key)]
    assert set(given) == set(keys)
    assert len(once) <= remember


@pytest.mark.parametrize(
    "error", [FeedConnectionError("x", may_pass=False), FeedMessageError("x", feed="wallets", raw="{}")]
)
def test_errors_can_be_pickled(error: Any) -> None:
    """Worker pools send errors that way."""
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
