"""What a generated client and this package expect of each other. It is the one place where they meet.

Protocols only. A generated package does not import this module, and this package does not import a generated one.

A client class is called as `client_class(http, *, base_url, send, owns_http)`: `send` carries its requests, and
`owns_http` says whether closing the client closes `http`. If `send` has a `product`, it comes first in the User-Agent.
Its requests have an absolute URL and, in `request.extensions["qredo"]`, a `RequestInfo`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

if TYPE_CHECKING:
    import httpx

__all__ = [
    "AsyncClient",
    "AsyncHmacClient",
    "AsyncPartnerClient",
    "AsyncTokenClient",
    "Client",
    "ClientInfo",
    "HmacClient",
    "PartnerClient",
    "RequestInfo",
    "TokenClient",
]


class RequestInfo(Protocol):
    """What a generated client says about a request."""

    @property
    def operation(self) -> str:
        """The operation, such as `company.create`."""
        ...

    @property
    def security(self) -> str:
        """The security scheme, by its name in the description; empty for a request without credentials."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether it is harmless when the service carries the request out twice."""
        ...

    @property
    def idempotency_key(self) -> str | None:
        """The idempotency key in the body, by which the service recognizes a retry, or None."""
        ...

    @property
    def look_up(self) -> str | None:
        """The operation that tells whether a call took effect, such as `company.search`, or None."""
        ...

    @property
    def max_retries(self) -> int | None:
        """The limit of retries for this call, or None for the client's."""
        ...


class ApiInfo(Protocol):
    """What a generated client class says about its API, whatever signs its requests.

    Attributes:
        API: Name of the package and its version.
        SERVERS: Base URLs by name.
        STAMPS: Which of `timestamp` and `nonce` this version takes.
        NONCE_RULE: `counter` where each nonce must be exactly one more than the last; None where it need only be
            greater.
        FEEDS: The WebSocket feeds by name.
    """

    API: ClassVar[tuple[str, str]]
    SERVERS: ClassVar[Mapping[str, str]]
    STAMPS: ClassVar[tuple[str, ...]]
    NONCE_RULE: ClassVar[str | None]
    FEEDS: ClassVar[Mapping[str, Any]]


class ClientInfo(ApiInfo, Protocol):
    """`ApiInfo`, with what `connect` reads from the class when it runs.

    Attributes:
        SECURITY: Name of the security scheme, which decides which credentials it takes.
    """

    SECURITY: ClassVar[str]


class Client(ApiInfo, Protocol):
    """A generated sync client."""

    @property
    def http(self) -> httpx.Client:
        """What it sends with."""
        ...

    @property
    def send(self) -> Callable[[httpx.Request], httpx.Response]:
        """Sends one request, with retries if `connect` made the client."""
        ...


class AsyncClient(ApiInfo, Protocol):
    """A generated async client."""

    @property
    def http(self) -> httpx.AsyncClient:
        """What it sends with."""
        ...

    @property
    def send(self) -> Callable[[httpx.Request], Awaitable[httpx.Response]]:
        """Sends one request, with retries if `connect` made the client."""
        ...


class PartnerClient(Client, Protocol):
    """A sync client that takes `Credentials`."""

    SECURITY: ClassVar[Literal["partner_signature"]]


class AsyncPartnerClient(AsyncClient, Protocol):
    """An async client that takes `Credentials`."""

    SECURITY: ClassVar[Literal["partner_signature"]]


class HmacClient(Client, Protocol):
    """A sync client that takes `HmacCredentials`."""

    SECURITY: ClassVar[Literal["qredo_signature"]]


class AsyncHmacClient(AsyncClient, Protocol):
    """An async client that takes `HmacCredentials`."""

    SECURITY: ClassVar[Literal["qredo_signature"]]


class TokenClient(Client, Protocol):
    """A sync client that takes `HmacCredentials` and a workspace."""

    SECURITY: ClassVar[Literal["qredo_token"]]


class AsyncTokenClient(AsyncClient, Protocol):
    """An async client that takes `HmacCredentials` and a workspace."""

    SECURITY: ClassVar[Literal["qredo_token"]]
