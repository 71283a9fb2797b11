"""`retry_after` of the generated errors, beside what the signing plugin reads from the same headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib import import_module

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qredo_signing._http.dates import parse_retry_after

from ..versions import PACKAGES

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2068, 1, 1)).map(lambda one: one.replace(microsecond=0))  # noqa: DTZ001
FORMS = st.sampled_from(
    [
        lambda one: format_datetime(one.replace(tzinfo=UTC), usegmt=True),
        lambda one: one.strftime("%A, %d-%b-%y %H:%M:%S GMT"),
        lambda one: one.strftime("%a %b %e %H:%M:%S %Y"),
    ]
)


def retry_after(package: str, **headers: str) -> float | None:
    """What the error of a generated package reads from a response with these headers."""
    response = httpx.Response(429, headers={name.replace("_", "-"): text for name, text in headers.items()})
    seconds: float | None = import_module(f"{package}.errors").api_error("a.b", response).retry_after
    return seconds


@pytest.mark.parametrize("package", PACKAGES)
@given(date=MOMENTS, wait=st.integers(-100, 100_000), forms=st.tuples(FORMS, FORMS))
def test_a_date_is_counted_from_the_date_of_the_response(package, date, wait, forms) -> None:  # type: ignore[no-untyped-def]
    """Whatever the two clocks say, and in each form of an HTTP-date, the wait is what the service asks for."""
    start, until = forms[0](date), forms[1](date + timedelta(seconds=wait))
    assert retry_after(package, date=start, retry_after=until) == max(0, wait)
    assert parse_retry_after(until, start, 0.0) == max(0, wait)


@pytest.mark.parametrize("package", PACKAGES)
@given(text=st.text(st.characters(codec="ascii", exclude_categories=["Cc"])), date=MOMENTS)
def test_errors_and_plugin_read_the_same(package: str, text: str, date: datetime) -> None:
    """Whatever the header says, the error tells the wait that the plugin's retries keep."""
    start = format_datetime(date.replace(tzinfo=UTC), usegmt=True)
    assert retry_after(package, date=start, retry_after=text) == parse_retry_after(text, start, 0.0)
