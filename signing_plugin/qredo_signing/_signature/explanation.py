"""What a signature covers, in a form to lay beside what the other side saw."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from .._keys.signer import AsyncSigner, Signer, fingerprint_of
from ..errors import InvalidSignatureError
from .rsa_rule import Verifier, verifier_of, verify

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a signature covers, to lay beside what the other side saw. Holds no secret.

    Attributes:
        stamp: The text of the timestamp or nonce.
        url: The URL as signed.
        body_length: Length of the body in bytes.
        digest: SHA-256 of the string to sign, in hex.
        key_fingerprint: SHA-256 of the public key's DER form in hex, or None when the signer does not tell.
        valid: Whether the signature that was given is right; None when none was given or the key cannot verify.
    """

    stamp: str
    url: str
    body_length: int
    digest: str
    key_fingerprint: str | None
    valid: bool | None = None

    def __str__(self) -> str:
        verdict = {True: "valid", False: "NOT valid", None: "not checked"}[self.valid]
        return (
            f"stamp            {self.stamp}\n"
            f"url              {self.url}\n"
            f"body             {self.body_length} bytes\n"
            f"sha256 to sign   {self.digest}\n"
            f"key fingerprint  {self.key_fingerprint or 'unknown'}\n"
            f"signature        {verdict}"
        )


def explain(
    key: Signer | AsyncSigner | Verifier, stamp: str, url: str, body: bytes, signature: str | None = None
) -> Explanation:
    """Show what goes into a signature, without a secret; `print()` it beside the other side's view.

    Args:
        key: A private key, a public key or another signer.
        stamp: As for `sign`, but not checked: the point is to see what was given.
        url: As for `sign`, not checked either.
        body: As for `sign`.
        signature: The text of an `x-sign` header, to be checked too.
    """
    return Explanation(
        stamp=stamp,
        url=url,
        body_length=len(body),
        digest=hashlib.sha256(f"{stamp}{url}".encode(errors="surrogatepass") + body).hexdigest(),
        key_fingerprint=fingerprint_of(key),
        valid=None if signature is None else _is_valid(key, stamp, url, body, signature),
    )


def _is_valid(key: object, stamp: str, url: str, body: bytes, signature: str) -> bool | None:
    verifier = verifier_of(key)
    if verifier is None:
        return None
    try:
        verify(verifier, stamp, url, body, signature)
    except InvalidSignatureError:
        return False
    return True
