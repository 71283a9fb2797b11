"""The emulator's web page: keys, the last requests, Swagger UI that signs."""

from __future__ import annotations

from ._routes import console_routes

__all__ = ["console_routes"]
