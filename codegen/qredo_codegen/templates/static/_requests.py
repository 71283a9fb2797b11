"""From a call to a request: its URL, headers and body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import quote

from . import models
from ._mismatch import sending
from ._provenance import EXACT_NUMBERS, PACKAGE, VERSION
from ._types import NOTHING, UNSET, Call, Operation, Unset, as_text

if TYPE_CHECKING:
    import httpx

USER_AGENT = f"{PACKAGE}/{VERSION}"


class Options(NamedTuple):
    """What `with_options` changes.

    Attributes:
        timeout: Seconds, an httpx.Timeout, None for no limit, or UNSET for the httpx client's own.
        max_retries: Limit for the sender's retries, or None for the sender's own.
        strict: Whether a value of another type than described raises at once.
        deadline: Seconds for a whole call, or None for the sender's own.
        headers: Sent with each call, under those of the call itself.
        query: Parameters of each call, under those of the call itself.
    """

    timeout: float | httpx.Timeout | Unset | None = UNSET
    max_retries: int | None = None
    strict: bool = False
    deadline: float | None = None
    headers: Mapping[str, str] = NOTHING
    query: Mapping[str, object] = NOTHING


def user_agent(send: object) -> str:
    """The User-Agent: this package, after the `product` of what sends its requests, if that has one."""
    product = getattr(send, "product", "")
    return f"{product} {USER_AGENT}".lstrip()


class Requests(NamedTuple):
    """Builds requests below a base URL with an httpx client's own headers, cookies and timeout."""

    http: httpx.Client | httpx.AsyncClient
    base_url: str
    options: Options
    user_agent: str

    def build(
        self,
        operation: Operation[Any],
        path: Mapping[str, object],
        query: Mapping[str, object],
        headers: Mapping[str, object],
        body: Any,
        idempotent: bool,
    ) -> httpx.Request:
        """The request of one call, not yet signed."""
        key = content = media = None
        if self.options.headers or self.options.query:
            headers, query = _over(self.options.headers, headers), _over(self.options.query, query)
        own = self.http.params
        if own:
            query = _over({name: own.get_list(name) for name in own}, query)
        try:
            if body is not UNSET:
                key, body = _with_key(operation, body, idempotent)
                content, media = _content(operation, body)
            url = self.base_url + _fill(operation, path)
            if query:
                url += _query(operation, query)
        except UnicodeEncodeError:
            raise _not_text(operation, {**path, **query}, body) from None
        request = self._begin(operation, url, content, key)
        if own:  # httpx has put them in the place of the query of the call
            request.url = type(request.url)(url)
        # One by one: to merge them, as httpx does with `headers=`, takes three times as long.
        request.headers["accept"] = operation.accept
        request.headers["user-agent"] = self.user_agent
        if media is not None:
            request.headers["content-type"] = media
        for name, value in headers.items():
            if value is not UNSET and value is not None:
                request.headers[name] = _header(operation, name, value)
        return request

    def _begin(self, operation: Operation[Any], url: str, content: bytes | None, key: str | None) -> httpx.Request:
        """The request before it has headers of its own."""
        method, options = operation.method, self.options
        repeatable = operation.repeatable or method == "GET" or key is not None
        call = Call(  # what a sender needs to know
            operation.id,
            operation.security,
            repeatable,
            key,
            operation.look_up,
            options.max_retries,
            options.deadline,
        )
        timeout: dict[str, Any] = {} if options.timeout is UNSET else {"timeout": options.timeout}
        try:
            return self.http.build_request(method, url, content=content, extensions={"qredo": call}, **timeout)
        except UnicodeEncodeError:
            raise _unsendable_cookie(operation) from None


def encode(
    operation: Operation[Any], body: Any, required: tuple[str, ...], fields: dict[str, Any], *, optional: bool = False
) -> Any:
    """The JSON object of a request body, from `body` or from its fields as keywords, never from both."""
    given = {name: value for name, value in fields.items() if value is not UNSET}
    model = getattr(models, cast("str", operation.body))
    if body is UNSET:
        if optional and not given:
            return UNSET
        if missing := [name for name in required if name not in given]:
            raise TypeError(f"{operation.id} needs {', '.join(missing)}, or one body=")
        body = model(**given)
    elif given:
        raise TypeError(f"{operation.id} takes either body= or the fields of the body, not both: {', '.join(given)}")
    elif not isinstance(body, model):
        how = f"write {operation.body}.from_dict(...)" if isinstance(body, dict) else "pass its fields by name"
        raise TypeError(f"{operation.id} takes a {operation.body} as body=, not {type(body).__name__}: {how}")
    with sending():
        return body.to_dict()


