"""The request that opens a feed, and what its response means. The caller sends it: signed, and in its turn."""

from __future__ import annotations

import base64
import secrets
from typing import Any

import httpx
from wsproto.utilities import generate_accept_token

from .._http.pending_call import refuse_redirect
from .._http.sender import SyncSender
from ._description import Described
from ._errors import FeedConnectionError

__all__ = ["make_handshake", "network_stream"]


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
        "user-agent": f"{SyncSender.product} {described.package._requests.USER_AGENT}",
    }
    try:
        request = http.build_request(
            "GET", described.url, headers=headers, extensions={"qredo": described.info}, timeout=described.timeout
        )
    except UnicodeEncodeError:
        raise FeedConnectionError(
            "a cookie that the httpx client has is not ASCII, so it cannot be sent. Nothing was sent: remove it "
            "(client.http.cookies.clear())",
            may_pass=False,
        ) from None
    for name, value in described.options.headers.items():
        if name not in headers:
            request.headers[name] = value
    return request


def network_stream(described: Described, response: httpx.Response) -> Any:
    """Return the stream that a good response opened.

    Raises:
        FeedConnectionError: It does not speak WebSocket, or its stream cannot be had.
        RedirectError: It is a redirect.
        APIError: It refuses the handshake; the package's own error.
    """
    if response.status_code != httpx.codes.SWITCHING_PROTOCOLS:
        refuse_redirect(response)
        raise _refusal(described, response)
    key = response.request.headers["sec-websocket-key"].encode("ascii")
    if response.headers.get("sec-websocket-accept", "").encode() != generate_accept_token(key):
        raise FeedConnectionError(
            "the response to the handshake does not belong to it: it comes from something else than a WebSocket server,"
            " such as a proxy"
        )
    if "network_stream" not in response.extensions:
        raise FeedConnectionError(
            "the client's transport gives no access to its connection, which a feed needs: use httpx's own",
            may_pass=False,
        )
    return response.extensions["network_stream"]


def _refusal(described: Described, response: httpx.Response) -> Exception:
    status = response.status_code
    if status < 400:
        version = response.http_version
        hint = ": a feed needs HTTP/1.1, so use a client without http2=True" if version == "HTTP/2" else ""
        return FeedConnectionError(f"the response to the handshake is HTTP {status}, not 101{hint}", may_pass=False)
    error: Exception = described.errors.api_error(described.info.operation, response)
    return error
