"""What became of a request: what httpx's responses, errors and `trace` events say about it."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from .dates import parse_retry_after
from .retries import Outcome

__all__ = [
    "SendProgress",
    "never_sent",
    "outcome_of_error",
    "outcome_of_response",
    "refused_the_signature",
    "watch_progress",
]

_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NOT_AN_ATTEMPT = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


def never_sent(error: BaseException) -> bool:
    """Whether the error shows that there was no connection on which anything of the request could have gone out."""
    if isinstance(error, httpx.UnsupportedProtocol):
        return True
    # Some transports pass on every error of the operating system as a connect error, also one in the middle of a
    # request. Only a refused connection is certain to come before it.
    cause = error.__cause__
    is_vague = isinstance(cause, OSError) and cause.errno != errno.ECONNREFUSED
    return isinstance(error, _NO_CONNECTION) and not is_vague


def outcome_of_error(error: Exception, now: float) -> Outcome | None:
    """Return how an attempt without a response ended; None if it never began: this package or httpx refused it."""
    if isinstance(error, httpx.HTTPStatusError):  # raised by an event hook of the user: there is a response
        return outcome_of_response(error.response, now)
    if not isinstance(error, httpx.RequestError) or isinstance(error, _NOT_AN_ATTEMPT):
        return None
    return Outcome(sent=not never_sent(error))


def outcome_of_response(response: httpx.Response, now: float) -> Outcome:
    """Return how an attempt with a response ended; `now` is the time on this machine."""
    if response.is_success:
        return Outcome(status=response.status_code)
    headers = response.headers
    retry_after = parse_retry_after(headers.get("retry-after"), headers.get("date"), now)
    return Outcome(status=response.status_code, retry_after=retry_after)


def refused_the_signature(response: httpx.Response) -> bool:
    """Whether the body of a 401 of the Partner API says that it is for the signature, and not for the API key."""
    try:
        body = response.json()
    except ValueError:
        return False
    detail = body.get("detail") if isinstance(body, dict) else None
    reason = detail.get("reason") if isinstance(detail, dict) else None
    return isinstance(body, dict) and (body.get("msg") == "errPartnerAuth" or reason == "signature")


class SendProgress:
    """How far one attempt got, by the `trace` events of httpcore, the transport of httpx.

    A call can end in a way that does not say whether anything was sent: a cancellation, for one.
    """

    def __init__(self) -> None:
        self._is_traced = self._has_left = False

    def note(self, event: str) -> None:
        """Take in one event, such as `http11.send_request_headers.started`."""
        self._is_traced = True
        self._has_left = self._has_left or ".send_request_headers." in event

    @property
    def was_not_sent(self) -> bool:
        """Whether nothing of the request can have gone out. A transport without trace events proves nothing."""
        return self._is_traced and not self._has_left


@contextmanager
def watch_progress(request: httpx.Request, *, is_async: bool) -> Iterator[SendProgress]:
    """Watch one attempt; a `trace` extension of the user is called as before."""
    progress = SendProgress()
    has_trace, trace = "trace" in request.extensions, request.extensions.get("trace")
    request.extensions["trace"] = (_async_trace if is_async else _trace)(progress, trace)
    try:
        yield progress
    finally:
        if has_trace:
            request.extensions["trace"] = trace
        else:
            request.extensions.pop("trace", None)


def _trace(progress: SendProgress, outer: Callable[..., Any] | None) -> Callable[..., Any]:
    def trace(event: str, info: dict[str, Any]) -> object:
        progress.note(event)
        return None if outer is None else outer(event, info)

    return trace


def _async_trace(progress: SendProgress, outer: Callable[..., Any] | None) -> Callable[..., Any]:
    async def trace(event: str, info: dict[str, Any]) -> None:
        progress.note(event)
        if outer is not None:
            await outer(event, info)

    return trace
