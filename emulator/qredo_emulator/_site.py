"""The whole site that an emulator serves: the APIs, and below `/-/` the control methods and the web page."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from qredo_emulator._api.app import App
from qredo_emulator._console import console_routes
from qredo_emulator._control.control import Control
from qredo_emulator._control.http import control_routes
from qredo_emulator._control.local_only import LocalOnly

__all__ = ["Site"]


class Site:
    """The ASGI application of an emulator.

    Args:
        api: Serves the APIs.
        control: Changes the emulator from outside.
    """

    def __init__(self, api: App, control: Control) -> None:
        self._api = api
        routes = [Mount("/control", routes=control_routes(control, api.keys)), *console_routes(api)]
        self._local = LocalOnly(Starlette(routes=[Mount("/-", routes=routes)]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket."""
        path = scope.get("path", "")
        app = self._local if path == "/-" or path.startswith("/-/") else self._api
        await app(scope, receive, send)
