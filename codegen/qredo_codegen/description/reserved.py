"""Names that generated code has for itself, so that no name of a description is one of them."""

from __future__ import annotations

__all__ = ["CLASSES", "CLIENT", "METHOD", "MODEL", "SCHEMES", "SIGNING_HEADERS"]

CLIENT = frozenset({"aclose", "base_url", "close", "http", "request", "send", "with_options", "with_raw_response"})
"""Attributes of the client."""

METHOD = frozenset({"accept", "body", "idempotent", "self", "client"})
"""Arguments of every method."""

MODEL = frozenset({"additional_properties", "cls", "from_dict", "self", "src", "to_dict", "values"})
"""Attributes of every model, and what its methods call their own."""

CLASSES = frozenset(
    {"Any", "Decimal", "File", "Final", "Mapping", "Members", "OpenIntEnum", "OpenStrEnum", "Operation", "Self"}
    | {"AsyncCore", "AsyncIterator", "Core", "Iterator", "Unset", "TYPE_CHECKING", "UNSET"}
)
"""What generated modules import under a name that a class could have."""

SIGNING_HEADERS = frozenset(
    {"accept", "authorization", "content-type", "x-api-key", "x-api-zkp", "x-nonce", "x-sign", "x-timestamp"}
)
"""Headers that a parameter does not set: the security schemes do, and OpenAPI ignores the first three."""

SCHEMES = ("agent_token", "partner_signature", "qredo_signature", "qredo_token", "qredo_token_signature")
"""Names of the security schemes that the signing plugin has; a test compares them with its table."""
