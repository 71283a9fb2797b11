"""What every part of the package shares: the unset value, operations, raw responses and feeds."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx
    from typing_extensions import deprecated  # type checkers have it; it need not be installed
else:

    def deprecated(message: str) -> Callable[[T], T]:
        """Mark a method for type checkers (PEP 702). When the program runs, it changes nothing."""
        return lambda method: method


NOTHING: Final = MappingProxyType[str, Any]({})

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

__all__ = ["UNSET", "Call", "Feed", "File", "Operation", "RawResponse", "Unset", "as_text", "deprecated", "require"]


def as_text(value: str | int) -> str:
    """The text itself, or the number. `str()` of an enum's member is its name, and a subclass may give anything."""
    if isinstance(value, str):
        return str.__str__(value)
    return int.__repr__(value) if not isinstance(value, bool) else "true" if value else "false"


class Unset(Enum):
    """The type of `UNSET`. One member, so that `is UNSET` narrows types and copies and pickles stay the same object."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""A field or argument that was not given: it is left out of what is sent."""


def require(value: T | Unset | None) -> T:
    """Return a value that you need, such as `require(fund.fund_id)`.

    The service promises few of its fields, so most are typed as possibly unset; this narrows the type.

    Raises:
        ValueError: It is not set, or null.
    """
    if value is UNSET or value is None:
        from ._arguments import caller_expression

        state = "null" if value is None else "not set: the service left it out"
        raise ValueError(
            f"{caller_expression('require')}: the value is {state}. Read the object again later, or write `or` and a "
            "default instead of require()"
        )
    return value


class Operation(NamedTuple, Generic[T]):
    """One operation of the description; what never changes between calls.

    Attributes:
        id: `<tag>.<verb>`, as it is called on the client.
        method: HTTP method.
        path: Path template below the base URL.
        security: Name of the security scheme: a signed request or an agent's token; empty for neither.
        result: Name of the model class of a successful response, or None where it is something else or nothing.
        readers: What reads the content of a successful response, by status, where it is not that one model.
        errors: What reads the body of an error, by status: the name of a model class, or a reader.
        body: Name of the model class of the request body, or None where it is something else or there is none.
        media: Media type of the request body.
        encoding: How the fields of a form are written, by name, where that is not as usual.
        accept: Media types of the responses.
        others: Other media types that the caller can ask for, and what reads them.
        styles: How the values of parameters are written, by place and name, where that is not as usual.
        repeatable: Whether the description says that a retry is safe (without an idempotency key).
        idempotency_key: Name of the body field that makes a retry safe, as it is on the wire.
        look_up: Operation that tells whether a call whose response was lost took effect.
        deprecated: Whether the description says that the service may drop it.
    """

    id: str
    method: str
    path: str
    security: str
    result: str | None = None
    readers: Mapping[str, Any] | None = None
    errors: Mapping[str, Any] = NOTHING
    body: str | None = None
    media: str = "application/json"
    encoding: Mapping[str, str] = NOTHING
    accept: str = "application/json"
    others: Mapping[str, Any] = NOTHING
    styles: Mapping[str, Mapping[str, str]] = NOTHING
    repeatable: bool = False
    idempotency_key: str | None = None
    look_up: str | None = None
    deprecated: bool = False

    def accepting(self, media: str) -> Operation[Any]:
        """This operation with its response in another media type.

        Raises:
            ValueError: The service does not give that one.
        """
        if media == self.accept:
            return self
        if media not in self.others:
            raise ValueError(f"{self.id} gives {' or '.join((self.accept, *self.others))}, not {media!r}")
        return self._replace(accept=media, result=None, readers={media: self.others[media]})

    def __repr__(self) -> str:
        return f"<Operation {self.id}: {self.method} {self.path}>"


class Call(NamedTuple):
    """What a sender may know of a request: `request.extensions["qredo"]`.

    Attributes:
        operation: `<tag>.<verb>`.
        security: Name of the security scheme that the request needs; empty for a request that is sent unsigned.
        repeatable: Whether sending the same request again is harmless.
        idempotency_key: The key in the body by which the service recognizes a retry, or None.
        look_up: Operation that tells whether the call took effect, if its response is lost.
        max_retries: The caller's own limit, or None for the sender's.
        deadline: The caller's own seconds for the whole call, or None for the sender's.
    """

    operation: str
    security: str
    repeatable: bool
    idempotency_key: str | None
    look_up: str | None
    max_retries: int | None
    deadline: float | None = None


class File(NamedTuple):
    """A file in a multipart/form-data body.

    Attributes:
        content: Its bytes.
        name: The name that the service sees.
        media: Its media type.
    """

    content: bytes
    name: str = "file"
    media: str = "application/octet-stream"


class RawResponse(Generic[T_co]):
    """The HTTP response of a call, and its parsed value on demand.

    Attributes:
        response: The httpx response.
    """

    __slots__ = ("_parse", "_parsed", "response")

    def __init__(self, response: httpx.Response, parse: Callable[[], T_co]) -> None:
        self.response: httpx.Response = response
        self._parse = parse

    @property
    def parsed(self) -> T_co:
        """The parsed value.

        Raises:
            ResponseError: The response is not what the description says; `response` can still be read.
        """
        try:
            return self._parsed
        except AttributeError:
            self._parsed: T_co = self._parse()
            return self._parsed

    def __repr__(self) -> str:
        return f"<RawResponse [{self.response.status_code}]>"


class Feed(NamedTuple):
    """A WebSocket feed of the description.

    Attributes:
        name: Its name in `Client.FEEDS`.
        path: Path template below the base URL; the scheme is `wss` where the API has `https`.
        security: Name of the security scheme of the handshake.
        message: Name of the model class of a message, in `models`.
    """

    name: str
    path: str
    security: str
    message: str
