"""What a case is, and the ways in which its signature can be made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ._rsa import Key
from ._text import base64url

__all__ = ["Case", "Keys", "Signing", "encoded", "raw", "retyped", "signed_over"]

Keys = Mapping[str, Key]


@dataclass(frozen=True)
class Case:
    """One stamp, URL and body with a signature over them, or with one that looks like it.

    Attributes:
        id: Unique, and never given to another case.
        comment: What is special about it.
        flags: What it is about, in words that the notes explain.
        url: The URL as a verifier sees it.
        body: The body as a verifier sees it.
        stamp: The text of the header.
        kind: Which header it stands in: timestamp or nonce.
        key: The id of the key that a verifier checks with.
        sign: Makes the text of the signature; None for the one right signature, which makes the case a valid one.
    """

    id: str
    comment: str
    flags: str
    url: str
    body: bytes = b""
    stamp: str = "1700000000"
    kind: str = "timestamp"
    key: str = "rsa-2048"
    sign: Signing | None = None

    @property
    def message(self) -> bytes:
        """The string to sign, from what a verifier sees."""
        return self.stamp.encode() + self.url.encode() + self.body

    @property
    def digest(self) -> bytes:
        """Its SHA-256."""
        return hashlib.sha256(self.message).digest()

    def signature(self, keys: Keys) -> str:
        """The text of the signature."""
        return base64url(keys[self.key].sign(self.message)) if self.sign is None else self.sign(self, keys)


Signing = Callable[[Case, Keys], str]


def signed_over(message: Callable[[Case], bytes] | None = None, **other: Any) -> Signing:
    """A right signature over something else: other inputs, another key, or bytes made from the case in another way."""

    def sign(case: Case, keys: Keys) -> str:
        seen = replace(case, **other)
        return base64url(keys[seen.key].sign(seen.message if message is None else message(seen)))

    return sign


def retyped(change: Callable[[str], str]) -> Signing:
    """The right signature, written in another way."""
    return lambda case, keys: change(base64url(keys[case.key].sign(case.message)))


def raw(make: Callable[[Key, Case], bytes]) -> Signing:
    """Bytes that are made from the key and the case, written in the right way."""
    return lambda case, keys: base64url(make(keys[case.key], case))


def encoded(encode: Callable[[Case, int], bytes]) -> Signing:
    """The key's private operation on another block than PKCS #1 v1.5 makes of the digest and the key's length."""
    return raw(lambda key, case: key.private(encode(case, key.length)))
