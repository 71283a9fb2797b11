"""HTTP responses, from the replies of handlers and from errors."""

from __future__ import annotations

import functools
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from qredo_emulator._authentication.authenticator import RefusedError
from qredo_emulator._description.media import Content
from qredo_emulator._description.operations import Operation
from qredo_emulator._description.validation import Validators
from qredo_emulator._errors import ApiError
from qredo_emulator._json import dump
from qredo_emulator.handlers._call import Reply

__all__ = ["dated", "error_response", "success_response", "undescribed", "upgrade_required"]

_MARK = "x-qredo-emulator"


def success_response(operation: Operation, reply: Reply, *, example: bool) -> Response:
    """Make the response of a reply. A header marks an example."""
    status = reply.status or operation.success or 200
    headers = {_MARK: "example"} if example else None
    content = _content(operation, status, reply)
    if content is None and reply.body is None:
        return Response(status_code=status, headers=headers)
    data, media = _written(content, reply.body)
    return Response(data, status, {"content-type": media, **(headers or {})})


def undescribed(operation: Operation, status: int, reply: Reply, validators: Validators, openapi: str) -> str | None:
    """Return how a reply differs from the description; None for a valid one."""
    content = _content(operation, status, reply)
    if content is not None:
        problem = validators.problem(content.schema, reply.body, openapi)
        return problem and ": ".join(problem)
    if operation.response(status) is None:
        return f"status {status} is not documented"
    return None if reply.body is None else f"status {status} is documented without a body"


def _content(operation: Operation, status: int, reply: Reply) -> Content | None:
    return reply.content or next(iter(operation.response(status) or ()), None)


def _written(content: Content | None, value: Any) -> tuple[bytes, str]:
    """The bytes of a body and its Content-Type. JSON stands for what the description leaves open."""
    if content is None or content.form == "json":
        return dump(value), "application/json" if content is None or "*" in content.media else content.media
    if content.form == "form":
        return urlencode(value, doseq=True).encode(), content.media
    data = value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else dump(value)
    if content.form == "text":
        return data, f"{'text/plain' if '*' in content.media else content.media}; charset=utf-8"
    return data, "application/octet-stream" if "*" in content.media else content.media


def error_response(error: ApiError) -> Response:
    """Make the response of an error, in the API's form."""
    headers = dict(error.headers)
    if isinstance(error, RefusedError):
        # The documented body has no room for it, so a header says what is wrong.
        headers[_MARK] = "refused; " + error.cause.encode("ascii", "backslashreplace").decode()
    return Response(dump(error.body), error.status, headers, "application/json")


def upgrade_required() -> ApiError:
    """Make the error for a plain HTTP request to a feed."""
    return ApiError(426, "this is a WebSocket feed", headers={"upgrade": "websocket", "connection": "upgrade"})


def dated(response: Response, time: float) -> Response:
    """Add the Date header to a response, from Unix seconds, and return it."""
    response.raw_headers.append((b"date", _date(int(time))))
    return response


@functools.lru_cache(maxsize=8)
def _date(seconds: int) -> bytes:
    return formatdate(min(max(seconds, 0), _LAST_SECOND), usegmt=True).encode()


_LAST_SECOND = 253_402_300_799
"""The end of the year 9999: what a Date header can say."""
