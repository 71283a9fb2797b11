"""Take the credentials off requests before they reach a user, with a response or with an error.

A request is signed for one attempt and needs its API key and signature no longer than that. Users keep what they get:
they log it, pickle it to another process, and attach it to a report. So the request of a response or of an error has
neither. Its headers are replaced and not changed, so a transport of yours that kept them (as tests do) has them still.
"""

from __future__ import annotations

import httpx

from .._secrecy import chain, clear_frames
from .._signature.headers import SECRET_HEADERS

__all__ = ["redact_error", "redact_own_response", "redact_request", "redact_response"]

_SECRET = frozenset(name.encode() for name in SECRET_HEADERS)
_NOTHING = httpx.ByteStream(b"")
_WRITE_HEADERS = ("httpcore", "h11", "h2", "hpack")
"""Packages whose frames hold the headers of a request in a variable whose repr shows them."""


def redact_request(request: httpx.Request) -> None:
    """Take API key, signature and token off a request. Its stamp stays, which is no secret."""
    raw = request.headers.raw
    kept = [header for header in raw if header[0].lower() not in _SECRET]
    if len(kept) < len(raw):
        # What the encoding is takes as long to find out as all the rest, and it matters for other texts alone.
        is_ascii = b"".join([value for _, value in kept]).isascii()
        request.headers = httpx.Headers(kept, None if is_ascii else request.headers.encoding)


def redact_response(response: httpx.Response, clean: httpx.Request | None = None) -> None:
    """Redact every request that a response leads to, except one that is `clean` already."""
    for each in (response, *response.history) if response.history else (response,):
        try:
            request = each.request
        except RuntimeError:
            pass  # it has none, as one that a test makes
        else:
            if request is not clean:
                redact_request(request)
        if each.next_request is not None:  # the same request to the target of a redirect
            redact_request(each.next_request)
        if each.is_closed:  # the body is in `content`, and the stream leads to the request as it was sent
            each.stream = _NOTHING


def redact_own_response(response: httpx.Response) -> None:
    """Redact the response to a request that a scheme sent for itself, and take its body away, which can hold a token.

    httpx keeps this response in the history of the one that the user gets, and in its frames.
    """
    redact_response(response)
    response.stream = _NOTHING
    response._content = b""  # there is no public way
    vars(response).pop("_text", None)


def redact_error(error: BaseException) -> None:
    """Redact every request that an error leads to, also over what it is chained to, and in its traceback."""
    for each in chain(error):
        for held in (*vars(each).values(), *each.args):
            if isinstance(held, httpx.Response):
                redact_response(held)
            elif isinstance(held, httpx.Request):
                redact_request(held)
    clear_frames(error, _WRITE_HEADERS)
