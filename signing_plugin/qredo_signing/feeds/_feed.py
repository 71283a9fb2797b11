"""`feed`: iterate over the messages of a WebSocket feed of a client."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Hashable, Iterable
from typing import Any, TypeAlias, TypeVar, overload

from .._client_protocols import AsyncClient, Client
from ..errors import ConfigurationError
from ._async_messages import AsyncMessages
from ._description import Described, describe
from ._errors import FeedMessageError
from ._keepalive import Keepalive
from ._reconnect import Reconnect
from ._state import Gap, Options
from ._sync_messages import Messages

__all__ = ["feed"]

DEFAULT_KEEPALIVE, DEFAULT_RECONNECT = Keepalive(), Reconnect()

T = TypeVar("T")
Pending: TypeAlias = Callable[[], Iterable[Any] | object]
AsyncPending: TypeAlias = Callable[[], Iterable[Any] | AsyncIterable[Any] | Awaitable[Any] | object]


@overload
def feed(
    client: Client,
    name: str,
    *,
    message: type[T],
    resync: Pending | bool = ...,
    on_gap: Callable[[Gap], object] | None = ...,
    on_error: Callable[[FeedMessageError], object] | None = ...,
    key: Callable[[T], Hashable] | None = ...,
    remember: int = ...,
    reconnect: Reconnect = ...,
    keepalive: Keepalive = ...,
    max_size: int = ...,
    **path: str,
) -> Messages[T]: ...
@overload
def feed(
    client: Client,
    name: str,
    *,
    message: None = ...,
    resync: Pending | bool = ...,
    on_gap: Callable[[Gap], object] | None = ...,
    on_error: Callable[[FeedMessageError], object] | None = ...,
    key: Callable[[Any], Hashable] | None = ...,
    remember: int = ...,
    reconnect: Reconnect = ...,
    keepalive: Keepalive = ...,
    max_size: int = ...,
    **path: str,
) -> Messages[Any]: ...
@overload
def feed(
    client: AsyncClient,
    name: str,
    *,
    message: type[T],
    resync: AsyncPending | bool = ...,
    on_gap: Callable[[Gap], object] | None = ...,
    on_error: Callable[[FeedMessageError], object] | None = ...,
    key: Callable[[T], Hashable] | None = ...,
    remember: int = ...,
    reconnect: Reconnect = ...,
    keepalive: Keepalive = ...,
    max_size: int = ...,
    **path: str,
) -> AsyncMessages[T]: ...
@overload
def feed(
    client: AsyncClient,
    name: str,
    *,
    message: None = ...,
    resync: AsyncPending | bool = ...,
    on_gap: Callable[[Gap], object] | None = ...,
    on_error: Callable[[FeedMessageError], object] | None = ...,
    key: Callable[[Any], Hashable] | None = ...,
    remember: int = ...,
    reconnect: Reconnect = ...,
    keepalive: Keepalive = ...,
    max_size: int = ...,
    **path: str,
) -> AsyncMessages[Any]: ...
def feed(
    client: Any,
    name: str,
    *,
    message: Any = None,
    resync: AsyncPending | bool = True,
    on_gap: Callable[[Gap], object] | None = None,
    on_error: Callable[[FeedMessageError], object] | None = None,
    key: Callable[[Any], Hashable] | None = None,
    remember: int = 10_000,
    reconnect: Reconnect = DEFAULT_RECONNECT,
    keepalive: Keepalive = DEFAULT_KEEPALIVE,
    max_size: int = 1_048_576,
    **path: str,
) -> Any:
    """Listen to a WebSocket feed of the API, and reconnect until you close it.

        with feed(client, "core_client", client_id=client_id) as messages:
            for message in messages:
                ...

    With a sync client it is for `for`, with an async one for `async for` (and `async with`). Nothing is sent before the
    first step of the loop. A lost connection is opened again, with a handshake signed anew each time. No approval
    request is lost, but it can come more than once: after each connect what is pending is read through the API.
    docs/feeds.md has all of it.

    Args:
        client: A client that `connect` made.
        name: Name of the feed in the client's `FEEDS`.
        message: The model class of the messages, for type checkers. It must be the feed's own.
        resync: Reads through the API what may have been missed, after each connect; what it gives is put before the
            messages of the feed. True: the pending actions for `core_client`, nothing for others. A callable of yours
            returns models or dicts to iterate over, or one model with a list; with an async client it may be async.
        on_gap: Called after each connect, the first included, when messages may have been missed. May be async with
            an async client.
        on_error: Called with the error for each message that is not as described, which the feed then skips. Without
            it the loop raises the error, and a new loop goes on with the next message. May be async with an async
            client.
        key: Returns what identifies a message, such as `lambda message: message.id`: of messages with the same key only
            the first is passed on. A message whose key is empty or not set is always passed on.
        remember: How many keys are remembered, the latest ones.
        reconnect: How long to wait before connecting again, and when to give up.
        keepalive: How soon a dead connection is detected.
        max_size: The longest message to accept, in bytes.
        path: The values in the feed's path, such as `client_id`.

    Returns:
        `Messages` or `AsyncMessages`.

    Raises:
        ConfigurationError: The API has no such feed, the client was not made by `connect`, or `message` is another
            class than that of the feed.
        TypeError: The first argument is no client, or the path takes other values.
        ValueError: A value cannot be a part of a path, or an option is out of range.

    While you read it, it raises, beside `FeedMessageError` and `QredoSigningError` of the auth: the API package's own
    `UnauthorizedError`, `ForbiddenError`, `NotFoundError` and so on for a handshake that is refused (429 and 5xx are
    tried again, unless they ask to wait longer than a minute); `RedirectError`; `FeedConnectionError` if there is no
    WebSocket to be had; what `resync`, `on_gap` and `on_error` raise, where it is not a matter of the network; and the
    last error of the network when `reconnect` has an end.
    """
    options = Options(resync, on_gap, on_error, key, remember, reconnect, keepalive, max_size)
    described = describe(client, name, path)
    _check_message(described, message)
    make: Any = AsyncMessages if hasattr(client, "aclose") else Messages
    return make(client, described, options)


def _check_message(described: Described, message: Any) -> None:
    if message is not None and message is not described.message:
        wanted = f"{described.message.__module__}.{described.message.__qualname__}"
        raise ConfigurationError(f"the messages of the feed {described.name!r} are {wanted}: give that as message=")
