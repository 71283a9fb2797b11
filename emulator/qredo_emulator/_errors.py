"""Errors in the API's own form: `{"code": 401, "msg": "...", "detail": {"reason": "..."}}`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

__all__ = ["ApiError", "NotFoundError", "find", "invalid"]

_Thing = TypeVar("_Thing")


class ApiError(Exception):
    """A response other than success.

    Only two bodies are documented, both for 401. The others follow the same form: `msg` is
    the HTTP reason phrase and `reason` names the place that is wrong.

    Args:
        status: The HTTP status; the body's `code` is equal to it.
        reason: What `detail.reason` says; None leaves `detail` out.
        msg: What `msg` says; the HTTP reason phrase if none is given.
        headers: Response headers that belong to this response, such as `allow`.
    """

    def __init__(
        self,
        status: int,
        reason: str | None = None,
        *,
        msg: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.reason = reason
        self.msg: str = msg or HTTPStatus(status).phrase
        self.headers: dict[str, str] = dict(headers or {})
        super().__init__(f"{status} {self.msg}: {reason}")

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body of the response."""
        detail = {} if self.reason is None else {"detail": {"reason": self.reason}}
        return {"code": self.status, "msg": self.msg, **detail}


class NotFoundError(ApiError):
    """404 for a thing that is not there, or that belongs to another API key: the response is the same."""

    def __init__(self, field: str) -> None:
        super().__init__(404, field)


def find(things: Mapping[str, _Thing], thing_id: str, field: str) -> _Thing:
    """The thing with this id. Raises `NotFoundError` with the field that names it."""
    if thing_id not in things:
        raise NotFoundError(field)
    return things[thing_id]


def invalid(pointer: str, why: str) -> ApiError:
    """400 that says where: a JSON pointer into `{path, query, header, body}` and the reason."""
    return ApiError(400, f"{pointer}: {why}")
