"""Calls of endpoints that the description does not have: signed and retried as all others, and without types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from ._core import parse_json
from ._options import check_headers
from ._types import Operation

if TYPE_CHECKING:
    import httpx

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def _untyped(response: httpx.Response) -> Any:
    return parse_json(response.content, "The response") if response.content else None


_READERS: Final = {"default": _untyped}


def undescribed(method: str, path: str, headers: Iterable[str], security: str, idempotent: bool) -> Operation[Any]:
    """Return an operation for an endpoint, by its method and its path below the base URL.

    Raises:
        TypeError: Method or path is no text.
        ValueError: It is no method, no path whose signature would hold for what is sent, or a header that says where
            the body ends.
    """
    for name, value in (("method", method), ("path", path)):
        if not isinstance(value, str):
            raise TypeError(
                f"{name} must be a str, not {type(value).__name__}, such as request('GET', '/company/search')"
            )
    if method.upper() not in _METHODS:
        raise ValueError(f"method is {method!r}: give one of {', '.join(_METHODS)}")
    if problem := _problem(path):
        raise ValueError(f"path is {path!r}, {problem}")
    check_headers(headers)
    method = method.upper()
    repeatable = idempotent or method == "HEAD"
    return Operation(f"{method} {path}", method, path, security=security, readers=_READERS, repeatable=repeatable)


def _problem(path: str) -> str:
    """What is wrong with a path, and what to do."""
    if not path.startswith("/") or path.startswith("//"):
        return "which does not begin with one slash: give the path below the client's base_url, such as /company/search"
    if "?" in path or "#" in path:
        return "which has more than a path: give parameters as query={...}"
    if "{" in path or "}" in path:
        return "where an id is not filled in: put it there, such as f'/company/{company_id}'"
    if not path.isprintable():
        return "which has control or invisible characters: percent-encode what belongs to an id"
    if {".", ".."} & set(unquote(path).split("/")):  # servers take `%2e` for a dot
        return "which leaves its place by a dot segment: write the whole path"
    return ""
