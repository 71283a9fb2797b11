"""A client class without an API, for whole URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import httpx

__all__ = ["PlainClient", "plain_client_class"]


class PlainClient:
    """As a generated client for `connect`: it has what an API says of itself, and what sends."""

    API: ClassVar = ("any API", "")
    STAMPS: ClassVar = ("timestamp", "nonce")
    NONCE_RULE: ClassVar = None
    FEEDS: ClassVar[dict[str, Any]] = {}

    def __init__(self, http: httpx.Client, *, send: Any, **_: object) -> None:
        self.http = http
        self.send = send

    def __enter__(self) -> PlainClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()


def plain_client_class(environment: Any) -> type[PlainClient]:
    """Return a class for an environment that signs with RSA and the time."""
    from .._http.schemes import DEFAULT_SCHEME

    servers = {environment.server or "production": f"{environment.origin}/"}
    return type("PlainClient", (PlainClient,), {"SERVERS": servers, "SECURITY": DEFAULT_SCHEME.name})
