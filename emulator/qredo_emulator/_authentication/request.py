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
        method: As it came.
        origin: Scheme and Host header.
        path: The raw path as the client wrote it.
        query: The raw query as the client wrote it; empty for none.
        headers: Names in lower case.
        is_handshake: Whether it opens a feed.
    """

    method: str
    origin: str
    path: str
    query: str
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes
    is_handshake: bool = False

    @property
    def url(self) -> str:
        """The URL as the client wrote it."""
        return f"{self.origin}{self.path}{'?' if self.query else ''}{self.query}"

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
        return [value for key, value in parse_qsl(self.query) if key == name]


def raw_request(scope: Scope, body: bytes) -> RawRequest:
    """The request of an ASGI scope."""
    host = next((value for key, value in scope["headers"] if key == b"host"), b"")
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return RawRequest(
        scope.get("method", "GET"),
        f"{scope['scheme']}://{host.decode('latin-1')}",
        path.decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        scope["headers"],
        body,
        scope["type"] == "websocket",
    )
