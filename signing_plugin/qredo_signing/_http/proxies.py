"""The proxies that the environment names, in the form that httpx takes for a transport of one's own."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import TypeVar
from urllib.request import getproxies

__all__ = ["proxies_of_environment"]

T = TypeVar("T")


def proxies_of_environment(make: Callable[[str], T]) -> dict[str, T | None]:
    """Read `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` as httpx does where no transport is given.

    Args:
        make: Makes a transport from the URL of a proxy.

    Returns:
        What `httpx.AsyncClient(mounts=)` takes: transports by pattern, None where no proxy is to be used.
    """
    found = getproxies()
    skipped = [name for part in found.get("no", "").split(",") if (name := part.strip())]
    if "*" in skipped:
        return {}
    mounts: dict[str, T | None] = {}
    for scheme in ("http", "https", "all"):
        if url := found.get(scheme):
            mounts[f"{scheme}://"] = make(url if "://" in url else f"http://{url}")
    return {**mounts, **dict.fromkeys(map(_pattern, skipped))}


def _pattern(name: str) -> str:
    """A name of NO_PROXY as a pattern of httpx: a domain stands for all below it as well."""
    if "://" in name:
        return name
    version = _ip_version(name)
    if version == 6:
        return f"all://[{name}]"
    return f"all://{name}" if version == 4 or name.lower() == "localhost" else f"all://*{name}"


def _ip_version(name: str) -> int | None:
    try:
        return ipaddress.ip_address(name.partition("/")[0]).version
    except ValueError:
        return None
