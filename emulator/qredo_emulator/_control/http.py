"""The control methods over HTTP, below `/-/control/`: everything that `Control` and its faults can do.

`GET /-/control/` lists them. `POST /-/control/<method>` takes a JSON object of arguments and returns `{"result": ...}`;
`GET /-/control/<property>` reads a property, and `POST` with `{"value": ...}` sets
one. The methods of the faults are at `/-/control/faults/<method>`.
"""

from __future__ import annotations

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
from .remote import ArgumentsError, Remote, remotes_of

__all__ = ["control_routes"]


def control_routes(control: Control, keys: KeyRing) -> list[BaseRoute]:
    """Return the routes of the control methods. Mount them behind `LocalOnly`."""
    admin = _Admin(control, keys)
    return [
        Route("/", admin.listing),
        Route("/{name}", admin.use, methods=["GET", "POST"]),
        Route("/faults/{name}", admin.use_fault, methods=["GET", "POST"]),
    ]


class _Admin:
    def __init__(self, control: Control, keys: KeyRing) -> None:
        self._control = control
        self._keys = keys

    async def listing(self, request: Request) -> Response:
        """Every method and property, with its signature and what it says about itself."""
        names = {**self._remotes(None), **{f"faults/{name}": one for name, one in self._remotes("faults").items()}}
        return _respond([{"name": name, **remote.as_dict()} for name, remote in sorted(names.items())])

    async def use(self, request: Request) -> Response:
        return await self._use(self._remotes(None), request)

    async def use_fault(self, request: Request) -> Response:
        return await self._use(self._remotes("faults"), request)

    async def _use(self, remotes: dict[str, Remote], request: Request) -> Response:
        try:
            remote = remotes.get(request.path_params["name"])
            if remote is None:
                raise ApiError(404, f"there is no such method; there are {', '.join(sorted(remotes))}")
            if request.method != "POST":
                return _respond(remote.read())
            arguments = _arguments(await request.body())
            # In another thread: a method may wait, and the emulator must go on.
            return _respond({"result": await run_in_threadpool(remote.call, arguments)})
        except ApiError as error:
            return _respond(error.body, error.status)
        except ArgumentsError as error:
            return _respond(invalid("/body", str(error)).body, 400)
        except LookupError as error:
            return _respond(ApiError(404, str(error.args[0] if error.args else error)).body, 404)
        except (TypeError, ValueError) as error:
            return _respond(ApiError(400, str(error)).body, 400)

    def _remotes(self, part: str | None) -> dict[str, Remote]:
        return remotes_of(self._control if part is None else getattr(self._control, part), self._keys)


def _arguments(body: bytes) -> dict[str, Any]:
    try:
        value = load(body) if body.strip() else {}
    except ValueError as error:
        raise invalid("/body", str(error)) from None
    if not isinstance(value, dict):
        raise invalid("/body", "is not a JSON object of arguments")
    return value


def _respond(value: Any, status: int = 200) -> Response:
    return Response(dump(value), status, {"cache-control": "no-store"}, "application/json")
