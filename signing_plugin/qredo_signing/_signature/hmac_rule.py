"""The signing rule of the Qredo API v1, as pure functions for any HTTP stack.

    qredo-api-sig = base64url_without_padding(HMAC-SHA256(secret, timestamp + METHOD + url + body))

`timestamp` is the text of the `qredo-api-ts` header (Unix seconds, decimal). `METHOD` is in upper case, as it goes over
the wire. `url` and `body` are those of the Partner API's rule: what is sent. No separators. Source: the vendor's Go
tool, whose two published signatures these functions make. (One of its pages says nanoseconds; its tool sends seconds.)
"""

from __future__ import annotations

import re

from .._secrecy import without_locals
from ..errors import InvalidSignatureError, UnsignableError
from .rsa_rule import base64url, string_to_sign

__all__ = ["sign_hmac", "verify_hmac"]

# As elsewhere in this package, a pattern is compiled when it is used first, and `hmac` is loaded then: most programs
# sign requests to one API alone, and start a little sooner.
_METHOD = "[A-Z]+"


@without_locals
def sign_hmac(secret: bytes, timestamp: str, method: str, url: str, body: bytes) -> str:
    """Make the text of the `qredo-api-sig` header.

    Args:
        secret: The bytes of the API secret: what the vendor's base64url text stands for.
        timestamp: The text of the `qredo-api-ts` header, exactly as sent.
        method: The HTTP method in upper case, such as `GET`.
        url: The full URL exactly as sent, query included; `https://` or, for feeds, `wss://`.
        body: The bytes of the body exactly as sent; `b""` for none.

    Returns:
        The signature in base64url without padding: 43 characters. The same arguments always give the same text.

    Raises:
        UnsignableError: The timestamp, method or URL is not in the form that goes over the wire.
        TypeError: The secret or the body is not bytes.
    """
    message = _string_to_sign(timestamp, method, url, body)
    if not isinstance(secret, bytes):
        raise TypeError(f"secret must be the decoded bytes of the API secret, got {type(secret).__name__}")
    import hmac

    return base64url(hmac.digest(secret, message, "sha256"))


@without_locals
def verify_hmac(secret: bytes, timestamp: str, method: str, url: str, body: bytes, signature: str) -> None:
    """Check the text of a `qredo-api-sig` header, strictly and in constant time.

    Args:
        secret: As for `sign_hmac`.
        timestamp: As for `sign_hmac`.
        method: As for `sign_hmac`.
        url: As for `sign_hmac`.
        body: As for `sign_hmac`.
        signature: The text of the header; only the one text that `sign_hmac` makes is right.

    Raises:
        InvalidSignatureError: The signature is malformed or does not match.
        TypeError: The secret or the body is not bytes, or the signature is not text.
    """
    import hmac

    if not isinstance(signature, str):
        raise TypeError(f"signature must be the text of the header, got {type(signature).__name__}")
    try:
        right = sign_hmac(secret, timestamp, method, url, body)
    except UnsignableError as error:
        raise InvalidSignatureError(f"no signature can be right here: {error}") from error
    if not hmac.compare_digest(right.encode(), signature.encode("utf-8", "surrogatepass")):
        raise InvalidSignatureError(
            "the signature was not made with this secret over this timestamp, method, URL, body"
        )


def _string_to_sign(timestamp: str, method: str, url: str, body: bytes) -> bytes:
    """The bytes that are signed, nothing between the parts. Raises what `sign_hmac` does."""
    if not isinstance(method, str) or not re.fullmatch(_METHOD, method):
        raise UnsignableError("the method must be in upper case, as it goes over the wire, such as 'GET'")
    rest = string_to_sign(timestamp, url, body)[len(timestamp) :]  # checks the other parts
    return f"{timestamp}{method}".encode() + rest
