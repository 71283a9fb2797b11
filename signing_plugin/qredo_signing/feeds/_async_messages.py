"""The feed of an async client, on asyncio or trio."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import anyio
import httpx

from ._connections import AsyncSession
from ._description import Described, sender_of
from ._errors import FeedMessageError
from ._frames import TooLongError
from ._handshake import make_handshake, network_stream
from ._parsing import items_of
from ._state import Core, Options

__all__ = ["AsyncMessages"]

T = TypeVar("T")


class AsyncMessages(Generic[T]):
    """The messages of a feed, for an `async for` loop. Made by `feed`, which has the description.

    It is open from the first step of the loop until `aclose`, the end of the `async with`, an error, or a cancellation
    of the step. After an error it can be asked again: it goes on after a `FeedMessageError`, and connects anew after
    any other. One task reads; any task of the same event loop may close.
    """

    def __init__(self, client: Any, described: Described, options: Options) -> None:
        self._http: httpx.AsyncClient = client.http
        self._sender = sender_of(client, is_async=True)
        self._core = Core(client, described, options)
        self._session: AsyncSession | None = None
        self._backlog: Iterator[Any] | AsyncIterator[Any] | None = None
        self._is_closing = self._is_busy = False
        self._wake: anyio.Event | None = None

    def __aiter__(self) -> Self:
        return self

    if not TYPE_CHECKING:  # type checkers report it without this

        def __iter__(self) -> None:
            raise TypeError("AsyncMessages is async, and `for` is not: write `async for`")

    async def __anext__(self) -> T:
        """Wait for the next message.

        Raises:
            StopAsyncIteration: The feed was closed.
            FeedMessageError: A message is not as described, and there is no `on_error`.
            RuntimeError: Another task is waiting.
            Exception: What `feed` lists.
        """
        if self._is_busy:
            raise RuntimeError("another task is waiting for a message of this feed: read it in one task")
        self._is_busy = True
        try:
            while not self._is_closing:
                message, is_given = await self._step()
                if is_given:
                    return message  # type: ignore[no-any-return]
        except FeedMessageError:
            raise
        except BaseException:
            await self._drop(None)
            raise
        finally:
            self._is_busy = False
        await self._drop(None)
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Close the feed, and end the loop of the task that reads it; from any task, also more than once."""
        self._is_closing = True
        if self._wake is not None:
            self._wake.set()
        await self._drop(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        state = "closed" if self._is_closing else "open" if self._session else "not open"
        return f"<feed {self._core.described.name} of {self._core.described.package.__name__}, {state}>"

    async def _step(self) -> tuple[Any, bool]:
        """Take one step: connect, or read one message. Returns the message, and whether to pass it on."""
        try:
            if self._session is None or not self._session.is_here:
                await self._drop(None)
                await self._connect()
                return None, False
            raw = await self._next_raw(self._session)
        except Exception as error:
            await self._drop(error)
            if self._is_closing:
                return None, False
            wait = self._core.reconnect.after(error)
            if isinstance(error, TooLongError):
                await self._complain(self._core.too_long(error))
            await self._sleep(wait)
            return None, False
        try:
            return self._core.take(raw)
        except FeedMessageError as error:
            await self._complain(error)
            return None, False

    async def _next_raw(self, session: AsyncSession) -> Any:
        """Yield pending messages first, then those of the feed."""
        if isinstance(self._backlog, AsyncIterator):
            async for item in self._backlog:
                return item
        elif self._backlog is not None:
            for item in self._backlog:
                return item
        self._backlog = None
        return await session.receive(lambda: self._is_closing)

    async def _connect(self) -> None:
        self._session = await self._open()
        gap = self._core.opened()
        if self._core.options.on_gap is not None:
            await _result(self._core.options.on_gap(gap))
        if self._core.resync is not None:  # after connecting, so that no message is lost in between
            found = await _result(self._core.resync())
            self._backlog = aiter(found) if hasattr(found, "__aiter__") else iter(items_of(found))

    async def _open(self) -> AsyncSession:
        core, options = self._core, self._core.options
        response = await self._sender.open(make_handshake(self._http, core.described))
        try:
            return AsyncSession(response, network_stream(core.described, response), options.max_size, options.keepalive)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await response.aclose()
            raise

    async def _drop(self, cause: Exception | None) -> None:
        session, self._session, self._backlog = self._session, None, None
        self._core.lost(cause)
        if session is not None and session.is_here:
            await session.aclose()

    async def _sleep(self, seconds: float) -> None:
        if self._is_closing:  # meanwhile, while `on_error` was told
            return
        self._wake = anyio.Event()
        with anyio.move_on_after(seconds):
            await self._wake.wait()
        self._wake = None

    async def _complain(self, error: FeedMessageError) -> None:
        on_error: Callable[[FeedMessageError], Any] | None = self._core.options.on_error
        if on_error is None:
            raise error
        await _result(on_error(error))


async def _result(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
