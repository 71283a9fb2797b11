"""The schemes that sign with an API secret: the Qredo API v1, and the call of v2 that makes a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .._keys.hmac_credentials import HmacCredentials
from .._signature.clock import SkewedClock
from .._signature.headers import HMAC_API_KEY, HMAC_SIGNATURE, HMAC_TIMESTAMP, TOKEN_SIGNATURE, TOKEN_TIMESTAMP
from .._signature.hmac_rule import sign_hmac
from .._signature.stamps import Timestamps
from .scheme import SigningOptions, StampedScheme

if TYPE_CHECKING:
    import httpx

__all__ = ["HmacScheme", "TokenSignatureScheme"]


class HmacScheme(StampedScheme):
    """API key and HMAC of the Qredo API v1. An HMAC takes microseconds, so there is nothing to move to a thread."""

    name = "qredo_signature"
    credentials = HmacCredentials
    auth = "QredoAuth"
    proof, parts = "hmac", "API key and API secret"
    api_key_header, signature_header = HMAC_API_KEY, HMAC_SIGNATURE
    timestamp_header: ClassVar[str] = HMAC_TIMESTAMP  # pyright: ignore[reportIncompatibleVariableOverride]

    @classmethod
    def signature(cls, credentials: HmacCredentials, stamp: str, method: str, url: str, body: bytes) -> str:
        """Sign the parts of a request."""
        return sign_hmac(credentials.secret, stamp, method, url, body)

    def __init__(self, credentials: HmacCredentials, options: SigningOptions) -> None:
        clock = SkewedClock(options.clock)
        # What this API says of a wrong signature is not published, so every 401 may be one.
        super().__init__(
            credentials, Timestamps(clock.now, self.timestamp_header), clock if options.clock_correction else None
        )
        self._hmac_credentials = credentials

    def _seal(self, request: httpx.Request, url: bytes, stamp: str) -> None:
        credentials = self._hmac_credentials
        signature = self.signature(credentials, stamp, request.method, url.decode(), request.content)
        request.headers[HMAC_API_KEY] = credentials.api_key
        request.headers[self.signature_header] = signature


class TokenSignatureScheme(HmacScheme):
    """API key and HMAC of the one call of the Qredo API v2 that takes no token: the one that makes a token."""

    name = "qredo_token_signature"
    auth = ""
    signature_header, timestamp_header = TOKEN_SIGNATURE, TOKEN_TIMESTAMP
