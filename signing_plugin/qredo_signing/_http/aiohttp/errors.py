"""Translate aiohttp's errors into httpx's."""

from __future__ import annotations

import aiohttp
import httpx

from ..._text import printable

__all__ = ["FAILURES", "failure_of"]

FAILURES = (aiohttp.ClientError, OSError, ValueError)
"""What aiohttp raises for a request that failed. A `TimeoutError` is an `OSError`."""

_KINDS: tuple[tuple[type[BaseException], type[httpx.TransportError]], ...] = (
    # Raised before there is a connection, so that nothing of the request was sent: `never_sent` goes by these.
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),  # of names, addresses, TLS and the proxy
    (aiohttp.ClientHttpProxyError, httpx.ProxyError),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
    (aiohttp.InvalidURL, httpx.LocalProtocolError),
    # Anywhere between the first byte of the request and the last one of the response.
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
    (aiohttp.ClientError, httpx.ReadError),
    (TimeoutError, httpx.WriteTimeout),
    (OSError, httpx.ReadError),
    (ValueError, httpx.LocalProtocolError),
)


def failure_of(error: BaseException) -> httpx.TransportError:
    """Return httpx's error for one of `FAILURES`. Raise it outside of the `except` block.

    Raised inside, it would be chained to aiohttp's error, which holds the request's headers and so the API key.
    """
    kind = next(ours for theirs, ours in _KINDS if isinstance(error, theirs))
    # Some texts quote what the server sent, with a marker in a line of its own.
    return kind(printable(" ".join(_text_of(error).split())))


def _text_of(error: BaseException) -> str:
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "Server disconnected without sending a response."
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"{error.status} {error.message}"
    if isinstance(error, aiohttp.ClientResponseError):
        return error.message
    return str(error) or type(error).__name__
