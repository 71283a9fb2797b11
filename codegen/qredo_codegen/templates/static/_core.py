"""From a call to its result: what all operations share, sync and async."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Self, TypeVar, cast

from . import models
from ._mismatch import strictly
from ._provenance import EXACT_NUMBERS
from ._types import UNSET, Operation, RawResponse
from .errors import ResponseError, api_error

if TYPE_CHECKING:
    import httpx

    from ._requests import Requests

S = TypeVar("S")
T = TypeVar("T")
P = ParamSpec("P")

Send = Callable[["httpx.Request"], "httpx.Response"]
AsyncSend = Callable[["httpx.Request"], Awaitable["httpx.Response"]]


class _Core(Generic[S]):
    __slots__ = ("_raw", "_requests", "_send")

    def __init__(self, requests: Requests, send: S, *, raw: bool = False) -> None:
        self._requests = requests
        self._send = send
        self._raw = raw

    def raw(self) -> Self:
        """The same, giving `RawResponse` instead of the parsed value."""
        return type(self)(self._requests, self._send, raw=True)


class Core(_Core[Send]):
    """Calls operations with a sync httpx client."""

    __slots__ = ()

    def call(
        self,
        operation: Operation[T],
        *,
        path: Mapping[str, object] = {},
        query: Mapping[str, object] = {},
        headers: Mapping[str, object] = {},
        body: Any = UNSET,
        idempotent: bool = False,
    ) -> T:
        """Send one call and parse its response."""
        response = self._send(self._requests.build(operation, path, query, headers, body, idempotent))
        return _result(operation, response, self._raw, self._requests.options.strict)


class AsyncCore(_Core[AsyncSend]):
    """Calls operations with an async httpx client."""

    __slots__ = ()

    async def call(
        self,
        operation: Operation[T],
        *,
        path: Mapping[str, object] = {},
        query: Mapping[str, object] = {},
        headers: Mapping[str, object] = {},
        body: Any = UNSET,
        idempotent: bool = False,
    ) -> T:
        """Send one call and parse its response."""
        response = await self._send(self._requests.build(operation, path, query, headers, body, idempotent))
        return _result(operation, response, self._raw, self._requests.options.strict)


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """The type of a method on a raw core: there it gives the response as well."""
    return cast("Callable[P, RawResponse[T]]", method)


def raw_async(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[RawResponse[T]]]:
    """The type of an async method on a raw core: there it gives the response as well."""
    return cast("Callable[P, Awaitable[RawResponse[T]]]", method)


def _result(operation: Operation[T], response: httpx.Response, raw: bool, strict: bool) -> T:
    """The parsed response, or the error that it stands for."""
    if not response.is_success:
        raise api_error(operation.id, response, partial(_error_body, operation, response))
    if raw:
        return cast("T", RawResponse(response, partial(_parsed, operation, response, strict)))
    return cast("T", _parsed(operation, response, strict))


def _parsed(operation: Operation[Any], response: httpx.Response, strict: bool) -> Any:
    if strict:
        with strictly():
            return _parsed(operation, response, False)
    try:
        if operation.readers is not None:
            return _reader(operation.readers, response.status_code)(response)
        return None if operation.result is None else _parse(operation.result, response)
    except ResponseError as error:
        error.response = response
        error.took_effect = operation.method != "GET"
        raise


def _error_body(operation: Operation[Any], response: httpx.Response) -> Any:
    """The parsed body of an error; None where none is described, or another one came: the error itself matters more."""
    reader = _find(operation.errors, response.status_code) or operation.errors.get("default")
    try:
        if reader is None:
            return None
        return _parse(reader, response) if isinstance(reader, str) else reader(response)
    except ResponseError:
        return None


def _reader(readers: Mapping[str, Any], status: int) -> Any:
    """What reads the content of a status: its own reader, that of its range, or the only one there is."""
    return _find(readers, status) or next(iter(readers.values()))


def _find(readers: Mapping[str, Any], status: int) -> Any:
    return readers.get(str(status)) or readers.get(f"{status // 100}XX") or readers.get(f"{status // 100}xx")


def _parse(model: str, response: httpx.Response) -> object:
    if not response.content:
        raise ResponseError(model, None, f"HTTP {response.status_code} without a body, though one is described")
    return getattr(models, model).from_dict(parse_json(response.content, model))


def parse_json(content: bytes, name: str) -> Any:
    """The value of JSON, its numbers exact.

    Raises:
        ResponseError: It is no JSON.
    """
    exact: type[float] | None = None
    if EXACT_NUMBERS:
        from . import _numbers

        exact = _numbers.Exact
    try:
        return json.loads(content, parse_float=exact)
    except (ValueError, RecursionError) as error:  # the latter for what is nested too deeply
        raise ResponseError(name, None, f"not JSON: {error}") from None
