"""Build the base URL from an environment and an API version."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import EnvironmentMismatchError
from .origin import origin_of

if TYPE_CHECKING:
    from .._client_protocols import ClientInfo
    from .environment import Environment

__all__ = ["base_url_of", "environment_of", "title_of"]


def base_url_of(api: type[ClientInfo], environment: Environment, server: str | None = None) -> str:
    """Return the URL that an API version's paths are appended to.

    Args:
        api: The generated client class.
        environment: Gives the origin, and the name of the server.
        server: Another server of the same origin, by name.

    Raises:
        EnvironmentMismatchError: The version has no such server, or that server is elsewhere.
    """
    if server is None and environment.base_path is not None:
        return environment.origin + environment.base_path.rstrip("/")
    name = server or environment.server or "production"
    url = _server_url(api, environment, name)
    path = urlsplit(url).path.rstrip("/")
    if environment.is_emulator:
        # Versions share host and paths, so an emulator serves each under its own name.
        return f"{environment.origin}/{api.API[0]}{path}"
    if environment.server is not None and origin_of(url) != environment.origin:
        raise EnvironmentMismatchError(
            f"the server {name!r} of {title_of(api)} is on {origin_of(url)}, but the environment "
            f"{environment.name!r} is {environment.origin}: choose the environment of that server"
        )
    return environment.origin + path


def environment_of(api: type[ClientInfo], environment: Environment, server: str | None = None) -> Environment:
    """Return the environment with the one origin that an API version has there.

    The origin of a description counts only if the environment knows it, so that no description sends credentials
    elsewhere.
    """
    url = api.SERVERS.get(server or environment.server or "")
    if url is None or environment.server is None or origin_of(url) not in environment.other_origins:
        return environment
    return replace(environment, origin=origin_of(url), other_origins=frozenset())


def _server_url(api: type[ClientInfo], environment: Environment, name: str) -> str:
    if name not in api.SERVERS:
        raise EnvironmentMismatchError(
            f"{title_of(api)} documents no server {name!r} (environment {environment.name!r}); it has: "
            + ", ".join(f"{known} ({origin_of(url)})" for known, url in api.SERVERS.items())
            + ". For one without an Environment of its own use Environment.custom(origin, key_kind=...)"
        )
    return api.SERVERS[name]


def title_of(api: type[ClientInfo]) -> str:
    """Return the package and version of an API as messages name it."""
    return " ".join(api.API)
