"""What is known of an httpx client that the user made: whether it reports to attempts, and whether a fork shares it."""

from __future__ import annotations

from typing import Any

import httpx

from ..errors import ConfigurationError
from .redirects import AsyncPinnedTransport, PinnedTransport

__all__ = ["check_process", "reports_to_attempts"]

_REPORTING = {httpx.HTTPTransport, httpx.AsyncHTTPTransport, PinnedTransport, AsyncPinnedTransport}


def reports_to_attempts(http: Any, request: httpx.Request) -> bool:
    """Whether the transport for a request calls `trace`, so that an attempt without a trace event was never sent.

    That is so for httpx's own transport, and until a `PinnedTransport` passes the request on. The client has no public
    way to its transports; without it, nothing is known before the first event.
    """
    find = getattr(http, "_transport_for_url", None)
    return find is not None and type(find(request.url)) in _REPORTING


def check_process(http: httpx.Client | httpx.AsyncClient) -> None:
    """Raise because a client was used in the parent process: this one would read the parent's responses.

    Raises:
        ConfigurationError: Always.
    """
    raise ConfigurationError(
        f"the http_client (httpx.{type(http).__name__}) was used before this process was forked, so both processes "
        "would share its connections. Make it after the fork, or leave http_client= out. Nothing was sent"
    )
