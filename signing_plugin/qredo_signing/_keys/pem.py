"""Reading RSA keys from PEM, with one error type that says what was found instead of a key."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from ..errors import KeyLoadError
from .api_key import is_api_key
from .secret_files import as_utf8

__all__ = ["MIN_KEY_BITS", "check_size", "load_private", "load_public"]

MIN_KEY_BITS = 2048
_VARIABLE = "QREDO_PRIVATE_KEY_PASSPHRASE"

# A block ends before the next one begins: without that, a text of many BEGIN lines would be searched for hours.
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----((?!-----BEGIN ).)*?-----END \1-----", re.DOTALL)
_PRIVATE = {"PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"}
_PUBLIC = {"PUBLIC KEY", "RSA PUBLIC KEY"}
_ESCAPED_LINE_BREAK = re.compile(rb"(\\+r)?\\+n|\\+r")  # as variables and secret stores write it: PEM has no backslash
# What the library raises for a key that it cannot read; which one depends on the key and on the library's version.
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


def load_private(data: bytes, passphrase: bytes | None, what: str) -> RSAPrivateKey:
    """Load the one private key of a PEM text (PKCS#1 or PKCS#8).

    Args:
        data: The PEM text; other blocks beside the key, such as its certificate, are ignored.
        passphrase: For an encrypted key.
        what: What to call the text in an error, such as `the key file keys/private.pem`.

    Raises:
        KeyLoadError: There is no usable RSA private key of at least 2048 bits.
    """
    block = _only_block(data, _PRIVATE, "private", what)
    _check_passphrase(block, passphrase, what)
    key = _parsed(load_pem_private_key, block, passphrase)
    if key is None and passphrase is not None:
        raise KeyLoadError(
            f"{what} could not be decrypted: the passphrase is wrong, or the file is damaged or encrypted in an "
            "unsupported way (`openssl pkcs8 -topk8 -v2 aes256` makes a supported one)"
        )
    if not isinstance(key, RSAPrivateKey):
        raise _not_usable(key, "private", what, ", so make one with `openssl genrsa 4096`")
    check_size(key.key_size, what)
    return key


def load_public(data: bytes, what: str) -> RSAPublicKey:
    """Load the one public key of a PEM text. Raises `KeyLoadError` as `load_private` does."""
    block = _only_block(data, _PUBLIC, "public", what)
    key = _parsed(load_pem_public_key, block)
    if not isinstance(key, RSAPublicKey):
        raise _not_usable(key, "public", what)
    check_size(key.key_size, what)
    return key


def check_size(bits: int, what: str) -> None:
    """Raise `KeyLoadError` for a key that is too short to be safe."""
    if bits < MIN_KEY_BITS:
        raise KeyLoadError(f"{what} has {bits} bits: RSA keys below {MIN_KEY_BITS} bits are not secure; make a new one")


def _parsed(load: Callable[..., object], *arguments: object) -> object:
    """Return a key, or None: the error may quote what was given, so nothing is chained to it."""
    try:
        return load(*arguments)
    except _UNREADABLE:
        return None


def _not_usable(key: object, kind: str, what: str, advice: str = "") -> KeyLoadError:
    if key is None:
        return KeyLoadError(f"{what} holds a damaged {kind} key: copy the file again, whole and unchanged")
    return KeyLoadError(f"{what} is not an RSA key: the API verifies RSA signatures only{advice}")


def _only_block(data: bytes, wanted: set[str], kind: str, what: str) -> bytes:
    data = as_utf8(data)
    if not data.strip():
        raise KeyLoadError(f"{what} is empty: it must hold an RSA {kind} key in PEM form")
    blocks = [(match[1].decode(), match[0]) for match in _BLOCK.finditer(data)]
    keys = [block for label, block in blocks if label in wanted]
    if not keys:
        raise KeyLoadError(f"{what} {_what_is_it(data, {label for label, _ in blocks}, kind)}")
    if len(keys) > 1:
        raise KeyLoadError(f"{what} holds {len(keys)} {kind} keys: keep the one to use in a file of its own")
    return _tidied(keys[0])


def _tidied(block: bytes) -> bytes:
    """Drop what mail and editors add, such as blank lines, but not the line behind headers of PKCS#1.

    Line breaks may be escaped.
    """
    lines = [line for line in _ESCAPED_LINE_BREAK.sub(b"\n", block).splitlines() if line.strip()]
    body = 1 + sum(b":" in line for line in lines)  # behind the BEGIN line and the headers
    return b"\n".join([*lines[:body], *([b""] if body > 1 else []), *lines[body:]])


def _what_is_it(data: bytes, labels: set[str], kind: str) -> str:
    """Say what the text is, given that it has no key of the wanted kind."""
    if "OPENSSH PRIVATE KEY" in labels:
        return "is in OpenSSH's own format: convert a copy to PEM with `ssh-keygen -p -m PEM -f COPY`"
    if labels & _PUBLIC:
        return "holds a public key, which cannot sign: give the private key that belongs to it (private.pem)"
    if labels & _PRIVATE:
        return "holds a private key where a public key is needed: make one with `openssl rsa -in private.pem -pubout`"
    if any("CERTIFICATE" in label for label in labels):
        return f"holds a certificate, not a key: give the RSA {kind} key in PEM form"
    if labels:
        return f"holds no {kind} key: give the RSA {kind} key in PEM form"
    if b"-----BEGIN " in data:
        return f"is cut off or damaged: a PEM {kind} key ends with its own END line. Copy the file again, whole"
    if data[:1] == b"\x30":
        return "looks like DER: convert it to PEM with `openssl rsa -inform DER`"
    if is_api_key(data.decode("utf-8", "replace")):
        return "holds an API key: are the files of API key and private key swapped?"
    return f"is not PEM: an RSA {kind} key in PEM form starts with a BEGIN line"


def _check_passphrase(block: bytes, passphrase: bytes | None, what: str) -> None:
    # PKCS#8 says it in its label, PKCS#1 in a header line.
    encrypted = block.startswith(b"-----BEGIN ENCRYPTED") or b"Proc-Type: 4,ENCRYPTED" in block
    if encrypted and passphrase is None:
        if os.environ.get(_VARIABLE):
            raise KeyLoadError(
                f"{what} is encrypted, and {_VARIABLE} is set, but only Credentials.from_environment() reads it: call "
                f"that, or pass passphrase=os.environ[{_VARIABLE!r}]"
            )
        raise KeyLoadError(
            f"{what} is encrypted: give its passphrase (`passphrase=`, or {_VARIABLE} for "
            "Credentials.from_environment() and the command line)"
        )
    if not encrypted and passphrase is not None:
        raise KeyLoadError(f"{what} is not encrypted, but a passphrase was given: leave the passphrase out")
