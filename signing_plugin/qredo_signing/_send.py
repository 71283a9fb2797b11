"""What carries a generated client's requests: each attempt signed when it goes out, and no redirect followed."""

from __future__ import annotations

import httpx

from ._auth import PartnerAuth
from ._version import __version__
from .errors import RedirectError

__all__ = ["AsyncSender", "SyncSender"]

_PRODUCT = f"qredo-python/{__version__}"


class SyncSender:
    """Sends the requests of one `Client`."""

    def __init__(self, http: httpx.Client, auth: PartnerAuth) -> None:
        self._http = http
        self._auth = auth

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises `RedirectError` when the answer is a redirect, else what httpx and the auth raise."""
        _name_us(request)
        return _refuse_redirect(self._attempt(request))

    def _attempt(self, request: httpx.Request) -> httpx.Response:
        # Per request, so that a caller's own http_client keeps its settings for his other requests.
        return self._http.send(request, auth=self._auth, follow_redirects=False)


class AsyncSender:
    """Sends the requests of one `AsyncClient`."""

    def __init__(self, http: httpx.AsyncClient, auth: PartnerAuth) -> None:
        self._http = http
        self._auth = auth

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises `RedirectError` when the answer is a redirect, else what httpx and the auth raise."""
        _name_us(request)
        return _refuse_redirect(await self._attempt(request))

    async def _attempt(self, request: httpx.Request) -> httpx.Response:
        return await self._http.send(request, auth=self._auth, follow_redirects=False)


def _name_us(request: httpx.Request) -> None:
    """Put our product before the package's in the User-Agent, once however often the request is sent."""
    agent = request.headers.get("user-agent", "")
    if not agent.startswith(_PRODUCT):
        request.headers["user-agent"] = f"{_PRODUCT} {agent}".rstrip()


def _refuse_redirect(response: httpx.Response) -> httpx.Response:
    if response.next_request is None:
        return response
    target = _without_query(response.next_request.url)
    raise RedirectError(
        f"{response.request.method} {_without_query(response.request.url)} was answered with {response.status_code}, a "
        f"redirect to {target}, which was not followed: a signature holds for one URL, credentials for one origin. "
        "If that is a server that you trust, connect to it with Environment.custom(...)",
        status_code=response.status_code,
        target=target,
    )


def _without_query(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"
