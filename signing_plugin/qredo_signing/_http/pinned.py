"""Transports that keep signed requests at their origin, whatever is in front of them: hooks, redirects."""

from __future__ import annotations

from typing import Any

import httpx

from .._environments.origin import AllowedOrigin, origin_in_bytes
from .._signature.headers import SECRET_HEADERS

__all__ = ["AsyncPinnedTransport", "PinnedTransport", "pin_transport"]


def pin_transport(transport: Any, origin: str, *, is_async: bool) -> Any:
    """Wrap a transport so that nothing with our credentials leaves through it to another origin."""
    pin: Any = AsyncPinnedTransport if is_async else PinnedTransport
    return pin(transport, AllowedOrigin(origin))


class PinnedTransport(httpx.BaseTransport):
    """A transport that refuses what carries credentials elsewhere, whatever happened above it."""

    def __init__(self, transport: httpx.BaseTransport, home: AllowedOrigin) -> None:
        self._transport = transport
        self._home = home

    def __enter__(self) -> PinnedTransport:
        self._transport.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._transport.__exit__(*error)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on. Raises `OriginError`."""
        _check(request, self._home)
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()


class AsyncPinnedTransport(httpx.AsyncBaseTransport):
    """The same for async clients."""

    def __init__(self, transport: httpx.AsyncBaseTransport, home: AllowedOrigin) -> None:
        self._transport = transport
        self._home = home

    async def __aenter__(self) -> AsyncPinnedTransport:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._transport.__aexit__(*error)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on. Raises `OriginError`."""
        _check(request, self._home)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()


def _check(request: httpx.Request, home: AllowedOrigin) -> None:
    if origin_in_bytes(request.url) not in home.origins and any(name in request.headers for name in SECRET_HEADERS):
        raise home.reject(origin_in_bytes(request.url).decode("ascii"))
