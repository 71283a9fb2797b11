"""What this package sets where it makes the HTTP client itself: TLS, cookies, and proxies from the environment."""

from __future__ import annotations

import ipaddress
import logging
import os
import ssl
from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import Any, TypeVar
from urllib.request import getproxies

import httpx

from .._diagnostics import log
from ..errors import ConfigurationError

__all__ = ["NoCookies", "make_tls_context", "proxies_of_environment"]

T = TypeVar("T")


def make_tls_context(*, is_used: bool = True) -> ssl.SSLContext:
    """Make a context as httpx does, which verifies certificates and host names, for TLS 1.2 and later.

    Args:
        is_used: Whether anything will go over TLS. If not, the context trusts no certificate, because loading the
            list of trusted ones takes long.

    Raises:
        ConfigurationError: `SSL_CERT_FILE` or `SSL_CERT_DIR`, which httpx reads, names no certificates, or
            `SSLKEYLOGFILE` no file that can be written.
    """
    context = _trusting_context() if is_used else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    return context


def _trusting_context() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # also `ssl.SSLError`
        raise _of_variable(error) from None


def _of_variable(error: OSError) -> Exception:
    """Name the environment variable that is the reason for an error of `ssl`, if it is one."""
    log_file = os.environ.get("SSLKEYLOGFILE")
    if log_file and error.filename == log_file:
        return ConfigurationError(
            f"the environment variable SSLKEYLOGFILE is {log_file!r}, a file that cannot be written "
            f"({error.strerror}): name one in a directory that exists, or unset it"
        )
    name = next((each for each in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(each)), None)
    if name is None:
        return error
    return ConfigurationError(
        f"the environment variable {name} is {os.environ[name]!r}, where no trusted certificates can be read "
        f"({error}): name a PEM file (SSL_CERT_FILE) or a directory (SSL_CERT_DIR), or unset it"
    )


class NoCookies(CookieJar):
    """A cookie jar that keeps no cookie from a response, and so sends none with the next request.

    Every request carries its own credentials. A cookie would connect requests that have nothing to do with each other,
    and looking for one in every response takes time. A cookie that you set yourself stays.
    """

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Ignore the cookies of a response."""


def proxies_of_environment(make: Callable[[str], T]) -> dict[str, T | None]:
    """Read `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` as httpx does.

    httpx reads them only for transports that it makes itself, and has no public function for it.

    Args:
        make: Makes a transport from the URL of a proxy.

    Returns:
        What `httpx.AsyncClient(mounts=)` takes: transports by URL pattern, None where no proxy is to be used.
        Entries of `NO_PROXY` that httpx cannot read, such as networks of IPv6, are left out and logged.

    Raises:
        ConfigurationError: httpx cannot use a proxy.
    """
    found = getproxies()
    excluded = [name for part in found.get("no", "").split(",") if (name := part.strip())]
    if "*" in excluded:
        return {}
    mounts: dict[str, T | None] = {}
    for scheme in ("http", "https", "all"):
        if url := found.get(scheme):
            mounts[f"{scheme}://"] = _make(make, url if "://" in url else f"http://{url}", f"{scheme.upper()}_PROXY")
    return {**mounts, **dict.fromkeys(filter(_is_readable, map(_pattern, excluded)))}


def _make(make: Callable[[str], T], url: str, variable: str) -> T:
    try:
        return make(url)
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        # Not the URL and not httpx's message: a password may be in both.
        scheme = url.partition("://")[0]
        why = str(error) if isinstance(error, ImportError) else f"it is no URL of a proxy, or {scheme!r} is not known"
    raise ConfigurationError(
        f"the proxy that the environment variable {variable} names cannot be used ({why}): write http://, https://, "
        "socks5:// or socks5h://, a host and a port, or unset it"
    )


def _is_readable(pattern: str) -> bool:
    try:
        httpx.URL(pattern)
    except httpx.InvalidURL:
        entry = pattern.partition("://")[2]
        log(logging.WARNING, "an entry of NO_PROXY was left out, since httpx cannot read it: %r", entry)
        return False
    return True


def _pattern(name: str) -> str:
    """Return an entry of NO_PROXY as a URL pattern of httpx: a domain also covers its subdomains."""
    if "://" in name:
        return name
    name = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    version = _ip_version(name)
    if version == 6:
        return f"all://[{name}]"
    return f"all://{name}" if version == 4 or name.lower() == "localhost" else f"all://*{name}"


def _ip_version(name: str) -> int | None:
    try:
        return ipaddress.ip_address(name.partition("/")[0]).version
    except ValueError:
        return None
