"""What became of a request: what the attempt, the response or the error says about it."""

from __future__ import annotations

import errno
import json
from typing import Any

import httpx

from .attempt import Attempt
from .dates import parse_retry_after
from .retries import Outcome

__all__ = [
    "error_body",
    "never_sent",
    "outcome_of_error",
    "outcome_of_response",
    "refused_the_signature",
    "response_in",
]

_LOCAL = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
"""Errors that the next attempt meets again, if nothing was sent."""
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def never_sent(error: BaseException, attempt: Attempt | None = None) -> bool:
    """Whether an attempt ended before any byte of its request could reach the server.

    Where the transport reports to the attempt, that decides, whatever the error is. Of any other transport only an
    error that comes before there is a connection is proof.
    """
    if attempt is not None:
        if attempt.was_sent_before:
            return False
        if not attempt.may_be_signed:
            return True  # what was written, if anything, was the scheme's own request
        if attempt.is_reported and not _contradicts(error, attempt):
            return not attempt.is_written
        if not _is_of(attempt.request, error):
            return False
    if isinstance(error, httpx.UnsupportedProtocol):
        return True
    # Some transports pass on every error of the operating system as a connect error, also one in the middle of a
    # request. Only a refused connection is certain to come before it.
    cause = error.__cause__
    is_vague = isinstance(cause, OSError) and cause.errno != errno.ECONNREFUSED
    return isinstance(error, _NO_CONNECTION) and not is_vague


def _contradicts(error: BaseException, attempt: Attempt) -> bool:
    """Whether an error is of an exchange, though no connection was reported.

    Then something has taken the place of httpx's transport: a library for tests that replaces its methods.
    """
    is_silent = attempt.peer is None and not attempt.reads and not attempt.is_written
    return is_silent and isinstance(error, httpx.TransportError) and not isinstance(error, _NO_CONNECTION + _LOCAL)


def response_in(error: Exception, attempt: Attempt) -> httpx.Response | None:
    """Return the response to the request of an attempt, if an event hook of the user raised an error for it."""
    if not isinstance(error, httpx.HTTPStatusError) or not _is_of(attempt.request, error):
        return None
    return error.response


def _is_of(request: httpx.Request | None, error: BaseException) -> bool:
    """Whether an error can be of this request; one that a response hook raises, or meets in what it sends, is not."""
    try:
        return request is None or not isinstance(error, httpx.HTTPError) or error.request is request
    except RuntimeError:  # it names none, and httpx names it in each error of a transport
        return False


def outcome_of_error(error: Exception, attempt: Attempt, now: float) -> Outcome | None:
    """Return how an attempt without a response ended; None if it never began, so that the error is a local one."""
    if not attempt.may_be_signed and not isinstance(error, httpx.RequestError):
        return None
    if (response := response_in(error, attempt)) is not None:
        return outcome_of_response(response, now)
    if never_sent(error, attempt):
        # httpcore passes on what socksio says of a proxy's malformed reply.
        is_of_proxy = type(error).__module__.startswith("socksio.")
        is_network = is_of_proxy or (isinstance(error, httpx.TransportError) and not isinstance(error, _LOCAL))
        return Outcome(sent=False) if is_network else None
    return Outcome()


def outcome_of_response(response: httpx.Response, now: float) -> Outcome:
    """Return how an attempt with a response ended; `now` is the time on this machine."""
    status, headers = response.status_code, response.headers
    if 200 <= status < 300:
        return Outcome(status)
    return Outcome(
        status=status,
        retry_after=parse_retry_after(headers.get("retry-after"), headers.get("date"), now),
        is_from_service=status >= 500 and {"code", "msg"} <= error_body(response).keys(),
    )


def error_body(response: httpx.Response) -> dict[str, Any]:
    """Return the body of an error response, if it is a JSON object; otherwise nothing."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError, httpx.HTTPError, httpx.StreamError):  # no JSON, nested too deep, or not read
        return {}
    return body if isinstance(body, dict) else {}


def refused_the_signature(response: httpx.Response) -> bool:
    """Whether the body of a 401 of the Partner API says that it is for the signature, and not for the API key."""
    body = error_body(response)
    detail = body.get("detail")
    reason = detail.get("reason") if isinstance(detail, dict) else None
    return body.get("msg") == "errPartnerAuth" or reason == "signature"
