"""The errors of this package. Transport errors stay httpx's; signing errors are the signing plugin's."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from ._error_bodies import ErrorBody

__all__ = [
    "APIError",
    "BadRequestError",
    "ClientError",
    "ConflictError",
    "ForbiddenError",
    "NotFoundError",
    "RateLimitedError",
    "ResponseError",
    "ServerError",
    "UnauthorizedError",
]


class ClientError(Exception):
    """Base class of every error that this package raises about a response.

    Its text is one line: control and invisible characters of what the service sent are written as escapes.
    """


class APIError(ClientError):
    """The service refused or failed: any status other than 2xx.

    Attributes:
        operation: `<tag>.<verb>` of the call.
        status_code: HTTP status.
        code: `code` of the error body (usually the HTTP status again), or None if the body has none.
        msg: `msg` of the error body, or None. Control and invisible characters are written as escapes.
        reason: `detail.reason` of the error body, or None, escaped in the same way.
        response: The httpx response, with everything as it was sent.
    """

    _NOTE = ""

    def __init__(
        self, operation: str, response: httpx.Response, read: Callable[[], ErrorBody | None] | None = None
    ) -> None:
        self.operation = operation
        self.response = response
        self.status_code: int = response.status_code
        body = _error_body(response)
        detail = body.get("detail")
        self.code: int | None = _whole_number(body.get("code"))
        self.msg: str | None = _printable(body.get("msg"))
        self.reason: str | None = _printable(detail.get("reason")) if isinstance(detail, dict) else None
        self._read = read
        self._body: ErrorBody | None = None
        super().__init__(operation, response)
        if self._NOTE:
            self.add_note(self._NOTE)

    @property
    def body(self) -> ErrorBody | None:
        """The parsed body, where the description has one for this status; None if it has none, or another one came."""
        if self._read is not None:
            self._body, self._read = self._read(), None
        return self._body

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait by the Retry-After header (seconds or HTTP-date), not negative; None without a usable one.

        A date is counted from the response's own Date, so that a difference between the two clocks does not matter.
        """
        headers = self.response.headers
        value = headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit():
            return float(value)
        until, start = _unix_time(value), _unix_time(headers.get("date", ""))
        return None if until is None else max(0.0, until - (time.time() if start is None else start))

    def __reduce__(self) -> tuple[object, ...]:
        # The request stays here: it holds the API key, the signature and the body. Headers and reason are bytes,
        # since httpx encodes texts as ASCII.
        response = self.response
        headers = [(name, value) for name, value in response.headers.raw if name.lower() != b"content-encoding"]
        reason = response.extensions.get("reason_phrase")
        extensions = {} if reason is None else {"reason_phrase": reason}
        made_of = (self.operation, response.status_code, headers, response.content, extensions, self.body)
        return _rebuild, (type(self), *made_of)

    def __str__(self) -> str:
        text = f"{self.operation}: HTTP {self.status_code} {self.response.reason_phrase}".rstrip()
        if self.msg:
            text += f": {self.msg}"
        return printable(f"{text} ({self.reason})" if self.reason else text)


class BadRequestError(APIError):
    """400: the request is not what the service expects. `reason` usually names the field; correct it first."""


class UnauthorizedError(APIError):
    """401: the API key is missing or unknown, or the signature is wrong.

    Check key pair, environment, base path, clock and nonce.
    """

    _NOTE = (
        "The service does not say more. `qredo doctor` checks clock, path, key pair and environment. With nonces, the "
        "service may expect another number: docs/nonces.md"
    )


class ForbiddenError(APIError):
    """403: the API key may not do this; for a signature check: the signature is not valid."""


class NotFoundError(APIError):
    """404: nothing with this id exists for this API key."""


class ConflictError(APIError):
    """409: it exists already."""


class RateLimitedError(APIError):
    """429: too many requests. Wait `retry_after` seconds, where the service says how long."""


class ServerError(APIError):
    """5xx: the service failed. A call that changes something may have taken effect: look before a retry."""


class ResponseError(ClientError):
    """The response is not what the description says. If `took_effect`, the call succeeded: don't retry it.

    Attributes:
        model: Name of the model class.
        field: Name of the field on the wire, or None where the whole object is meant.
        problem: What is wrong.
        response: The httpx response, or None when a model was made from a dict by hand.
        took_effect: Whether this is the response to a call that changes something, which succeeded.
    """

    def __init__(self, model: str, field: str | None, problem: str, response: httpx.Response | None = None) -> None:
        self.model = model
        self.field = field
        self.problem = problem
        self.response = response
        self.took_effect = False
        super().__init__(model, field, problem)

    def __reduce__(self) -> tuple[object, ...]:
        # Without the response, which leads to the request.
        return type(self), (self.model, self.field, self.problem), {"took_effect": self.took_effect}

    def __str__(self) -> str:
        place = f"{self.model}.{self.field}" if self.field else self.model
        advice = ". The call succeeded: don't retry it" if self.took_effect else ""
        return printable(f"{place}: {self.problem}{advice}")


_LONGEST_CODE = 10
"""Digits."""

_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitedError,
}


def printable(text: str) -> str:
    """Return the text with control and invisible characters written as escapes, so that it forges no line of a log."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def api_error(operation: str, response: httpx.Response, read: Callable[[], ErrorBody | None] | None = None) -> APIError:
    """The error class for a status: the documented ones, ServerError from 500 on, APIError for the rest.

    Args:
        operation: `<tag>.<verb>` of the call.
        response: The httpx response.
        read: Parses its body, when that is first asked for.
    """
    default = ServerError if response.status_code >= 500 else APIError
    return _BY_STATUS.get(response.status_code, default)(operation, response, read)


def _rebuild(
    kind: type[APIError],
    operation: str,
    status: int,
    headers: list[tuple[bytes, bytes]],
    content: bytes,
    extensions: dict[str, Any],
    body: ErrorBody | None,
) -> APIError:
    """Unpickle an error."""
    import httpx

    rebuilt = httpx.Response(status, headers=headers, content=content, extensions=extensions)
    return kind(operation, rebuilt, lambda: body)


def _unix_time(date: str) -> float | None:
    try:
        parsed = parsedate_to_datetime(date)
        # An HTTP-date is always GMT, though one of its three forms (asctime) does not name the zone.
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return None


def _error_body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):  # the latter for what is nested too deeply
        return {}
    return body if isinstance(body, dict) else {}


def _whole_number(code: object) -> int | None:
    """The code of an error, which may come as text."""
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) <= _LONGEST_CODE:
        return int(code)
    return code if type(code) is int else None


def _printable(text: object) -> str | None:
    return printable(text) if isinstance(text, str) else None
