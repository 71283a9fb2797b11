"""Restrict the paths below `/-/` to this machine.

The control methods and the web page reveal secrets of the emulator's keys and change its state. So requests from other
machines, by another host name (DNS rebinding) or from a web page of another origin get a 403.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from qredo_signing._environments.origin import is_loopback_host
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["LocalOnly", "refusal"]


def refusal(scope: Scope) -> str | None:
    """Return why a request may not use `/-/`, None if it may."""
    headers = Headers(scope=scope)
    peer = (scope.get("client") or ("", 0))[0]
    if not is_loopback_host(peer):
        return f"only this machine may use /-/, and the request came from {peer or 'an unknown place'}"
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or not is_loopback_host(_name(hosts[0])):
        return "the Host header has to be localhost or a loopback address, such as 127.0.0.1"
    if origins not in ([], [f"{scope['scheme'].replace('ws', 'http')}://{hosts[0]}"]):
        return "a web page of another origin may not use /-/"
    return None


class LocalOnly:
    """An ASGI application that passes on what comes from this machine and its own pages, and rejects the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or reject it."""
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
