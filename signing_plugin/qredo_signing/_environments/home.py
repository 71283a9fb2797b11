"""Where signed requests may go: the environment's origin, in the spellings of httpx and of httpcore below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import OriginError

if TYPE_CHECKING:
    import httpx

__all__ = ["Home", "join", "netloc_of", "origin_in_bytes"]

_FEED_SCHEMES = {"https": "wss", "http": "ws"}
_DEFAULT_PORTS = {b"https": 443, b"wss": 443, b"http": 80, b"ws": 80}


class Home:
    """An origin, and the same in the scheme of the feeds.

    Attributes:
        name: The origin as text, as the environment has it.
        origins: Both, in bytes, as httpx spells them.
        addresses: Both as scheme, host and port, as httpcore has them; the port is None for the scheme's own.
        netlocs: `host:port` of both, always with a port.
    """

    __slots__ = ("addresses", "name", "netlocs", "origins")

    def __init__(self, origin: str) -> None:
        scheme, _, rest = origin.partition("://")
        self.name = origin
        self.origins = frozenset({origin.encode(), f"{_FEED_SCHEMES[scheme]}://{rest}".encode()})
        self.addresses = frozenset(_address(each) for each in self.origins)
        self.netlocs = frozenset(
            netloc_of(host, port or _DEFAULT_PORTS[scheme]) for scheme, host, port in self.addresses
        )

    def elsewhere(self, actual: str) -> OriginError:
        """The error for a request that was about to go to another origin."""
        return OriginError(
            f"the signed request was about to go on to {actual}, by a redirect or by a change after signing, but the "
            f"credentials are for {self.name}. Nothing was sent there; a request that was redirected had been sent "
            "once. Leave follow_redirects off",
            expected=self.name,
            actual=actual,
        )


def origin_in_bytes(url: httpx.URL) -> bytes:
    """The origin of a URL as httpx spells it: without the scheme's own port."""
    return join(url.raw_scheme, url.netloc)


def join(scheme: bytes, netloc: bytes) -> bytes:
    """The origin of a scheme and a `host[:port]`, without the scheme's own port."""
    host, _, port = netloc.rpartition(b":")
    is_default = port.isdigit() and int(port) == _DEFAULT_PORTS.get(scheme)
    return scheme + b"://" + (host if is_default else netloc)


def netloc_of(host: str | bytes, port: int | None) -> bytes:
    """`host[:port]`, with brackets around an IPv6 address."""
    name = host.encode("ascii") if isinstance(host, str) else host
    name = b"[" + name + b"]" if b":" in name else name
    return name if port is None else name + b":%d" % port


def _address(origin: bytes) -> tuple[bytes, bytes, int | None]:
    scheme, _, netloc = origin.partition(b"://")
    host, _, port = netloc.rpartition(b":")
    if not port.isdigit():  # none, or the end of an IPv6 address
        return scheme, netloc.strip(b"[]"), None
    return scheme, host.strip(b"[]"), int(port)
