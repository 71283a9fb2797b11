"""What httpx's answers and errors say about what became of a request."""

from __future__ import annotations

import errno

import httpx

from .dates import parse_retry_after
from .retries import Outcome

__all__ = ["never_sent", "outcome_of_error", "outcome_of_response", "refused_the_signature"]

_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NOT_AN_ATTEMPT = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


def never_sent(error: BaseException) -> bool:
    """Whether the error shows that there was no connection on which anything of the request could have gone out."""
    if isinstance(error, httpx.UnsupportedProtocol):
        return True
    # A transport that passes errors of the operating system on as connect errors may do so in the middle of a request.
    cause = error.__cause__
    is_vague = isinstance(cause, OSError) and cause.errno != errno.ECONNREFUSED
    return isinstance(error, _NO_CONNECTION) and not is_vague


def outcome_of_error(error: Exception, now: float) -> Outcome | None:
    """How an attempt ended that got no answer; None if it was none: refused on this machine, by us or by httpx."""
    if isinstance(error, httpx.HTTPStatusError):  # of an event hook of the caller's: there is an answer
        return outcome_of_response(error.response, now)
    if not isinstance(error, httpx.RequestError) or isinstance(error, _NOT_AN_ATTEMPT):
        return None
    return Outcome(sent=not never_sent(error))


def outcome_of_response(response: httpx.Response, now: float) -> Outcome:
    """How an attempt ended that got an answer; `now` is our clock."""
    if response.is_success:
        return Outcome(status=response.status_code)
    headers = response.headers
    retry_after = parse_retry_after(headers.get("retry-after"), headers.get("date"), now)
    return Outcome(status=response.status_code, retry_after=retry_after)


def refused_the_signature(response: httpx.Response) -> bool:
    """Whether the body of a 401 says that it is for the signature, and not for the API key."""
    try:
        body = response.json()
    except ValueError:
        return False
    detail = body.get("detail") if isinstance(body, dict) else None
    reason = detail.get("reason") if isinstance(detail, dict) else None
    return isinstance(body, dict) and (body.get("msg") == "errPartnerAuth" or reason == "signature")
