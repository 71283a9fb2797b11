"""What the emulator serves beside the API, below ``/-/``: the control methods and the web page.

It hands out secrets of the emulator's keys and changes what the emulator keeps, so it answers this
machine only, and no web page but its own: requests from elsewhere, by another name (DNS rebinding)
or of another origin are 403.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qredo_signing._environments.origin import is_loopback_host
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from qredo_emulator._api.app import App

__all__ = ["is_side", "refusal", "side_app"]


def side_app(app: App) -> ASGIApp:
    """The ASGI application for everything below ``/-/``, guarded."""
    from qredo_emulator._console import console_routes

    from .http import admin_routes

    return _Guard(
        Starlette(routes=[Mount("/-", routes=[Mount("/control", routes=admin_routes(app)), *console_routes(app)])])
    )


def is_side(path: str) -> bool:
    """Whether a path is the side's and not an API's."""
    return path == "/-" or path.startswith("/-/")


def refusal(scope: Scope) -> str | None:
    """Why a request may not use the side, None if it may."""
    headers = Headers(scope=scope)
    peer = (scope.get("client") or ("", 0))[0]
    if not is_loopback_host(peer):
        return f"only this machine may use /-/, and the request came from {peer or 'an unknown place'}"
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or not is_loopback_host(_name(hosts[0])):
        return "the Host header has to be localhost or a loopback address, such as 127.0.0.1"
    if origins not in ([], [f"{_HTTP[scope['scheme']]}://{hosts[0]}"]):
        return "a web page of another origin may not use /-/"
    return None


_HTTP = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


class _Guard:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        why = refusal(scope)
        if why is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(f"{why}\n", 403)(scope, receive, send)


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
