"""Origins: where a request goes, in one spelling, and the check that signed requests go nowhere else."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .._secrecy import brief
from ..errors import ConfigurationError, OriginError

if TYPE_CHECKING:
    import httpx

__all__ = [
    "DEFAULT_PORTS",
    "AllowedOrigin",
    "is_loopback",
    "is_loopback_host",
    "join_origin",
    "netloc_of",
    "origin_in_bytes",
    "origin_of",
    "parse_origin",
]

DEFAULT_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
_FEED_SCHEMES = {"https": "wss", "http": "ws"}
_NAME = r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?"
_ORIGIN = re.compile(rf"(https?)://(\[[0-9a-f:.]+\]|{_NAME})(?::([0-9]{{0,5}}))?(?![^/?#])", re.ASCII | re.IGNORECASE)
"""Scheme, host and port of a URL. `urlsplit` drops line breaks, and what is between `]` and the port."""
_IPV4 = re.compile(r"[0-9]+(\.[0-9]+){3}", re.ASCII)


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
    origin, rest = _split(url)
    if rest not in {"", "/"}:
        raise ConfigurationError(
            f"the URL has more after its host: an origin is scheme, host and port only, so write {origin}"
        )
    return origin


def origin_of(url: str) -> str:
    """Return the origin of an absolute http or https URL. Raises `ConfigurationError` for anything else."""
    return _split(url)[0]


def _split(url: str) -> tuple[str, str]:
    """Return the origin of a URL, and what comes after it."""
    if (found := _ORIGIN.match(url)) is not None:
        scheme, host = found[1].lower(), found[2].lower()
        port = int(found[3] or DEFAULT_PORTS[scheme])
        if port < 65536 and _is_host(host):
            return f"{scheme}://{host}" + ("" if port == DEFAULT_PORTS[scheme] else f":{port}"), url[found.end() :]
    raise ConfigurationError(
        f"{brief(url)} is no origin: write scheme, host and port, as in https://example.com:8443, and the host in "
        "ASCII (a name in its IDNA form, xn--...; an IP address without a zone)"
    )


def _is_host(host: str) -> bool:
    """Whether a host that looks like an IP address is one; others are names."""
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host[1:-1])
        elif _IPV4.fullmatch(host):
            ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def is_loopback(origin: str) -> bool:
    """Whether an origin is this machine by definition, so that plain http never crosses a network."""
    return is_loopback_host(urlsplit(origin).hostname or "")


def is_loopback_host(host: str) -> bool:
    """Whether a host is `localhost` or a loopback address.

    An IPv4 address in IPv6 notation counts as what it maps to: a dual-stack socket reports a peer on 127.0.0.1 as
    `::ffff:127.0.0.1`, and Python's `is_loopback` differs between versions there.
    """
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return bool((getattr(address, "ipv4_mapped", None) or address).is_loopback)


class AllowedOrigin:
    """The one origin that gets credentials: of the API and, with the WebSocket scheme, of its feeds.

    httpx and httpcore spell URLs differently; each spelling is kept here, so that a check per request is a set lookup.

    Attributes:
        name: The origin as text, as `Environment.origin` has it.
        origins: Both, in bytes, as httpx spells them.
        addresses: Both as scheme, host and port, as httpcore has them; the port is None for the scheme's own.
        netlocs: `host:port` of both, always with a port.
        is_direct: Whether no proxy may stand before it. One cannot reach this machine's loopback, and would see the API
            key in plain http.
    """

    __slots__ = ("addresses", "is_direct", "name", "netlocs", "origins")

    def __init__(self, origin: str) -> None:
        scheme, _, rest = origin.partition("://")
        self.name = origin
        self.is_direct = scheme == "http" and is_loopback(origin)
        self.origins = frozenset({origin.encode(), f"{_FEED_SCHEMES[scheme]}://{rest}".encode()})
        self.addresses = frozenset(_address(each) for each in self.origins)
        self.netlocs = frozenset(
            netloc_of(host, port or DEFAULT_PORTS[scheme.decode()]) for scheme, host, port in self.addresses
        )

    def reject(self, actual: str) -> OriginError:
        """Return the error for a signed request that was about to go to another origin."""
        return OriginError(
            f"the signed request was about to go on to {actual}, by a redirect or by a change after signing, but the "
            f"credentials are for {self.name}. Nothing was sent there; a request that was redirected had been sent "
            "once. Leave follow_redirects off",
            expected=self.name,
            actual=actual,
        )

    def reject_detour(self, host: str) -> OriginError:
        """Return the error for a signed request in plain http that was about to go to a proxy or to another server."""
        return OriginError(
            f"the signed request to {self.name} was about to go to {host}, which would see the API key in plain http. "
            "Nothing was sent. Add the host to NO_PROXY, or leave the proxy out of your http_client, or the event hook "
            "that changes the URL",
            expected=self.name,
            actual=host,
        )

    def reject_bare_socks(self) -> OriginError:
        """Return the error for a feed through a SOCKS proxy, which httpcore does not encrypt."""
        return OriginError(
            "httpcore does not encrypt a wss feed through a SOCKS proxy, which would show the API key to the network: "
            "use an HTTP proxy, or none. Nothing of the request was sent",
            expected=self.name,
            actual=self.name.replace("https", "ws", 1),
        )


def origin_in_bytes(url: httpx.URL) -> bytes:
    """Return the origin of a URL as httpx spells it: without a default port."""
    return join_origin(url.raw_scheme, url.netloc)


def join_origin(scheme: bytes, netloc: bytes) -> bytes:
    """Return the origin of a scheme and a `host[:port]`, without a default port."""
    host, _, port = netloc.rpartition(b":")
    is_default = port.isdigit() and int(port) == DEFAULT_PORTS.get(scheme.decode())
    return scheme + b"://" + (host if is_default else netloc)


def netloc_of(host: str | bytes, port: int | None) -> bytes:
    """Return `host[:port]`, with brackets around an IPv6 address."""
    name = host.encode("ascii") if isinstance(host, str) else host
    name = b"[" + name + b"]" if b":" in name else name
    return name if port is None else name + b":%d" % port


def _address(origin: bytes) -> tuple[bytes, bytes, int | None]:
    scheme, _, netloc = origin.partition(b"://")
    host, _, port = netloc.rpartition(b":")
    if not port.isdigit():  # none, or the end of an IPv6 address
        return scheme, netloc.strip(b"[]"), None
    return scheme, host.strip(b"[]"), int(port)
