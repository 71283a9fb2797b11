"""Which security scheme the client uses where the description names several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .document import Document, operations
from .places import feeds
from .reserved import SCHEMES

__all__ = ["alternatives", "is_open_scheme", "main_scheme", "signature_schemes", "stamps", "used_scheme"]

_STAMPS = ("timestamp", "nonce")


def signature_schemes(document: Document) -> list[str]:
    """Names of the schemes that sign requests; `check_generable` takes one alone."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    return [name for name, scheme in schemes.items() if "x-signature" in scheme]


def is_open_scheme(document: Document) -> bool:
    """Whether a vendor's description leaves open how to sign, so that each scheme keeps the vendor's name."""
    return document.get("x-form") == "vendor" and not signature_schemes(document)


def used_scheme(document: Document, given: Sequence[Mapping[str, Any]]) -> str | None:
    """Choose between alternatives: the signature, else the first token that the signing plugin has.

    Where a vendor's description leaves open how to sign, it is the first scheme.

    Args:
        document: The description.
        given: Security requirements, of which one is to be met.

    Returns:
        Name of a scheme, empty for an open call; None where the client can meet none of them.
    """
    signing = signature_schemes(document)
    signed = [name for alternative in given for name in alternative if name in signing]
    tokens = [name for alternative in given if len(alternative) == 1 for name in alternative if name in SCHEMES]
    others = [name for alternative in given for name in sorted(alternative)] if is_open_scheme(document) else []
    return next(iter((*signed, *tokens, *others)), "" if not given or {} in given else None)


def main_scheme(document: Document) -> str:
    """The scheme of the document as a whole, whose credentials a client needs; else the one that signs."""
    return used_scheme(document, document.get("security", ())) or next(iter(signature_schemes(document)), "")


def stamps(document: Document) -> list[str]:
    """Which stamps a signed request may carry, in the order of the description."""
    signing = set(signature_schemes(document))
    signed = [alternative for alternative in alternatives(document) if signing & alternative.keys()]
    names = dict.fromkeys(name for alternative in signed for name in alternative)
    return [name for name in names if name in _STAMPS]


def alternatives(document: Document) -> Iterator[Mapping[str, Any]]:
    """Each security requirement of the document, its operations and its feeds."""
    yield from document.get("security", ())
    for operation in operations(document):
        yield from operation.node.get("security", ())
    for _, feed in feeds(document):
        yield from feed.get("security", ())
