"""Responses of the console: their headers, and files that come with the package or with Swagger UI."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from qredo_emulator._json import dump

__all__ = ["json_response", "page", "static_file"]

_STATIC = Path(__file__).with_name("static")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_SWAGGER_UI = ("swagger-ui.css", "swagger-ui-bundle.js")

_POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
# Swagger UI sets style attributes, and its icons are data: images.
_SWAGGER_POLICY = f"{_POLICY}; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Make a JSON response that is not cached."""
    return Response(dump(value), status, {**_HEADERS, **(headers or {})}, "application/json")


def page(name: str, *, swagger_ui: bool = False) -> Response:
    """Make the response of an HTML page, with a policy against loading anything from other servers."""
    policy = _SWAGGER_POLICY if swagger_ui else _POLICY
    return Response(
        (_STATIC / name).read_bytes(), headers={**_HEADERS, "content-security-policy": policy}, media_type="text/html"
    )


def static_file(name: str) -> Response:
    """Make the response of a script, a style or a picture; `swagger-ui/...` are files of the package swagger-ui-bundle.

    Raises:
        HTTPException: 404, there is no such file.
    """
    file = _files().get(name)
    if file is None:
        raise HTTPException(404)
    return Response(file.read_bytes(), headers=_HEADERS, media_type=_TYPES[file.suffix])


def _files() -> dict[str, Path]:
    """Every static file by name. No path is ever built from client input."""
    own = {file.name: file for file in _STATIC.iterdir() if file.suffix in _TYPES}
    bundle: Path = importlib.import_module("swagger_ui_bundle").swagger_ui_path
    return {**own, **{f"swagger-ui/{name}": bundle / name for name in _SWAGGER_UI}}
