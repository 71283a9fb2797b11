"""Seeing whether a request left this machine, also when the call ends in a way that does not tell: a cancellation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

__all__ = ["Departure", "watch_departure"]


class Departure:
    """What httpcore, the transport of httpx itself, said about one attempt through its `trace` extension."""

    def __init__(self) -> None:
        self._is_seen = self._has_left = False

    def note(self, event: str) -> None:
        """Take in one step, such as `http11.send_request_headers.started`."""
        self._is_seen = True
        self._has_left = self._has_left or ".send_request_headers." in event

    @property
    def was_prevented(self) -> bool:
        """Whether nothing of the request can have gone out. A transport that tells nothing proves nothing."""
        return self._is_seen and not self._has_left


@contextmanager
def watch_departure(request: httpx.Request, *, is_async: bool) -> Iterator[Departure]:
    """Watch one attempt; a `trace` of the caller's is called as before."""
    departure = Departure()
    has_trace, trace = "trace" in request.extensions, request.extensions.get("trace")
    request.extensions["trace"] = (_async_trace if is_async else _trace)(departure, trace)
    try:
        yield departure
    finally:
        if has_trace:
            request.extensions["trace"] = trace
        else:
            request.extensions.pop("trace", None)


def _trace(departure: Departure, outer: Callable[..., Any] | None) -> Callable[..., Any]:
    def trace(event: str, info: dict[str, Any]) -> object:
        departure.note(event)
        return None if outer is None else outer(event, info)

    return trace


def _async_trace(departure: Departure, outer: Callable[..., Any] | None) -> Callable[..., Any]:
    async def trace(event: str, info: dict[str, Any]) -> None:
        departure.note(event)
        if outer is not None:
            await outer(event, info)

    return trace
