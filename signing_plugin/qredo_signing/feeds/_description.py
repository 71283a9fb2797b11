"""What a client's own package says about one of its feeds: the message's class, the errors, the address."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import quote

import httpx

from .._http.arguments import class_name
from .._http.sender import AsyncSender, SyncSender
from ..errors import ConfigurationError

__all__ = ["Described", "HandshakeInfo", "auth_of", "describe"]


@dataclass(frozen=True, slots=True)
class HandshakeInfo:
    """What the auth is told of a handshake, as of any request: `request.extensions["qredo"]`."""

    operation: str
    security: str
    repeatable: bool = True
    idempotency_key: str | None = None
    look_up: str | None = None
    max_retries: int | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """One feed of one client.

    Attributes:
        name: Its name in `FEEDS`.
        api: Import name of the package and its version.
        url: Where the handshake goes, with the scheme `wss` (`ws` where the API has plain http).
        path: The values in its path, by name.
        info: For the auth.
        message: The model class of its messages.
        errors: The package's module of errors.
    """

    name: str
    api: tuple[str, str]
    url: str
    path: Mapping[str, str]
    info: HandshakeInfo
    message: Any
    errors: Any


def describe(client: Any, name: str, path: Mapping[str, str]) -> Described:
    """Look a feed up in its client's class.

    Raises:
        ConfigurationError: The API has no such feed.
        TypeError: The client is none, the path takes other values, or a value is no text.
        ValueError: A value cannot be a part of a path.
    """
    if isinstance(client, type) or not hasattr(client, "FEEDS"):
        raise TypeError(
            f"client must be a client from connect(), got {class_name(client)}: the order is feed(client, name)"
        )
    if name not in client.FEEDS:
        known = ", ".join(sorted(client.FEEDS)) or "none"
        raise ConfigurationError(f"{' '.join(client.API)} describes no feed {name!r}; it has: {known}")
    entry = client.FEEDS[name]
    package = _package_of(type(client))
    scheme, _, rest = client.base_url.partition("://")
    feed_scheme = {"https": "wss", "http": "ws"}[scheme]
    return Described(
        name=name,
        api=client.API,
        url=f"{feed_scheme}://{rest}{_fill(entry, path)}",
        path=dict(path),
        info=HandshakeInfo(f"feed:{name}", entry.security),
        message=getattr(import_module(f"{package}.models"), entry.message),
        errors=import_module(f"{package}.errors"),
    )


def auth_of(client: Any, *, is_async: bool) -> Any:
    """Return the auth of a client that `connect` made. Raises `ConfigurationError` for another client."""
    send = client.send
    wanted, http = (AsyncSender, httpx.AsyncClient) if is_async else (SyncSender, httpx.Client)
    if not isinstance(send, wanted) or not isinstance(client.http, http):
        raise ConfigurationError(
            "the client was not made by connect(), so nothing here can sign its feed: pass a client from connect()"
        )
    return send.auth


def _package_of(client_class: type) -> str:
    """The API package, under whatever name it was vendored: it is where the class says what the API is."""
    origin = next(each for each in client_class.__mro__ if "FEEDS" in vars(each))
    return origin.__module__.rpartition(".")[0]


def _fill(entry: Any, path: Mapping[str, str]) -> str:
    """The path with its values. No value can leave its segment."""
    wanted = {field for _, field, _, _ in string.Formatter().parse(entry.path) if field}
    if wanted != path.keys():
        takes = ", ".join(sorted(wanted)) or "nothing"
        advice = f"pass {', '.join(f'{name}=...' for name in sorted(wanted))}" if wanted else "leave it out"
        given = ", ".join(path) or "nothing"
        raise TypeError(f"the feed {entry.name!r} takes {takes} in its path, got {given}: {advice}")
    for name, value in path.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} must be a str, got {type(value).__name__}")
        if value in ("", ".", ".."):
            raise ValueError(f"{name} is {value!r}, which can't be a part of the path {entry.path}")
    filled: str = entry.path.format_map({name: quote(value, safe="") for name, value in path.items()})
    return filled
