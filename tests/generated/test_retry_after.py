"""`error.retry_after` and the wait of the plugin follow one rule."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate

import httpx
import pytest
import qredo_partner_v1_1
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing._http.dates import parse_retry_after

SECONDS = st.integers(min_value=0, max_value=4_000_000_000)


def retry_after(headers: dict[str, str]) -> float | None:
    response = httpx.Response(429, headers=headers, request=httpx.Request("GET", "https://example.com"))
    return qredo_partner_v1_1.RateLimitedError("company.get", response).retry_after


def asctime(seconds: int) -> str:
    """The third form of an HTTP date, which names no time zone and is GMT all the same."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%a %b %d %H:%M:%S %Y")


@given(now=SECONDS, wait=st.integers(min_value=-10_000, max_value=10_000), form=st.booleans())
def test_a_date_is_counted_from_the_servers_clock(now: int, wait: int, form: bool) -> None:
    """A date minus the `Date` of the response is the wait, in each form, whatever this machine's clock says."""
    until = max(0, now + wait)
    headers = {"retry-after": asctime(until) if form else formatdate(until, usegmt=True)}
    headers["date"] = formatdate(now, usegmt=True)
    assert retry_after(headers) == max(0.0, until - now)


@given(
    value=st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=126)),
        SECONDS.map(str),
        SECONDS.map(formatdate),
        SECONDS.map(asctime),
    ),
    date=st.one_of(SECONDS.map(lambda seconds: formatdate(seconds, usegmt=True)), st.just("never")),
)
def test_the_plugin_reads_the_header_alike(value: str, date: str) -> None:
    """What the generated error says is what the plugin waits, to the second where both ask the clock."""
    now = time.time()
    ours, theirs = parse_retry_after(value, date, now), retry_after({"retry-after": value, "date": date})
    assert (ours is None) == (theirs is None)
    assert ours is None or ours == pytest.approx(theirs, abs=60.0)
