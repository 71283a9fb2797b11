"""What a client and its package say about a feed: URL, model of the messages, errors, options."""

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

__all__ = ["Described", "describe", "sender_of"]


@dataclass(frozen=True, slots=True)
class Described:
    """One feed of one client.

    Attributes:
        name: Its name in `FEEDS`.
        url: Where the handshake goes, with the scheme `wss` (`ws` where the API has plain http).
        path: The values in its path, by name.
        info: What the sender is told of a handshake, as of any call.
        message: The model class of its messages.
        package: The API package.
        options: What `with_options` of the client was given.
    """

    name: str
    url: str
    path: Mapping[str, str]
    info: Any
    message: Any
    package: Any
    options: Any

    @property
    def errors(self) -> Any:
        """The package's module of errors."""
        return self.package.errors

    @property
    def timeout(self) -> Any:
        """The time limits of the handshake: those of `with_options`, or else of the httpx client."""
        given = self.options.timeout
        return httpx.USE_CLIENT_DEFAULT if given is self.package.UNSET else given


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
    package = import_module(_package_of(type(client)))
    options = client._options
    scheme, _, rest = client.base_url.partition("://")
    feed_scheme = {"https": "wss", "http": "ws"}[scheme]
    return Described(
        name=name,
        url=f"{feed_scheme}://{rest}{_fill(entry, path)}",
        path=dict(path),
        info=package._types.Call(f"feed:{name}", entry.security, True, None, None, None, options.deadline),
        message=getattr(package.models, entry.message),
        package=package,
        options=options,
    )


def sender_of(client: Any, *, is_async: bool) -> Any:
    """Return what sends for a client that `connect` made. Raises `ConfigurationError` for another client."""
    send = client.send
    wanted, http = (AsyncSender, httpx.AsyncClient) if is_async else (SyncSender, httpx.Client)
    if not isinstance(send, wanted) or not isinstance(client.http, http):
        raise ConfigurationError(
            "the client was not made by connect(), so nothing here can sign its feed: pass a client from connect()"
        )
    return send


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
