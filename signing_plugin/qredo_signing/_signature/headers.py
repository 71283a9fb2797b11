"""The names of our headers, for everything that sets, drops or guards them."""

from __future__ import annotations

__all__ = [
    "AGENT_TOKEN",
    "API_KEY",
    "CREDENTIAL_HEADERS",
    "HMAC_API_KEY",
    "HMAC_SIGNATURE",
    "HMAC_TIMESTAMP",
    "NONCE",
    "SECRET_HEADERS",
    "SIGNATURE",
    "TIMESTAMP",
    "TOKEN",
    "TOKEN_SIGNATURE",
    "TOKEN_TIMESTAMP",
]

API_KEY, SIGNATURE = "x-api-key", "x-sign"
TIMESTAMP, NONCE = "x-timestamp", "x-nonce"
AGENT_TOKEN = "x-api-zkp"  # noqa: S105 - a name
HMAC_API_KEY, HMAC_TIMESTAMP, HMAC_SIGNATURE = "qredo-api-key", "qredo-api-ts", "qredo-api-sig"
TOKEN, TOKEN_TIMESTAMP, TOKEN_SIGNATURE = "x-token", "qredo-api-timestamp", "qredo-api-signature"

SECRET_HEADERS = (API_KEY, SIGNATURE, AGENT_TOKEN, HMAC_API_KEY, HMAC_SIGNATURE, TOKEN, TOKEN_SIGNATURE)
"""What must not go to another origin."""

CREDENTIAL_HEADERS = (*SECRET_HEADERS, TIMESTAMP, NONCE, HMAC_TIMESTAMP, TOKEN_TIMESTAMP)
"""All that an auth of ours sets."""
