"""From a call to a request and from a response to a result: what all operations share, without and with asyncio."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar, cast
from urllib.parse import quote, urlencode

from . import models
from ._provenance import PACKAGE, VERSION
from ._types import UNSET, Call, Operation, RawResponse, Unset
from .errors import ResponseError, api_error

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
P = ParamSpec("P")

Send = Callable[["httpx.Request"], "httpx.Response"]
AsyncSend = Callable[["httpx.Request"], Awaitable["httpx.Response"]]

USER_AGENT = f"{PACKAGE}/{VERSION}"


class Options(NamedTuple):
    """What `with_options` changes.

    Attributes:
        timeout: Seconds, an httpx.Timeout, None for no limit, or UNSET for the httpx client's own.
        max_retries: Limit for the sender's repeats, or None for the sender's own.
    """

    timeout: float | httpx.Timeout | Unset | None = UNSET
    max_retries: int | None = None


class Requests(NamedTuple):
    """Builds requests below a base URL with an httpx client's own headers, cookies and timeout."""

    http: httpx.Client | httpx.AsyncClient
    base_url: str
    options: Options

    def build(
        self,
        operation: Operation[Any],
        path: Mapping[str, object],
        query: Mapping[str, object],
        body: dict[str, Any] | None,
        idempotent: bool,
    ) -> httpx.Request:
        """The request of one call, not yet signed."""
        key, body = _with_key(operation, body, idempotent)
        content = None
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        repeatable = operation.repeatable or operation.method == "GET" or key is not None
        call = Call(operation.id, operation.security, repeatable, key, operation.look_up, self.options.max_retries)
        timeout = {} if self.options.timeout is UNSET else {"timeout": self.options.timeout}
        request = self.http.build_request(
            operation.method,
            self.base_url + _fill(operation, path) + _query(query),
            content=content,
            extensions={"qredo": call},
            **cast("dict[str, Any]", timeout),
        )
        # One by one: to merge them, as httpx does with `headers=`, takes three times as long.
        request.headers["accept"] = "application/json"
        request.headers["user-agent"] = USER_AGENT
        if body is not None:
            request.headers["content-type"] = "application/json"
        return request


class Core:
    """Calls operations with a sync httpx client."""

    __slots__ = ("_raw", "_requests", "_send")

    def __init__(self, requests: Requests, send: Send, *, raw: bool = False) -> None:
        self._requests = requests
        self._send = send
        self._raw = raw

    def raw(self) -> Core:
        """The same, giving `RawResponse` instead of the parsed value."""
        return Core(self._requests, self._send, raw=True)

    def call(
        self,
        operation: Operation[T],
        *,
        path: Mapping[str, object] = {},
        query: Mapping[str, object] = {},
        body: dict[str, Any] | None = None,
        idempotent: bool = False,
    ) -> T:
        """Send one call and parse its response."""
        response = self._send(self._requests.build(operation, path, query, body, idempotent))
        return _result(operation, response, self._raw)


class AsyncCore:
    """Calls operations with an async httpx client."""

    __slots__ = ("_raw", "_requests", "_send")

    def __init__(self, requests: Requests, send: AsyncSend, *, raw: bool = False) -> None:
        self._requests = requests
        self._send = send
        self._raw = raw

    def raw(self) -> AsyncCore:
        """The same, giving `RawResponse` instead of the parsed value."""
        return AsyncCore(self._requests, self._send, raw=True)

    async def call(
        self,
        operation: Operation[T],
        *,
        path: Mapping[str, object] = {},
        query: Mapping[str, object] = {},
        body: dict[str, Any] | None = None,
        idempotent: bool = False,
    ) -> T:
        """Send one call and parse its response."""
        response = await self._send(self._requests.build(operation, path, query, body, idempotent))
        return _result(operation, response, self._raw)


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """The type of a method on a raw core: there it gives the response as well."""
    return cast("Callable[P, RawResponse[T]]", method)


def raw_async(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[RawResponse[T]]]:
    """The type of an async method on a raw core: there it gives the response as well."""
    return cast("Callable[P, Awaitable[RawResponse[T]]]", method)


def encode(operation: Operation[Any], body: Any, required: tuple[str, ...], fields: dict[str, Any]) -> dict[str, Any]:
    """The JSON object of a request body, from `body` or from its fields as keywords, never from both."""
    given = {name: value for name, value in fields.items() if value is not UNSET}
    model = getattr(models, cast("str", operation.body))
    if body is UNSET:
        if missing := [name for name in required if name not in given]:
            raise TypeError(f"{operation.id} needs {', '.join(missing)}, or one body=")
        body = model(**given)
    elif given:
        raise TypeError(f"{operation.id} takes either body= or the fields of the body, not both: {', '.join(given)}")
    elif not isinstance(body, model):
        how = f"write {operation.body}.from_dict(...)" if isinstance(body, dict) else "pass its fields by name"
        raise TypeError(f"{operation.id} takes a {operation.body} as body=, not {type(body).__name__}: {how}")
    return cast("dict[str, Any]", body.to_dict())


def _with_key(
    operation: Operation[Any], body: dict[str, Any] | None, idempotent: bool
) -> tuple[str | None, dict[str, Any] | None]:
    """The idempotency key of a call and the body that holds it; a key that the caller gave is kept."""
    field = operation.idempotency_key
    if field is None or body is None:
        return None, body
    if idempotent and field not in body:
        from uuid import uuid4  # most programs make no such call, and it takes as long to load as this package

        body = {**body, field: str(uuid4())}
    return body.get(field) or None, body


def _fill(operation: Operation[Any], path: Mapping[str, object]) -> str:
    """The path of a call. No value can leave its segment: it is percent-encoded; empty ones and dots are refused."""
    for name, value in path.items():
        if not isinstance(value, str):
            raise TypeError(f"{operation.id}: {name} must be a str, not {type(value).__name__}{_how_to_get(value)}")
        if value in ("", ".", ".."):
            raise ValueError(
                f"{operation.id}: {name} is {value!r}, which can't be a part of the path {operation.path}: give the id"
            )
    return operation.path.format_map({name: quote(str(value), safe="") for name, value in path.items()})


def _how_to_get(value: object) -> str:
    if value is UNSET or value is None:
        return ": the service left it out where it comes from; require() says so there"
    return f": pass its id, such as {type(value).__name__.lower()}.id" if hasattr(value, "to_dict") else ""


def _query(query: Mapping[str, object]) -> str:
    given = [(name, _text(value)) for name, value in query.items() if value is not UNSET and value is not None]
    return f"?{urlencode(given, quote_via=quote, safe='')}" if given else ""


def _text(value: object) -> str:
    """A value in the query; a boolean is written as JSON writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _result(operation: Operation[T], response: httpx.Response, raw: bool) -> T:
    """The parsed response, or the error that it stands for."""
    if not response.is_success:
        raise api_error(operation.id, response)
    parsed = None if operation.result is None else _parse(operation.result, response)
    return cast("T", RawResponse(parsed, response) if raw else parsed)


def _parse(model: str, response: httpx.Response) -> object:
    try:
        data = json.loads(response.content)
    except (ValueError, RecursionError) as error:  # the latter for what is nested too deeply
        raise ResponseError(model, None, f"not JSON: {error}", response) from None
    try:
        return getattr(models, model).from_dict(data)
    except ResponseError as error:
        error.response = response
        raise
