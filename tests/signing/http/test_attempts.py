"""The rules of repeating, without a network. `test_fault_matrix.py` has them on one."""

from __future__ import annotations

import asyncio
import errno
import pickle
import select
import socket
import subprocess
import sys
from email.utils import formatdate

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing import OutcomeUnknownError
from qredo_signing._http.attempt import LONGEST_WAIT, Attempt
from qredo_signing._http.dates import parse_http_date, parse_retry_after
from qredo_signing._http.outcomes import never_sent, outcome_of_error, outcome_of_response, refused_the_signature
from qredo_signing._http.retries import (
    BUDGET,
    MAX_BACKOFF,
    MAX_WAIT,
    REFUND,
    SPREAD,
    Attempts,
    End,
    Outcome,
    RetryBudget,
    Rules,
    backoff,
)

NOW = 1_700_000_000
FRACTIONS = st.floats(0, 1, exclude_max=True)
ANSWERS = st.builds(
    Outcome,
    status=st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504]),
    sent=st.just(True),
    retry_after=st.none() | st.floats(0, 200),
    is_from_service=st.booleans(),
)
OUTCOMES = ANSWERS | st.just(Outcome(sent=False)) | st.just(Outcome())
RULES = st.builds(
    Rules, repeatable=st.booleans(), keyed=st.booleans(), counted=st.booleans(), max_retries=st.integers(0, 5)
)


def play(rules: Rules, outcomes: list[Outcome], random: float = 0.5) -> tuple[list[Outcome], list[float], End | None]:
    """Let attempts end as listed; return those that were made, the waits between them, and the end if it came."""
    attempts, waits = Attempts(rules, RetryBudget(), lambda: random), list[float]()
    for made, outcome in enumerate(outcomes, 1):
        step = attempts.after(outcome)
        if isinstance(step, End):
            assert attempts.made == made
            return outcomes[:made], waits, step
        waits.append(step)
    return outcomes, waits, None


@given(RULES, st.lists(OUTCOMES, min_size=7, max_size=7))
def test_there_is_an_end(rules: Rules, outcomes: list[Outcome]) -> None:
    """There are never more repeats than allowed, whatever happens."""
    made, waits, end = play(rules, outcomes)
    assert end is not None
    assert len(waits) == len(made) - 1 <= rules.max_retries


