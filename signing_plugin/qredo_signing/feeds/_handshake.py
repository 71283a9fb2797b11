"""The request that opens a feed, and what its response means. The caller sends it: signed, and in its turn."""

from __future__ import annotations

import base64
import secrets
from typing import Any

import httpx
from wsproto.utilities import generate_accept_token

from .._http.pending_call import refuse_redirect
from .._version import __version__
from ..errors import RedirectError
from ._description import Described
from ._errors import FeedConnectionError

__all__ = ["MAX_REFUSAL", "make_handshake", "network_stream", "refusal"]

MAX_REFUSAL = 65_536
"""Bytes that are read of a response that refuses the handshake."""


def make_handshake(http: httpx.Client | httpx.AsyncClient, described: Described) -> httpx.Request:
    """Make a handshake with a key of its own; not yet signed.

    Raises:
        FeedConnectionError: The client has a cookie that cannot be sent.
    """
    headers = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": base64.b64encode(secrets.token_bytes(16)).decode("ascii"),
        "user-agent": f"qredo-python/{__version__} {'/'.join(described.api)}",
    }
    try:
        return http.build_request("GET", described.url, headers=headers, extensions={"qredo": described.info})
    except UnicodeEncodeError:
        raise FeedConnectionError(
            "a cookie that the httpx client has is not ASCII, so it cannot be sent. Nothing was sent: remove it "
            "(client.http.cookies.clear())",
            may_pass=False,
        ) from None


def network_stream(response: httpx.Response) -> Any:
    """Return the stream that a good response opened, or None for a refusal.

    Raises:
        FeedConnectionError: It is neither.
    """
    if response.status_code != 101:
        return None
    key = response.request.headers["sec-websocket-key"].encode("ascii")
    if response.headers.get("sec-websocket-accept", "").encode() != generate_accept_token(key):
        raise FeedConnectionError("the handshake was answered by something that does not speak WebSocket")
    if "network_stream" not in response.extensions:
        raise FeedConnectionError(
            "the client's transport gives no access to its connection, which a feed needs: use httpx's own",
            may_pass=False,
        )
    return response.extensions["network_stream"]


def refusal(described: Described, response: httpx.Response, body: bytes) -> Exception:
    """Return the error for a response that is not 101, with as much of its body as was read: the package's own, if it
    has one for the status."""
    try:
        refuse_redirect(response)
    except RedirectError as redirect:
        return redirect
    status = response.status_code
    if status < 400:
        version = response.http_version
        hint = ": a feed needs HTTP/1.1, so use a client without http2=True" if version == "HTTP/2" else ""
        return FeedConnectionError(f"the handshake was answered with {status} instead of 101{hint}", may_pass=False)
    headers = [(k, v) for k, v in response.headers.multi_items() if k not in ("content-encoding", "content-length")]
    extensions = {name: value for name, value in response.extensions.items() if name != "network_stream"}
    whole = httpx.Response(status, headers=headers, content=body, request=response.request, extensions=extensions)
    error: Exception = described.errors.api_error(described.info.operation, whole)
    return error
