"""`connect`: make a client that signs, from a generated client class, credentials and an environment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload
from urllib.parse import urlsplit

import httpx

from ._client_protocols import (
    AsyncHmacClient,
    AsyncPartnerClient,
    AsyncTokenClient,
    HmacClient,
    PartnerClient,
    TokenClient,
)
from ._environments.base_url import base_url_of, environment_of
from ._environments.environment import Environment
from ._environments.origin import AllowedOrigin, is_loopback
from ._http.arguments import check_timeout, class_name, suggesting
from ._http.choose_auth import check_client_class, check_credentials, make_auth
from ._http.defaults import NoCookies, make_tls_context, proxies_of_environment
from ._http.redirects import AsyncPinnedTransport, PinnedTransport
from ._http.scheme import SigningOptions
from ._http.sender import AsyncSender, SyncSender
from ._http.signing_auth import check_environment
from ._keys.credentials import Credentials
from ._keys.hmac_credentials import HmacCredentials
from ._nonces.source import NonceSource
from ._secrecy import without_locals
from ._signature.agent_token import AgentToken
from ._signature.stamps import Stamp

__all__ = ["DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT", "connect"]

PartnerT = TypeVar("PartnerT", bound=PartnerClient)
AsyncPartnerT = TypeVar("AsyncPartnerT", bound=AsyncPartnerClient)
HmacT = TypeVar("HmacT", bound=HmacClient)
AsyncHmacT = TypeVar("AsyncHmacT", bound=AsyncHmacClient)
TokenT = TypeVar("TokenT", bound=TokenClient)
AsyncTokenT = TypeVar("AsyncTokenT", bound=AsyncTokenClient)

DEFAULT_MAX_RETRIES = 2
DEFAULT_TIMEOUT = httpx.Timeout(30.0, connect=5.0)


@overload
def connect(
    client_class: type[PartnerT],
    credentials: Credentials,
    environment: Environment,
    *,
    timeout: float | httpx.Timeout | None = ...,
    max_retries: int = ...,
    deadline: float | None = ...,
    transport: httpx.BaseTransport | None = ...,
    http_client: httpx.Client | None = ...,
    server: str | None = ...,
    strict: bool = ...,
    agent_token: Callable[[], str] | None = ...,
    stamp: Stamp | None = ...,
    nonces: NonceSource | None = ...,
    serialize: bool = ...,
    clock: Callable[[], float] = ...,
    clock_correction: bool = ...,
) -> PartnerT: ...
@overload
def connect(
    client_class: type[AsyncPartnerT],
    credentials: Credentials,
    environment: Environment,
    *,
    timeout: float | httpx.Timeout | None = ...,
    max_retries: int = ...,
    deadline: float | None = ...,
    transport: httpx.AsyncBaseTransport | Literal["aiohttp"] | None = ...,
    http_client: httpx.AsyncClient | None = ...,
    server: str | None = ...,
    strict: bool = ...,
    agent_token: AgentToken | None = ...,
    stamp: Stamp | None = ...,
    nonces: NonceSource | None = ...,
    serialize: bool = ...,
    clock: Callable[[], float] = ...,
    clock_correction: bool = ...,
    offload: bool | None = ...,
) -> AsyncPartnerT: ...
@overload
def connect(
    client_class: type[HmacT],
    credentials: HmacCredentials,
    environment: Environment,
    *,
    timeout: float | httpx.Timeout | None = ...,
    max_retries: int = ...,
    deadline: float | None = ...,
    transport: httpx.BaseTransport | None = ...,
    http_client: httpx.Client | None = ...,
    server: str | None = ...,
    strict: bool = ...,
    clock: Callable[[], float] = ...,
    clock_correction: bool = ...,
) -> HmacT: ...
@overload
def connect(
    client_class: type[AsyncHmacT],
    credentials: HmacCredentials,
    environment: Environment,
    *,
    timeout: float | httpx.Timeout | None = ...,
    max_retries: int = ...,
    deadline: float | None = ...,
    transport: httpx.AsyncBaseTransport | Literal["aiohttp"] | None = ...,
    http_client: httpx.AsyncClient | None = ...,
    server: str | None = ...,
    strict: bool = ...,
    clock: Callable[[], float] = ...,
    clock_correction: bool = ...,
) -> AsyncHmacT: ...
@overload
def connect(
    client_class: type[TokenT],
    credentials: HmacCredentials,
    environment: Environment,
    *,
    workspace_id: str,
    timeout: float | httpx.Timeout | None = ...,
    max_retries: int = ...,
    deadline: float | None = ...,
    transport: httpx.BaseTransport | None = ...,
    http_client: httpx.Client | None = ...,
    server: str | None = ...,
    strict: bool = ...,
    clock: Callable[[], float] = ...,
    clock_correction: bool = ...,
) -> TokenT: ...
@overload
def connect(
    client_class: type[AsyncTokenT],
    credentials: HmacCredentials,
    environment: Environment,
    *,
    workspace_id: str,
    timeout: float | httpx.Timeout | None = ...,
    max_retries: int = ...,
    deadline: float | None = ...,
    transport: httpx.AsyncBaseTransport | Literal["aiohttp"] | None = ...,
    http_client: httpx.AsyncClient | None = ...,
    server: str | None = ...,
    strict: bool = ...,
    clock: Callable[[], float] = ...,
    clock_correction: bool = ...,
) -> AsyncTokenT: ...
@without_locals  # `agent_token` may be the token itself, by mistake
@suggesting
def connect(
    client_class: Any,
    credentials: Credentials | HmacCredentials,
    environment: Environment,
    *,
    timeout: float | httpx.Timeout | None = DEFAULT_TIMEOUT,
    max_retries: int = DEFAULT_MAX_RETRIES,
    deadline: float | None = None,
    transport: Any = None,
    http_client: Any = None,
    server: str | None = None,
    strict: bool = False,
    agent_token: AgentToken | None = None,
    stamp: Stamp | None = None,
    nonces: NonceSource | None = None,
    serialize: bool = True,
    clock: Callable[[], float] = time.time,
    clock_correction: bool = True,
    offload: bool | None = None,
    workspace_id: str | None = None,
) -> Any:
    """Make a client that signs its requests and sends them to one environment.

        with connect(qredo_partner_v1_1.Client, credentials, Environment.SANDBOX) as client:
            client.company.create(...)

    Nothing is sent yet. The client works with and without `with`; closing it closes the connections that were made
    for it, but never an `http_client` of yours. No redirect is followed.

    Args:
        client_class: `Client` or `AsyncClient` of a generated API package.
        credentials: `Credentials` for the Partner API, in whatever version; `HmacCredentials` for the Qredo APIs.
        environment: Where requests go. It is always named: there is no default.
        timeout: Seconds, an `httpx.Timeout`, or None for no limit. By default 30 s, 5 s of them to connect.
        max_retries: How often a call is retried at most, after its first attempt; 0 for never. Only what can do no
            harm is retried: docs/attempts.md has the rules. `client.with_options(max_retries=)` changes it.
        deadline: Seconds for a whole call: its turn, nonce, token, all attempts and the waits between them, however
            slowly the server sends. Past it, `httpx.TimeoutException` is raised if nothing was sent, otherwise
            `OutcomeUnknownError` for a call that is not safe to retry. A sync signer, the look-up of a host name, and a
            source of nonces other than `SQLiteNonces` are not interrupted. None for no limit.
        transport: An httpx transport to use instead of the network's, for instance in tests. For an async client
            `"aiohttp"` is one that costs much less with many requests in flight; docs/async.md.
        http_client: Your own `httpx.Client` (`httpx.AsyncClient`), with its own timeouts, TLS settings and limits. Its
            `auth` and `follow_redirects` do not apply to requests of this client.
        server: Another of the API's servers with the same origin, by name, such as `sandbox_qapi`.
        strict: Raise `ResponseError` for each value of a response that is not of its described type. By default the
            value becomes a `Mismatch`, and only its use raises.
        agent_token: Returns a fresh token for each agent operation; see `PartnerAuth`. This and `stamp`, `nonces`,
            `serialize` and `offload` are for the Partner API alone.
        stamp: `timestamp` or `nonce`; see `PartnerAuth`. By default what the API version takes.
        nonces: Where nonces come from; see `PartnerAuth`. A version that counts (the Partner API 1.0) needs a counter
            that outlives the process: `SQLiteNonces` or `RedisNonces` with `rule="counter"`; docs/nonces.md.
        serialize: With nonces, keep one request in flight at a time in this process, for each source of nonces, so that
            they arrive in the order of issue. Other processes are not waited for.
        clock: Seconds since the epoch; for tests.
        clock_correction: Follow the server's clock when it refuses a signature for it; see `PartnerAuth`.
        offload: Sign in a thread, in async use; see `PartnerAuth`. By default with `transport="aiohttp"` alone:
            httpx's own transport keeps the event loop so busy that it costs more than it gives.
        workspace_id: The workspace of the Qredo API v2 that the client is for, and required there; see `TokenAuth`.

    Returns:
        An instance of `client_class`.

    Raises:
        EnvironmentMismatchError: Key, environment and API version do not belong together.
        ConfigurationError: The API version takes other credentials, stamps or nonces, or is secured in another way.
        TypeError: Arguments exclude each other or do not fit the class.
        ImportError: `transport="aiohttp"`, and its extra is not installed.
    """
    check_client_class(client_class)
    is_async = hasattr(client_class, "aclose")
    _check_arguments(is_async, timeout, transport, http_client, offload)
    check_timeout(timeout)
    check_credentials(client_class, credentials)
    check_environment(environment)
    environment = environment_of(client_class, environment, server)
    base_url = base_url_of(client_class, environment, server)
    if offload is None:
        offload = is_async and isinstance(credentials, Credentials) and _is_aiohttp(transport)
    options = SigningOptions(
        clock=clock,
        clock_correction=clock_correction,
        stamp=stamp,
        nonces=nonces,
        serialize=serialize,
        agent_token=agent_token,
        offload=offload,
        workspace_id=workspace_id,
        base_path=urlsplit(base_url).path,
    )
    auth = make_auth(client_class, credentials, environment, options)
    owns_http = http_client is None
    if owns_http:
        make_http: Any = httpx.AsyncClient if is_async else httpx.Client
        http_options = _http_options(environment, transport, is_async=is_async)
        http_client = make_http(timeout=timeout, follow_redirects=False, cookies=NoCookies(), **http_options)
    make_sender: Any = AsyncSender if is_async else SyncSender
    send = make_sender(
        http_client,
        auth,
        is_own=owns_http and transport is None,
        forks=_is_aiohttp(transport),
        max_retries=max_retries,
        deadline=deadline,
        clock=clock,
    )
    reading = {"strict": True} if strict else {}  # a package that was generated earlier does not know it
    return client_class(http_client, base_url=base_url, send=send, owns_http=owns_http, **reading)


def _check_arguments(
    is_async: bool, timeout: object, transport: object, http_client: object, offload: bool | None
) -> None:
    wanted = httpx.AsyncClient if is_async else httpx.Client
    if http_client is not None and not isinstance(http_client, wanted):
        other = "Client" if is_async else "AsyncClient"
        raise TypeError(
            f"http_client must be an httpx.{wanted.__name__} here, got {type(http_client).__name__}: connect the "
            f"package's {other}, or pass an httpx.{wanted.__name__}"
        )
    for name, given in (("transport", transport is not None), ("timeout", timeout is not DEFAULT_TIMEOUT)):
        if http_client is not None and given:
            raise TypeError(f"{name}= and http_client= exclude each other: set the {name} on your http_client")
    _check_transport(is_async, transport)
    if offload and not is_async:
        raise TypeError("offload= is for async clients: a sync client has no event loop to keep free")


def _check_transport(is_async: bool, transport: object) -> None:
    kind, method = ("AsyncBaseTransport", "handle_async_request") if is_async else ("BaseTransport", "handle_request")
    if isinstance(transport, str):
        if transport != "aiohttp":
            raise TypeError(f"transport={transport!r} is not known: the only transport with a name is 'aiohttp'")
        if not is_async:
            raise TypeError(f"transport={transport!r} is for async clients: leave it out, or connect an AsyncClient")
    elif transport is not None and (isinstance(transport, type) or not hasattr(transport, method)):
        raise TypeError(
            f"transport must be an httpx.{kind} here, got {class_name(transport)}: make one such as "
            f"httpx.{kind.replace('Base', 'HTTP')}(), or pass an httpx client as http_client="
        )


def _is_aiohttp(transport: object) -> bool:
    if transport is None:
        return False
    # Imports asyncio, which costs a sync client a tenth of what importing httpx does.
    from ._http.aiohttp.transport import AiohttpTransport

    return transport == "aiohttp" or isinstance(transport, AiohttpTransport)


def _http_options(environment: Environment, transport: Any, *, is_async: bool) -> dict[str, Any]:
    """How the client that is made reaches the network."""
    from ._http.transports import AsyncTransport, Transport, make_transports

    # A proxy that the environment names cannot reach this machine's loopback, and would see a request in plain http.
    proxies = None if is_loopback(environment.origin) else proxies_of_environment
    home = AllowedOrigin(environment.origin)
    if transport == "aiohttp":
        from ._http.aiohttp.transport import AiohttpTransport

        context = make_tls_context()
        return make_transports(
            lambda proxy: AsyncPinnedTransport(AiohttpTransport(verify=context, proxy=proxy), home), proxies
        )
    if transport is not None:
        pin: Any = AsyncPinnedTransport if is_async else PinnedTransport
        return {"transport": pin(transport, home)}
    context = make_tls_context(is_used=environment.origin.startswith("https:"))
    own: Any = AsyncTransport if is_async else Transport
    return make_transports(lambda proxy: own(home, context, proxy), proxies)
