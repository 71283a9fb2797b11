"""What the log says of a call: a line when it ends, one for each retry, and the attempts at debug level."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import httpx

from .._diagnostics import REQUESTS, log
from .retries import Rules

__all__ = ["CallLog"]


class CallLog:
    """Logs one call. No query, no body, and no header but type and length, so no secret. Host and path at debug level.

    A line is written with arguments, so that nothing is put together where nothing is shown.
    """

    __slots__ = ("_begun", "_is_shown", "_name", "_now")

    def __init__(self, name: str, now: Callable[[], float] = time.monotonic) -> None:
        """Start a call.

        Args:
            name: The operation.
            now: A monotonic clock, in seconds.
        """
        self._name = name
        self._now = now
        self._is_shown = REQUESTS.isEnabledFor(logging.INFO)
        self._begun = now() if self._is_shown else 0.0

    def begun(self, request: httpx.Request, rules: Rules) -> None:
        """Log what is about to be sent, and whether it may be retried."""
        if self._is_shown and REQUESTS.isEnabledFor(logging.DEBUG):
            url = request.url
            retries = f"up to {rules.max_retries} retries" if rules.repeatable else "no retry once it may have arrived"
            size = request.headers.get("content-length", "0")
            self._debug(
                "%s: %s %s://%s%s, %s bytes, %s, limits %s",
                *(self._name, request.method, url.scheme, url.netloc.decode("ascii"), url.path, size, retries),
                request.extensions.get("timeout"),
            )

    def attempted(self, number: int, response: httpx.Response) -> None:
        """Log the response of an attempt."""
        if self._is_shown:
            media, size = response.headers.get("content-type"), response.headers.get("content-length", "unknown")
            self._debug(
                "%s: attempt %d got HTTP %d, %s, %s bytes", self._name, number, response.status_code, media, size
            )

    def retried(self, number: int, why: str, wait: float) -> None:
        """Log that a call goes on after an attempt."""
        log(logging.INFO, "%s: attempt %d ended with %s; next in %.2f s", self._name, number, why, wait)

    def ended(self, attempts: int, how: str) -> None:
        """Log how a call ended."""
        if self._is_shown:
            count = "" if attempts <= 1 else f", {attempts} attempts"
            text, took = "%s: %s in %.2f s%s", self._now() - self._begun
            log(logging.INFO, text, self._name, how, took, count, logger=REQUESTS)

    def _debug(self, message: str, *args: object) -> None:
        log(logging.DEBUG, message, *args, logger=REQUESTS)
