"""The control methods over HTTP, below `/-/control/`: everything that `Control` and its faults can do.

`GET /-/control/` lists them. `POST /-/control/<method>` takes a JSON object of arguments and returns `{"result": ...}`;
`GET /-/control/<property>` reads a property, and `POST` with `{"value": ...}` sets
one. The methods of the faults are at `/-/control/faults/<method>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from qredo_signing._strict_json import load
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from qredo_emulator._authentication.key_ring import KeyRing
from qredo_emulator._errors import ApiError, invalid
from qredo_emulator._json import dump

from .control import Control
from .remote import Remote, remotes_of

__all__ = ["control_routes"]


def control_routes(control: Control, keys: KeyRing) -> list[BaseRoute]:
    """Return the routes of the control methods. Mount them behind `LocalOnly`."""

    @cache
    def remotes() -> dict[str, Remote]:
        faults = {f"faults/{name}": one for name, one in remotes_of(control.faults, keys).items()}
        return dict(sorted((remotes_of(control, keys) | faults).items()))

    async def listing(request: Request) -> Response:
        """List every method and property, with its signature and docstring."""
        return _respond([{"name": name, **remote.as_dict()} for name, remote in remotes().items()])

    async def use(request: Request) -> Response:
        return await _use(remotes(), request)

    return [Route("/", listing), Route("/{name:path}", use, methods=["GET", "POST"])]


async def _use(remotes: Mapping[str, Remote], request: Request) -> Response:
    try:
        remote = remotes.get(request.path_params["name"].rstrip("/"))
        if remote is None:
            raise ApiError(404, f"there is no such method; there are {', '.join(remotes)}")
        if request.method != "POST":
            return _respond(remote.read())
        arguments = _arguments(await request.body())
        # In another thread: a method may wait, and the emulator must go on.
        return _respond({"result": await run_in_threadpool(remote.call, arguments)})
    except ApiError as error:
        return _failed(error)
    except LookupError as error:
        return _failed(ApiError(404, str(error.args[0] if error.args else error)))
    except (TypeError, ValueError) as error:
        return _failed(ApiError(400, str(error)))


def _arguments(body: bytes) -> dict[str, Any]:
    try:
        value = load(body) if body.strip() else {}
    except ValueError as error:
        raise invalid("/body", str(error)) from None
    if not isinstance(value, dict):
        raise invalid("/body", "is not a JSON object of arguments")
    return value


def _failed(error: ApiError) -> Response:
    return _respond(error.body, error.status)


def _respond(value: Any, status: int = 200) -> Response:
    return Response(dump(value), status, {"cache-control": "no-store"}, "application/json")
