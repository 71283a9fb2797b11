"""The routes of the web page, below `/-/`."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from qredo_signing import KeyLoadError, UnsignableError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from qredo_emulator._api.app import App
from qredo_emulator._api.request_log import RequestLog
from qredo_emulator._authentication.key_ring import KeysError
from qredo_emulator._description.document import find_descriptions, read_document
from qredo_emulator._json import dump

from ._keys import all_keys, new_key, upload_key
from ._overview import overview
from ._responses import json_response, page, static_file
from ._signer import ConsoleSigner, SigningError

__all__ = ["console_routes", "document", "last_requests"]

_LONGEST_PEM = 64 * 1024


def console_routes(app: App) -> list[BaseRoute]:
    """Return the routes of the web page. Mount them behind `LocalOnly`: they reveal secrets of the emulator's keys."""
    console = _Console(app)
    return [
        Route("/", lambda request: page("console.html")),
        Route("/static/{name:path}", lambda request: static_file(request.path_params["name"])),
        Route("/docs/{package}/", console.docs),
        Route("/docs/{package}/openapi.json", console.description),
        Route("/console/state", console.state),
        Route("/console/keys", _told(console.new_key), methods=["POST"]),
        Route("/console/keys/{id}/public-key", _told(console.upload), methods=["PUT"]),
        Route("/console/sign", _told(console.sign), methods=["POST"]),
    ]


class _Console:
    def __init__(self, app: App) -> None:
        self._app = app
        self._signer = ConsoleSigner(app)
        self._document = lru_cache(lambda package: document(package, app.settings.spec, app.router.base_paths[package]))

    async def docs(self, request: Request) -> Response:
        self._package(request)
        return page("docs.html", swagger_ui=True)

    async def description(self, request: Request) -> Response:
        return json_response(await run_in_threadpool(self._document, self._package(request)))

    async def state(self, request: Request) -> Response:
        """Return everything that the page shows, or 304 if the page has it already."""
        value = {
            "apis": self._apis(),
            "keys": all_keys(self._app.keys, self._signer.api_keys),
            "requests": last_requests(self._app.log),
            "overview": overview(self._app.world),
        }
        tag = f'"{hashlib.sha256(dump(value)).hexdigest()}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        return json_response(value, headers={"etag": tag})

    async def new_key(self, request: Request) -> Response:
        return json_response(new_key(self._app.keys), 201)

    async def upload(self, request: Request) -> Response:
        pem = await request.body()
        if len(pem) > _LONGEST_PEM:
            raise KeysError(f"that is more than {_LONGEST_PEM} bytes, far longer than a public key in PEM form")
        return json_response(upload_key(self._app.keys, request.path_params["id"], pem))

    async def sign(self, request: Request) -> Response:
        """Return the headers of a request: `?method=POST&url=http://...`, with its body as the body."""
        method, url = (request.query_params.get(name, "") for name in ("method", "url"))
        if not url.startswith(f"{request.url.scheme}://{request.headers['host']}/"):
            raise SigningError("the console signs for this emulator only")
        headers = await run_in_threadpool(self._signer.headers, method, url, await request.body())
        return json_response({"headers": headers})

    def _apis(self) -> list[dict[str, Any]]:
        return [
            {
                "package": package,
                "version": self._app.descriptions[package].version,
                "operations": len(self._app.descriptions[package].operations),
                "base_paths": paths,
            }
            for package, paths in self._app.router.base_paths.items()
        ]

    def _package(self, request: Request) -> str:
        package: str = request.path_params["package"]
        if package not in self._app.descriptions:
            raise HTTPException(404)
        return package


def _told(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Turn the errors of an endpoint into a 400 with `{"error": "..."}`."""

    async def told(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (KeyLoadError, KeysError, SigningError, UnsignableError) as error:
            return json_response({"error": str(error)}, 400)

    return told


def document(package: str, folder: Path | str | None, base_paths: Sequence[str]) -> Mapping[str, Any]:
    """Return a description with this emulator as its server.

    Args:
        package: Its import package; it has to be there.
        folder: The folder of descriptions, as in the settings.
        base_paths: Where the emulator serves it; the first is what Swagger UI uses.
    """
    content = read_document(find_descriptions(folder)[package])
    # Relative, so that they are of the host that the browser calls the emulator by.
    return {**content, "servers": [{"url": path} for path in base_paths]}


_SHOWN = 100


def last_requests(log: RequestLog) -> list[dict[str, Any]]:
    """Return the last 100 requests, newest first, each with a stable number."""
    records = log.all()[-_SHOWN:]
    first = log.count - len(records)
    return [{"number": first + at, **record.as_dict()} for at, record in reversed(list(enumerate(records)))]
