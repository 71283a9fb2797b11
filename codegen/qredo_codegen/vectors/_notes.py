"""What each flag of a case means, for the reader of the file."""

from __future__ import annotations

__all__ = ["NOTES"]

NOTES = {
    "Basic": "An everyday request.",
    "Body": (
        "The bytes of the body as sent. JSON that is written again after signing (spaces, order of members, escapes, "
        "composed accents, a byte order mark) is other bytes."
    ),
    "DigestInfo": (
        "The content of the block is not, byte for byte, the one DER encoding of SHA-256's DigestInfo with the digest. "
        "A verifier that parses it, instead of comparing it, takes forgeries."
    ),
    "Escapes": "Percent-encoding as sent: upper and lower case, '+' and '%20', and what was escaped twice differ.",
    "Feed": "The handshake of a WebSocket feed: the URL is signed with wss (or ws), and there is no body.",
    "Hash": (
        "The hash is SHA-256, applied once, by the signature scheme. A signer that is given a digest must be told so: "
        "otherwise it hashes the digest again."
    ),
    "Key": (
        "A signature holds for one key, and its length is the key's: 256 bytes (342 characters) for 2048 bits, 512 "
        "(683) for 4096. Any public exponent that the key has is right."
    ),
    "Kind": (
        "Whether the stamp is a timestamp or a nonce is not signed: the same text gives the same signature. A verifier "
        "tells by the header which it is, and refuses a request with both."
    ),
    "Length": "A body of any length is signed as it is; a signature is exactly as long as the modulus.",
    "LineEnd": "Line ends are bytes like others: none is added, dropped or translated.",
    "LowExponent": (
        "A forgery that needs no private key, where a verifier does not compare the whole block and the public "
        "exponent is 3 (Bleichenbacher, 2006, and later variants)."
    ),
    "MissingNull": (
        "DigestInfo without the NULL parameters. Verifiers that decode the block may take it. Here it is invalid: RFC "
        "8017 (B.1) has signers write the NULL, and there is to be one right signature only."
    ),
    "NoSeparator": (
        "Nothing stands between URL and body, so requests that split the same bytes elsewhere share a signature. All "
        "of them are valid; a server takes the URL from the request that it received."
    ),
    "Nonce": "The x-nonce header instead of x-timestamp: decimal text, signed as sent.",
    "Origin": "Scheme, host and port as sent: not lowered, no default port added or dropped.",
    "Padding": "The block is not 00 01, then FF up to the full length, 00, DigestInfo, digest.",
    "Path": "The path as sent: no dot segment resolved, no slash added or dropped.",
    "Query": "The query as sent, with its question mark: not sorted, not decoded, not joined.",
    "Range": (
        "The signature, as a number, is not the one that the private operation gives for this message. It must be "
        "smaller than the modulus."
    ),
    "Separator": "The signer put something between the parts, or put them in another order.",
    "Stamp": "The stamp that was signed is not the stamp that was sent.",
    "Text": (
        "The right bytes, or some of them, not written as base64url without padding. One text only is right: where "
        "several are taken, others can change a signed request without making it invalid."
    ),
    "Url": "The URL that was signed is not the URL that was sent.",
    "WireForm": (
        "The signature would be right, but no request looks like this on the wire: a signer refuses to sign it, and a "
        "verifier refuses it too."
    ),
}
