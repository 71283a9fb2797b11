"""The feed of a sync client."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, Self, TypeVar

import httpx

from .._http.per_process import PerProcess
from ._connections import SyncSession
from ._description import Described, sender_of
from ._errors import FeedMessageError
from ._frames import TooLongError
from ._handshake import make_handshake, network_stream
from ._parsing import items_of
from ._state import Core, Options

__all__ = ["Messages"]

T = TypeVar("T")


class Messages(Generic[T]):
    """The messages of a feed, for a `for` loop. Made by `feed`, which has the description.

    It is open from the first step of the loop until `close`, the end of the `with`, or an error. After an error it can
    be asked again: it goes on after a `FeedMessageError`, and connects anew after any other. One thread reads; any
    thread may close.
    """

    def __init__(self, client: Any, described: Described, options: Options) -> None:
        self._http: httpx.Client = client.http
        self._sender = sender_of(client, is_async=False)
        self._core = Core(client, described, options)
        self._session: SyncSession | None = None
        self._backlog: Iterator[Any] | None = None
        self._closing = threading.Event()
        self._lock = PerProcess(threading.RLock)  # held by the reader, or by the thread that closes the feed

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        """Wait for the next message.

        Raises:
            StopIteration: The feed was closed.
            FeedMessageError: A message is not as described, and there is no `on_error`.
            Exception: What `feed` lists.
        """
        with self._lock.here():
            try:
                while not self._closing.is_set():
                    message, is_given = self._step()
                    if is_given:
                        return message  # type: ignore[no-any-return]
            except FeedMessageError:
                raise
            except BaseException:
                self._drop(None)
                raise
            self._drop(None)
            raise StopIteration

    def close(self) -> None:
        """Close the feed and end the loop of the thread that reads it. Any thread may call this, more than once."""
        self._closing.set()
        with self._lock.here():
            self._drop(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closing.is_set() else "open" if self._session else "not open"
        return f"<feed {self._core.described.name} of {self._core.described.package.__name__}, {state}>"

    def _step(self) -> tuple[Any, bool]:
        """Take one step: connect, or read one message. Returns the message, and whether to pass it on."""
        try:
            if self._session is None or not self._session.is_here:
                self._drop(None)
                self._connect()
                return None, False
            raw = self._next_raw(self._session)
        except Exception as error:
            self._drop(error)
            wait = self._core.reconnect.after(error)
            if isinstance(error, TooLongError):
                self._complain(self._core.too_long(error))
            self._closing.wait(wait)
            return None, False
        try:
            return self._core.take(raw)
        except FeedMessageError as error:
            self._complain(error)
            return None, False

    def _next_raw(self, session: SyncSession) -> Any:
        """Yield pending messages first, then those of the feed."""
        if self._backlog is not None:
            for item in self._backlog:
                return item
            self._backlog = None
        return session.receive(self._closing.is_set)

    def _connect(self) -> None:
        self._session = self._open()
        gap = self._core.opened()
        if self._core.options.on_gap is not None:
            _plain(self._core.options.on_gap(gap), "on_gap")
        if self._core.resync is not None:  # after connecting, so that no message is lost in between
            self._backlog = iter(items_of(_plain(self._core.resync(), "resync")))

    def _open(self) -> SyncSession:
        core, options = self._core, self._core.options
        response = self._sender.open(make_handshake(self._http, core.described))
        try:
            return SyncSession(response, network_stream(core.described, response), options.max_size, options.keepalive)
        except BaseException:
            response.close()
            raise

    def _drop(self, cause: Exception | None) -> None:
        session, self._session, self._backlog = self._session, None, None
        self._core.lost(cause)
        if session is not None and session.is_here:
            session.close()

    def _complain(self, error: FeedMessageError) -> None:
        on_error: Callable[[FeedMessageError], Any] | None = self._core.options.on_error
        if on_error is None:
            raise error
        _plain(on_error(error), "on_error")


def _plain(result: Any, name: str) -> Any:
    if inspect.isawaitable(result) or hasattr(result, "__aiter__"):
        if inspect.iscoroutine(result):
            result.close()
        raise TypeError(f"{name} is async, which needs an async client: give a plain function here")
    return result
