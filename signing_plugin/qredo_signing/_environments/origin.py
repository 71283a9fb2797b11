"""Origins: which server a request goes to, in one spelling."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from .._text import brief
from ..errors import ConfigurationError

__all__ = ["is_loopback", "origin_of", "parse_origin"]

_DEFAULT_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.ASCII)


def parse_origin(url: str) -> str:
    """Return the origin that a URL consists of, in its one spelling: `scheme://host[:port]`, without a default port.

    Args:
        url: A scheme, a host and perhaps a port; one slash after them is tolerated.

    Raises:
        ConfigurationError: It is anything else.
    """
    if not isinstance(url, str):
        raise TypeError(f"an origin must be str, got {type(url).__name__}")
    if "@" in url:
        raise ConfigurationError("an origin has no userinfo: leave out what stands before the host")
    origin = origin_of(url)
    if urlsplit(url).path not in {"", "/"} or "?" in url or "#" in url:
        raise ConfigurationError(f"an origin is scheme, host and port only: write {origin}")
    return origin


def origin_of(url: str) -> str:
    """Return the origin of an absolute http or https URL. Raises `ConfigurationError` for anything else."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:  # a port that is no number, brackets that do not match
        scheme, host, port = "", "", None
    if scheme not in _DEFAULT_PORTS or not host:
        raise ConfigurationError(
            f"{brief(url)} is no origin: write scheme, host and port, as in https://example.com:8443"
        )
    if not _HOST.fullmatch(host):
        raise ConfigurationError(f"the host of {brief(url)} must be plain ASCII: write it in its IDNA form (xn--...)")
    text = f"[{host}]" if ":" in host else host
    return f"{scheme}://{text}" + ("" if port in {None, _DEFAULT_PORTS[scheme]} else f":{port}")


def is_loopback(origin: str) -> bool:
    """Whether the origin is this machine by definition, so that plain http cannot be overheard on the way."""
    host = urlsplit(origin).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
