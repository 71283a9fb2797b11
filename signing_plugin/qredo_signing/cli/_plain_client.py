"""A client without operations, for requests that the user writes himself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ._connection import Connection

if TYPE_CHECKING:
    import httpx

__all__ = ["PlainClient", "plain_client_class"]


class PlainClient:
    """As a generated client for `connect`: it has what an API says of itself, and sends what it is given."""

    API: ClassVar[tuple[str, str]] = ("any API", "")
    SERVERS: ClassVar[Mapping[str, str]] = {}
    SECURITY: ClassVar[str] = ""
    STAMPS: ClassVar[tuple[str, ...]] = ("timestamp", "nonce")
    NONCE_RULE: ClassVar[str | None] = None
    FEEDS: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, http: httpx.Client, *, base_url: str, send: Callable[..., Any], owns_http: bool) -> None:
        self.http = http
        self._base_url = base_url.rstrip("/")
        self._send = send

    def send(self, method: str, target: str, body: bytes) -> httpx.Response:
        """Send a request, signed; what its answer says is not looked at.

        Args:
            method: In upper case.
            target: A whole URL, or a path below the base URL.
            body: JSON, or empty for none.
        """
        url = self._base_url + target if target.startswith("/") else target
        headers = {"accept": "application/json", **({"content-type": "application/json"} if body else {})}
        response: httpx.Response = self._send(self.http.build_request(method, url, content=body, headers=headers))
        return response

    def __enter__(self) -> PlainClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()


def plain_client_class(connection: Connection, *, needs_api: bool) -> type[PlainClient]:
    """Return the class for the API that is meant; for a whole URL and no API, one that signs with RSA and the time.

    Raises:
        CliError: The API has to be named.
    """
    from .._http.schemes import DEFAULT_SCHEME

    if connection.api is None and not needs_api:
        environment = connection.named_environment()
        servers = {environment.server or "production": f"{environment.origin}/"}
        return type("PlainClient", (PlainClient,), {"SERVERS": servers, "SECURITY": DEFAULT_SCHEME.name})
    api = connection.client_class()
    names = ("API", "SERVERS", "SECURITY", "STAMPS", "NONCE_RULE", "FEEDS")
    return type("PlainClient", (PlainClient,), {name: getattr(api, name) for name in names})
