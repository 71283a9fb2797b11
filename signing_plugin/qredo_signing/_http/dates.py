"""HTTP-dates, and the Retry-After header."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

__all__ = ["parse_http_date", "parse_retry_after"]


def parse_http_date(text: str | None) -> float | None:
    """Return the Unix time of an HTTP-date such as `Sun, 06 Nov 1994 08:49:37 GMT`, or None if it is not one."""
    if not text:
        return None
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def parse_retry_after(text: str | None, date: str | None, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks to wait, never negative, or None without a usable one.

    Args:
        text: The header: seconds, or an HTTP-date.
        date: The Date header of the same response; an HTTP-date is counted from there, since it is the server's clock.
        now: The time on this machine, for a response without Date.
    """
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until = parse_http_date(text)
    if until is None:
        return None
    start = parse_http_date(date)
    return max(0.0, until - (now if start is None else start))
