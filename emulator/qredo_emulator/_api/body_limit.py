"""The bound of a request's body: a body has to be in memory before its signature can be verified."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Receive, Scope

from qredo_emulator._errors import ApiError

__all__ = ["read_body"]


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Read the body of a request, and no more than the bound of one that is too long.

    Args:
        scope: The request.
        receive: Gives its body.
        limit: Bytes of a body.

    Raises:
        ApiError: 413; the body is longer, or says so.
        ClientDisconnect: The client is gone.
    """
    request = Request(scope, receive)
    # The server's parser takes digits only.
    if int(request.headers.get("content-length", "0")) > limit:
        raise _too_long(limit)
    chunks, length = list[bytes](), 0
    async for chunk in request.stream():
        chunks.append(chunk)
        length += len(chunk)
        if length > limit:
            raise _too_long(limit)
    return b"".join(chunks)


def _too_long(limit: int) -> ApiError:
    reason = f"the emulator takes bodies of up to {limit} bytes; start it with a greater --max-body"
    # The rest of the body is not read, so nothing can follow on this connection.
    return ApiError(413, reason, headers={"connection": "close"})
