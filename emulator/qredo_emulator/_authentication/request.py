"""A request as it came over the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.types import Scope

__all__ = ["RawRequest", "raw_request"]


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as it came.

    Attributes:
        method: As it came; `WEBSOCKET` for the handshake of a feed, which is a GET.
        url: Scheme, Host header, and the raw path and query as the client wrote them.
        headers: Names in lower case.
    """

    method: str
    url: str
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Every value of a header that is not empty, white space around it removed.

        An empty header counts as not sent: clients that were generated from the vendor's file send `x-nonce` without
        a value beside `x-timestamp`.

        Args:
            name: In lower case.
        """
        wanted = name.encode()
        values = (value.decode("latin-1").strip() for key, value in self.headers if key == wanted)
        return [value for value in values if value]

    def queries(self, name: str) -> list[str]:
        """Every value of a query parameter, decoded."""
        return [value for key, value in parse_qsl(self.url.partition("?")[2]) if key == name]


def raw_request(scope: Scope, method: str, body: bytes) -> RawRequest:
    """The request of an ASGI scope."""
    headers = scope["headers"]
    host = next((value for key, value in headers if key == b"host"), b"")
    path = scope.get("raw_path") or scope["path"].encode()
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return RawRequest(method, f"{scope['scheme']}://{(host + path + query).decode('latin-1')}", headers, body)
