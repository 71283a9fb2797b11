"""One signed request to any URL, by `connect` or bare with redirects followed, sync, async or over aiohttp."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import httpx
from qredo_signing import AiohttpTransport, Environment

from ..doubles import AnyCredentials, connect_async, connect_sync, make_auth

TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # for plain http; and loading the usual list takes its time

MODES = ["sync", "async", "aiohttp"]
"""Ways out of this process: httpx's own two, and an async client over aiohttp."""


def make_async_http(mode: str, **options: Any) -> httpx.AsyncClient:
    """Make an async client, over aiohttp if the mode is that."""
    if mode == "aiohttp":
        moved = {name: options.pop(name) for name in ("proxy", "verify") if name in options}
        options["transport"] = AiohttpTransport(**moved)
    return httpx.AsyncClient(**options)


def send(
    way: str,
    mode: str,
    credentials: AnyCredentials,
    environment: Environment,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    http_options: dict[str, Any] | None = None,
) -> httpx.Response:
    """Send a GET, and answer what comes back.

    Args:
        way: `connect`, or `bare`: a plain httpx client with the auth and `follow_redirects=True`.
        mode: One of `MODES`.
        credentials: They decide which auth it is.
        environment: The same.
        url: An absolute URL.
        headers: More headers.
        http_options: For the httpx client.
    """
    request = httpx.Request("GET", url, headers=headers)
    options: dict[str, Any] = {"follow_redirects": True, "verify": TRUSTS_NOBODY, **(http_options or {})}
    if way == "bare":
        options["auth"] = make_auth(credentials, environment)
    if mode == "sync":
        with httpx.Client(**options) as http:
            if way == "bare":
                return http.send(request)
            response: httpx.Response = connect_sync(credentials, environment, http_client=http, max_retries=0).send(
                request
            )
            return response

    async def main() -> httpx.Response:
        async with make_async_http(mode, **options) as http:
            if way == "bare":
                return await http.send(request)
            client = connect_async(credentials, environment, http_client=http, max_retries=0)
            response: httpx.Response = await client.send(request)
            return response

    return asyncio.run(main())
