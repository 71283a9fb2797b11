"""The bound of a request's body: a body has to be in memory before its signature can be verified."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qredo_emulator._errors import ApiError

from .responses import error_response

__all__ = ["BodyLimit"]


class BodyLimit:
    """Rejects a request whose body is too long with 413, and reads no more than the bound of it.

    Args:
        app: Serves the other requests.
        limit: Bytes of a body.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages = [] if _length(scope) > self._limit else await self._read(receive)
        if not messages:
            await self._too_long()(scope, receive, send)
            return
        waiting = iter(messages)

        async def replay() -> Message:
            return next(waiting, None) or await receive()

        await self._app(scope, replay, send)

    async def _read(self, receive: Receive) -> list[Message]:
        """Return the messages of a body; none if it is too long."""
        messages, length = list[Message](), 0
        while True:
            messages.append(await receive())
            length += len(messages[-1].get("body", b""))
            if length > self._limit:
                return []
            if not messages[-1].get("more_body", False):  # nor has a client more that is gone
                return messages

    def _too_long(self) -> Response:
        reason = f"the emulator takes bodies of up to {self._limit} bytes; start it with a greater --max-body"
        # The rest of the body is not read, so nothing can follow on this connection.
        return error_response(ApiError(413, reason, headers={"connection": "close"}))


def _length(scope: Scope) -> int:
    """What the request says of its body; 0 where it says nothing, as with chunks."""
    values = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(values[0]) if values else 0  # the server's parser takes digits only