def _over(usual: Mapping[str, object], given: Mapping[str, object]) -> Mapping[str, object]:
    """What a call was given, and what is usual where it was given nothing."""
    return {**usual, **{name: value for name, value in given.items() if value is not UNSET and value is not None}}


def _not_text(operation: Operation[Any], given: Mapping[str, object], body: Any) -> ValueError:
    """The error for an argument that UTF-8 cannot hold."""
    given = {**given, **(body if isinstance(body, dict) else {"body": body})}
    name = next((name for name, value in given.items() if not _is_text([name, value])), "body")
    return ValueError(
        f"{operation.id}: {name!a} has a lone surrogate, which is half a character and cannot be sent: decode the text "
        "that it was made from in the encoding that it has"
    )


def _is_text(value: object) -> bool:
    try:
        json.dumps(value, default=str, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _unsendable_cookie(operation: Operation[Any]) -> Exception:
    import httpx

    return httpx.LocalProtocolError(
        f"{operation.id}: a cookie that the httpx client has is not ASCII, so it cannot be sent. Nothing was sent: "
        "remove it (client.http.cookies.clear()), or let connect() make the httpx client, which keeps no cookies"
    )


def _with_key(operation: Operation[Any], body: Any, idempotent: bool) -> tuple[str | None, Any]:
    """The idempotency key of a call and the body that holds it; a key that the caller gave is kept."""
    field = operation.idempotency_key
    if field is None or not isinstance(body, dict):
        return None, body
    if idempotent and field not in body:
        from uuid import uuid4  # most programs make no such call, and it takes as long to load as this package

        body = {**body, field: str(uuid4())}
    return body.get(field) or None, body


def _content(operation: Operation[Any], body: Any) -> tuple[bytes, str]:
    """The bytes of a body and its media type."""
    media = operation.media
    if media == "application/json" and not EXACT_NUMBERS:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(), media
    from . import _content as content

    return content.write(media, body, operation.encoding)


def _fill(operation: Operation[Any], path: Mapping[str, object]) -> str:
    """The path of a call. No value can leave its segment: it is percent-encoded; empty ones and dots are refused."""
    filled, styles = operation.path, operation.styles.get("path", NOTHING)
    for name, value in path.items():
        style = styles.get(name)
        if style is None:
            text = _segment(operation, name, value)
        else:
            from . import _parameters

            text = _parameters.segment(name, value, style)
        if text in ("", ".", ".."):
            raise ValueError(
                f"{operation.id}: {name} is {value!r}, which can't be a part of the path {operation.path}: give the id"
            )
        before, _, after = filled.rpartition(f"{{{name}}}")
        filled = before + text + after
    return filled


def _segment(operation: Operation[Any], name: str, value: object) -> str:
    if type(value) is str and value.isascii() and value.isalnum():  # as most ids are: nothing to encode
        return value
    if not isinstance(value, str | int):
        what_to_do = _how_to_get(name, value)
        raise TypeError(f"{operation.id}: {name} must be a str or an int, not {type(value).__name__}{what_to_do}")
    return quote(as_text(value), safe="")


def _how_to_get(name: str, value: object) -> str:
    if value is UNSET or value is None:
        return ": its response did not have it. Read it there with require(), which raises if it is missing"
    if not hasattr(value, "to_dict"):
        return ""
    return f": pass its {name if hasattr(value, name) else 'id'}"


def _query(operation: Operation[Any], query: Mapping[str, object]) -> str:
    from . import _parameters

    return _parameters.query(query, operation.styles.get("query", NOTHING))


def _header(operation: Operation[Any], name: str, value: object) -> str:
    from . import _parameters

    return _parameters.header(name, value, operation.styles.get("header", NOTHING).get(name, "simple"))