@pytest.mark.parametrize("is_from_service", [False, True])
def test_every_status_is_known_or_not(is_from_service: bool) -> None:
    """Known are 2xx, 307, 308, 4xx but 408 and 499, and 5xx but 502 and 504 with an error of the service."""
    for status in range(100, 600):
        outcome = Outcome(status, is_from_service=is_from_service)
        is_known = status in {307, 308} or {2: True, 4: True, 5: is_from_service}.get(status // 100, False)
        assert outcome.is_uncertain is (not is_known or status in {408, 499, 502, 504}), status
        assert outcome.is_success is (status // 100 == 2), status
        assert Rules(repeatable=True).may_retry(outcome) is (status in {429, 502, 503, 504}), status
    assert Outcome().is_uncertain
    assert not Outcome(sent=False).is_uncertain


def test_the_numbers_of_the_docs() -> None:
    """Two retries by default and ten per client; a tenth for a success; waits from 0.25 s, and up to 60 s if asked."""
    lost = [Outcome()] * 7
    assert len(play(Rules(repeatable=True), lost)[0]) == 3
    assert len(play(Rules(repeatable=True, max_retries=5), lost)[0]) == 6
    assert [backoff(retry, random) for retry in (1, 2, 9) for random in (0, 1)] == [0.25, 0.5, 0.5, 1.0, 4.0, 8.0]
    budget = RetryBudget()
    assert [budget.take() for _ in range(11)] == [True] * 10 + [False]
    for _ in range(9):
        budget.refund()
    assert not budget.take()
    waited = [play(Rules(repeatable=True), [Outcome(429, retry_after=each)], 1.0)[1] for each in (7.0, 60.0, 60.1)]
    assert waited == [[7.25], [60.25], []]
    assert play(Rules(repeatable=True), [Outcome(429, retry_after=7.0)], 0.5)[1] == [7.125]


@given(RULES, st.lists(OUTCOMES, min_size=7, max_size=7))
def test_what_may_have_been_done_is_not_repeated(rules: Rules, outcomes: list[Outcome]) -> None:
    """What may not be repeated is sent again only after nothing was sent; a counted one not after a lost answer."""
    made, _, _ = play(rules, outcomes)
    for outcome in made[:-1]:
        assert not outcome.sent or (rules.repeatable and not (rules.counted and outcome.is_uncertain))


@given(RULES, st.lists(OUTCOMES, min_size=7, max_size=7))
def test_only_what_may_pass_is_repeated(rules: Rules, outcomes: list[Outcome]) -> None:
    """Nothing is retried after a response that is meant: a success, a refusal, a redirect, a 500."""
    made, _, _ = play(rules, outcomes)
    assert {outcome.status for outcome in made[:-1]} <= {None, 429, 502, 503, 504}


@given(RULES, st.lists(OUTCOMES, min_size=7, max_size=7))
def test_what_may_be_a_success_is_no_failure(rules: Rules, outcomes: list[Outcome]) -> None:
    """The end is unknown exactly if an attempt may have been carried out, none succeeded, and it matters."""
    made, _, end = play(rules, outcomes)
    is_open = any(outcome.is_uncertain for outcome in made) and not made[-1].is_success
    matters = not rules.repeatable or rules.keyed or rules.counted
    assert rules.needs_outcome is matters
    assert (end is End.UNKNOWN) == (is_open and matters)


@given(RULES, st.lists(OUTCOMES, min_size=7, max_size=7), FRACTIONS)
def test_waits_are_bounded(rules: Rules, outcomes: list[Outcome], random: float) -> None:
    """No wait is negative or longer than the cap, and none is shorter than the server asked for."""
    made, waits, _ = play(rules, outcomes, random)
    for outcome, wait in zip(made, waits, strict=False):
        assert 0 <= wait <= MAX_WAIT + SPREAD
        assert wait >= (outcome.retry_after or 0)
        assert outcome.retry_after is not None or wait <= MAX_BACKOFF


@given(st.integers(1, 10_000), FRACTIONS)
def test_backoff_doubles_up_to_a_limit(repeat: int, random: float) -> None:
    """The wait before repeat n is between half and all of 0.5 s doubled n - 1 times, and of 8 s at most."""
    whole = min(8.0, 0.5 * 2 ** min(repeat - 1, 20))
    assert whole / 2 <= backoff(repeat, random) <= whole


def test_our_own_error_ends_a_call() -> None:
    """An error of this machine ends a call, and does not hide that an earlier attempt may have been carried out."""
    for rules, first, end in (
        (Rules(repeatable=True, keyed=True), Outcome(), End.UNKNOWN),
        (Rules(repeatable=True, keyed=True), Outcome(sent=False), End.FINAL),
        (Rules(repeatable=True), Outcome(), End.FINAL),
    ):
        attempts = Attempts(rules, RetryBudget(), lambda: 0.0)
        assert isinstance(attempts.after(first), float)
        assert attempts.is_uncertain is first.sent
        assert attempts.after_local_error() is end
        assert attempts.made == 2


@given(st.lists(st.booleans(), max_size=300))
def test_the_budget_is_never_overdrawn(successes: list[bool]) -> None:
    """However calls go, repeats are no more than the capacity and a tenth of the successes."""
    budget, repeats = RetryBudget(), 0
    for is_success in successes:
        if is_success:
            budget.refund()
        else:
            repeats += budget.take()
    assert repeats <= BUDGET + REFUND * successes.count(True)


def test_an_empty_budget_ends_a_call() -> None:
    """When repeats are used up, a call ends after one attempt, with what it came to; successes fill it again."""
    budget, rules = RetryBudget(1), Rules(repeatable=True, keyed=True)
    assert isinstance(Attempts(rules, budget, lambda: 0.0).after(Outcome(503)), float)
    assert Attempts(rules, budget, lambda: 0.0).after(Outcome(503, is_from_service=True)) is End.FINAL
    assert Attempts(rules, budget, lambda: 0.0).after(Outcome()) is End.UNKNOWN
    for _ in range(11):  # tenths do not add up in binary
        Attempts(rules, budget, lambda: 0.0).after(Outcome(200))
    assert isinstance(Attempts(rules, budget, lambda: 0.0).after(Outcome(503)), float)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        (formatdate(NOW + 30, usegmt=True), 30.0),
        (formatdate(NOW - 30, usegmt=True), 0.0),
        ("Tue, 14 Nov 2023 22:13:50 -0000", 30.0),
        ("Tue, 14 Nov 2023 23:13:50 +0100", 30.0),
        ("", None),
        (None, None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("Tue, 99 Nov 2023 22:13:50 GMT", None),
    ],
)
def test_retry_after(text: str | None, seconds: float | None) -> None:
    """Seconds and HTTP-dates are read, a date in the past is now, and what is neither is ignored."""
    assert parse_retry_after(text, None, NOW) == seconds


def test_a_date_is_counted_from_the_servers_own_clock() -> None:
    """The Date header counts, where there is one, and our clock does not."""
    until, date = formatdate(NOW + 30, usegmt=True), formatdate(NOW + 20, usegmt=True)
    assert parse_retry_after(until, date, NOW - 5000) == 10.0
    assert parse_retry_after(until, "nonsense", NOW) == 30.0


@given(st.text(max_size=40))
def test_any_header_text_is_survived(text: str) -> None:
    """No text of a header raises."""
    parse_http_date(text)
    parse_retry_after(text, text, NOW)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectError(""), Outcome(sent=False)),
        (httpx.ConnectTimeout(""), Outcome(sent=False)),
        (httpx.PoolTimeout(""), Outcome(sent=False)),
        (httpx.ReadTimeout(""), Outcome()),
        (httpx.WriteTimeout(""), Outcome()),
        (httpx.ReadError(""), Outcome()),
        (httpx.WriteError(""), Outcome()),
        (httpx.CloseError(""), Outcome()),
        (httpx.RemoteProtocolError(""), Outcome()),
        (httpx.ProxyError(""), Outcome()),
        (httpx.DecodingError(""), Outcome()),
        (httpx.UnsupportedProtocol(""), None),
        (httpx.LocalProtocolError(""), Outcome()),  # after a response over HTTP/2, for one
        (httpx.InvalidURL(""), Outcome()),  # in the Location of a response
        (RuntimeError(""), Outcome()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_httpx_errors_say(error: Exception, outcome: Outcome | None) -> None:
    """Of a transport that reports nothing, only an error before there is a connection proves that nothing was sent."""
    attempt = Attempt()
    attempt.is_signed = True
    assert outcome_of_error(error, attempt, NOW) == outcome
    assert never_sent(error) == (outcome == Outcome(sent=False) or isinstance(error, httpx.UnsupportedProtocol))


@pytest.mark.parametrize(
    ("is_signed", "is_watched", "is_written", "may_be_sent"),
    [
        (False, False, False, False),
        (False, True, True, False),  # the scheme's own request, such as for a token
        (True, False, False, True),  # nothing is reported, so nothing is proved
        (True, True, False, False),
        (True, True, True, True),
    ],
)
def test_what_an_attempt_reports(is_signed: bool, is_watched: bool, is_written: bool, may_be_sent: bool) -> None:
    """A signed request may be sent unless a transport reports, and reported no byte; how the attempt ended decides."""
    attempt = Attempt()
    assert (attempt.is_signed, attempt.is_watched, attempt.is_written, attempt.is_own) == (False,) * 4
    assert (attempt.reads, attempt.peer, attempt.ticket) == (0, None, None)
    attempt.is_signed, attempt.is_watched, attempt.is_written = is_signed, is_watched, is_written
    assert attempt.may_be_sent is may_be_sent
    assert attempt.was_sent is may_be_sent
    for was_sent in (True, False):
        attempt.was_sent = was_sent
        assert attempt.was_sent is was_sent
    assert never_sent(asyncio.CancelledError(), attempt) is not may_be_sent
    attempt.peer = "127.0.0.1", 1
    assert never_sent(httpx.ReadError(""), attempt) is not may_be_sent
    assert never_sent(httpx.ConnectError(""), attempt) is not (is_signed and is_written)


def test_a_step_ends_with_the_deadline() -> None:
    """A step may take its own timeout, and no longer than until the deadline, at which it is late."""
    now = [100.0]
    attempt = Attempt(deadline=110.0, now=lambda: now[0])
    assert [attempt.left(timeout, httpx.ReadTimeout) for timeout in (None, 3.0, 20.0)] == [10.0, 3.0, 10.0]
    assert [Attempt().left(timeout, httpx.ReadTimeout) for timeout in (None, 3.0)] == [None, 3.0]
    now[0] = 109.5
    assert attempt.left(3.0, httpx.ReadTimeout) == 0.5
    for now[0] in (110.0, 111.0):
        with pytest.raises(httpx.ReadTimeout, match="the deadline of the call has passed"):
            attempt.left(3.0, httpx.ReadTimeout)


@pytest.mark.skipif(not hasattr(select, "poll"), reason="this system has no poll")
def test_the_longest_wait_is_the_first_that_the_system_refuses() -> None:
    """What is below `LONGEST_WAIT` is a time limit for `poll`, by which sockets wait; the limit itself is none."""
    poll = select.poll()
    with socket.socket() as closed:
        poll.register(closed)  # there is something to tell of it at once
        poll.poll((LONGEST_WAIT - 0.002) * 1000)
        with pytest.raises(OverflowError):
            poll.poll(LONGEST_WAIT * 1000)


def test_a_transport_that_calls_everything_a_connect_error() -> None:
    """A connect error made from an OSError proves nothing, since a broken connection is one as well; refused does."""
    broken, refused = httpx.ConnectError(""), httpx.ConnectError("")
    broken.__cause__ = ConnectionResetError(errno.ECONNRESET, "")
    refused.__cause__ = ConnectionRefusedError(errno.ECONNREFUSED, "")
    assert (never_sent(broken), never_sent(refused)) == (False, True)


def test_what_answers_say() -> None:
    """Status and Retry-After count, and for 5xx whether the body is an error of the service: `code` and `msg`."""
    response = httpx.Response(503, headers={"retry-after": "7", "date": formatdate(NOW, usegmt=True)})
    assert outcome_of_response(response, NOW) == Outcome(503, retry_after=7.0)
    own: dict[str, object] = {"code": 500, "msg": "x"}
    for status, body, is_from_service in (
        (500, own, True),
        (503, own | {"detail": {}}, True),
        (500, {"msg": "x"}, False),
        (500, {"code": 500}, False),
        (500, [own], False),
        (499, own, False),
    ):
        assert outcome_of_response(httpx.Response(status, json=body), NOW) == Outcome(
            status, is_from_service=is_from_service
        )
    for status, seconds in ((199, 7.0), (200, None), (299, None), (300, 7.0)):
        response = httpx.Response(status, headers={"retry-after": "7"}, json=own)
        assert outcome_of_response(response, NOW) == Outcome(status, retry_after=seconds)


@pytest.mark.parametrize(
    ("body", "is_for_signature"),
    [
        ({"msg": "errPartnerAuth"}, True),
        ({"msg": "unauthorized", "detail": {"reason": "signature"}}, True),
        ({"msg": "unauthorized", "detail": {"reason": "unknown key"}}, False),
        ({"msg": "unauthorized", "detail": "signature"}, False),
        ({}, False),
        ("signature", False),
    ],
)
def test_what_a_401_says(body: object, is_for_signature: bool) -> None:
    """A 401 is for the signature only if its body says so; that alone is worth another signature."""
    assert refused_the_signature(httpx.Response(401, json=body)) is is_for_signature


def test_the_error_survives_a_worker_pool() -> None:
    """OutcomeUnknownError can be pickled and keeps what it tells, but for the response."""
    error = OutcomeUnknownError(
        "text", operation="a.b", idempotency_key="k", outcome="a.get", response=httpx.Response(504), attempts=3
    )
    other = pickle.loads(pickle.dumps(error))
    assert (str(other), other.operation, other.idempotency_key, other.outcome) == ("text", "a.b", "k", "a.get")
    assert (other.response, other.attempts) == (None, 3)
    assert not isinstance(error, httpx.HTTPError)


FORK = """
import os, signal
from qredo_signing._http.retries import RetryBudget
budget = RetryBudget()
with budget._lock.here():
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        os._exit(7 if budget.take() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork on this system")
def test_a_process_that_is_forked_while_a_retry_is_paid() -> None:
    """A forked process does not wait for a lock that a thread of its parent held at that moment."""
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.returncode) == ("7\n", 0), done.stderr


@pytest.mark.parametrize(
    ("error", "is_unsent"),
    [
        (httpx.ReadTimeout(""), False),
        (httpx.RemoteProtocolError(""), False),
        (httpx.ConnectError(""), True),
        (httpx.PoolTimeout(""), True),
        (httpx.LocalProtocolError(""), True),  # headers are refused before a kept connection is touched
        (KeyboardInterrupt(), True),
    ],
)
def test_silence_and_an_error_of_an_exchange(error: BaseException, is_unsent: bool) -> None:
    """Where no connection was reported, an error that needs one shows that the transport does not report at all."""
    silent, connected, read = Attempt(), Attempt(), Attempt()
    for attempt in (silent, connected, read):
        attempt.is_signed = attempt.is_watched = True
    connected.peer = "127.0.0.1", 1
    read.reads = 1
    assert [never_sent(error, each) for each in (silent, connected, read)] == [is_unsent, True, True]
