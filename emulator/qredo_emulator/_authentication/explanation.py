"""Explain a rejected signature: what was computed, and what would have verified."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from .request import RawRequest
from .signatures import Signed, VerifyingKey, raw_signature
from .variations import Served, find_variation

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the emulator computed for a rejected signature. Holds no secret.

    Attributes:
        stamp: The text of the timestamp or nonce.
        method: The HTTP method, None where the signature does not cover it.
        url: The URL as it came over the wire.
        body_length: Length of the body in bytes.
        body_digest: SHA-256 of the body, in hex.
        digest: SHA-256 of the string to sign, in hex.
        digest_signed: SHA-256 of what the client signed, in hex; None for an HMAC, and where this API's key and
            algorithm did not make the signature.
        key_fingerprint: SHA-256 of the public key in hex; None for an HMAC secret.
        valid: Whether the signature itself is right (and only its stamp is refused); None without one.
        would_verify: What has to be otherwise for the signature to be right; None if nothing that was tried helps.
    """

    stamp: str
    method: str | None
    url: str
    body_length: int
    body_digest: str
    digest: str
    digest_signed: str | None
    key_fingerprint: str | None
    valid: bool | None
    would_verify: str | None

    def __str__(self) -> str:
        verdict = {True: "valid", False: "NOT valid", None: "not checked"}[self.valid]
        lines = [
            ("stamp", self.stamp or "none"),
            *([("method", self.method)] if self.method else []),
            ("url", self.url),
            ("body", f"{self.body_length} bytes, sha256 {self.body_digest}"),
            ("sha256 to sign", self.digest),
            *([("sha256 signed", self.digest_signed)] if self.digest_signed else []),
            *([("key fingerprint", self.key_fingerprint)] if self.key_fingerprint else []),
            ("signature", verdict),
        ]
        if self.valid is False:
            lines.append(
                (
                    "would verify",
                    self.would_verify or "nothing that was tried: is it the right key, and exactly this URL and body?",
                )
            )
        return "\n".join(f"{name:<16} {value}" for name, value in lines)


def explain(
    request: RawRequest,
    signed: Signed,
    key: VerifyingKey,
    signature: str,
    others: Sequence[VerifyingKey],
    served: Served,
    *,
    valid: bool,
) -> Explanation:
    """Explain a rejection.

    Args:
        request: The request.
        signed: What the signature should be over.
        key: What verifies the signatures of the API key.
        signature: The text of the signature's header, empty if there is none.
        others: What verifies the signatures of the other API keys.
        served: What the client may have meant.
        valid: Whether the signature was found right.
    """
    raw = raw_signature(signature, key.size)
    digest_signed = key.digest_in(raw) if raw else None
    return Explanation(
        stamp=signed.stamp,
        method=signed.method or None,
        url=signed.url,
        body_length=len(signed.body),
        body_digest=hashlib.sha256(signed.body).hexdigest(),
        digest=hashlib.sha256(signed.message).hexdigest(),
        digest_signed=digest_signed.hex() if digest_signed else None,
        key_fingerprint=key.fingerprint,
        valid=valid if signature else None,
        would_verify=None if valid or not signature else find_variation(request, signed, key, raw, others, served),
    )
