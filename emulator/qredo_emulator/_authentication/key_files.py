"""Make the emulator's own keys, and keep them in a folder. They are marked, and useless anywhere else."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from qredo_signing import (
    Credentials,
    HmacCredentials,
    KeyKind,
    PrivateKey,
    PublicKey,
    QredoSigningError,
)
from qredo_signing._keys.secret_files import write_key_files

from qredo_emulator._links import dangling_link

__all__ = [
    "HMAC_FOLDER",
    "ISSUER",
    "KeysError",
    "Made",
    "hmac_keys_in",
    "keys_in",
    "make",
    "make_api_key",
    "make_hmac",
]

ISSUER = "qredo-emulator"
"""What a key of an emulator says in its member `issuer`; no real environment takes such a key."""

HMAC_FOLDER = "qredo_v1"
"""Folder inside a keys folder with the keys of the APIs that take an API secret: the Qredo APIs v1 and v2."""

_PREFIX = "emulator-"
_FILES = ("apikey", "private.pem", "public.pem")
_HMAC_FILES = ("apikey", "apisecret")
_C = TypeVar("_C", Credentials, HmacCredentials)


class KeysError(Exception):
    """A keys folder can't be used. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Made(Generic[_C]):
    """New credentials, and the files that hold them: content by name."""

    credentials: _C
    files: Mapping[str, bytes] = field(repr=False)


def make() -> Made[Credentials]:
    """Make an API key with an RSA key, in memory only."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    api_key = make_api_key()
    files = {"apikey": f"{api_key}\n".encode(), "private.pem": private, "public.pem": public}
    return Made(Credentials(api_key, key), files)


def make_api_key() -> str:
    """Make an API key in the form and lengths of the documented samples: an id of 10 bytes and a key of 32."""
    members = {"key_id": _base64url(os.urandom(10)), "key": _base64url(os.urandom(32)), "issuer": ISSUER}
    return _base64url(json.dumps(members, separators=(",", ":")).encode())


def make_hmac() -> Made[HmacCredentials]:
    """Make an API key with a secret, in the documented lengths: 14 characters, and 60 bytes in base64.

    As in the published secret, the 60 bytes are ASCII text. Base64 of these has no `-`, `_`, `+` or `/`, so clients
    that decode with either alphabet get the same bytes.
    """
    api_key, secret = f"{_PREFIX}{_base64url(os.urandom(4))[:5]}", _base64url(_base64url(os.urandom(45)).encode())
    files = {"apikey": f"{api_key}\n".encode(), "apisecret": f"{secret}\n".encode()}
    return Made(HmacCredentials(api_key, secret), files)


def keys_in(folder: Path) -> Credentials:
    """Load the keys of a folder, or make keys in an empty or missing one.

    Writes `apikey` and `private.pem` (PKCS#1, as the vendor's tool needs it) for their owner
    only, and `public.pem`. Never overwrites a file.

    Raises:
        KeysError: Some files are missing, are not readable, don't belong together, or are not
            an emulator's.
    """
    return _keys_in(folder, _FILES, make, _read_pair)


def hmac_keys_in(folder: Path) -> HmacCredentials:
    """Load the API key and secret of a folder, or make them in an empty or missing one, readable by their owner only.

    Raises:
        KeysError: As `keys_in`.
    """
    return _keys_in(folder, _HMAC_FILES, make_hmac, HmacCredentials.from_directory)


def _keys_in(folder: Path, names: tuple[str, ...], make: Callable[[], Made[_C]], read: Callable[[Path], _C]) -> _C:
    if not _complete(folder, names):
        return _write(folder, make())
    try:
        credentials = read(folder)
    except QredoSigningError as error:
        raise KeysError(f"can't use the keys in {folder}: {error}") from error
    if credentials.kind is not KeyKind.EMULATOR:
        raise KeysError(
            f"the API key in {folder} was not made by an emulator; real keys don't belong here: name an empty folder"
        )
    return credentials


def _read_pair(folder: Path) -> Credentials:
    credentials, public = Credentials.from_directory(folder), PublicKey.from_file(folder / "public.pem")
    private = credentials.signer
    assert isinstance(private, PrivateKey)
    if private.fingerprint != public.fingerprint:
        raise KeysError(f"private.pem and public.pem in {folder} are not one pair; name an empty folder")
    return credentials


def _complete(folder: Path, names: tuple[str, ...]) -> bool:
    """Whether all files are there; False for none of them, an error for some."""
    for path in (folder, *(folder / name for name in names)):
        why = dangling_link(path)
        if why is not None:
            raise KeysError(f"can't use {folder} for keys: {why}")
    try:
        there = [name for name in names if (folder / name).exists()]
    except OSError as error:
        raise _unusable(folder, error) from error
    if there and len(there) < len(names):
        lost = ", ".join(sorted(set(names) - set(there)))
        raise KeysError(f"{folder} has {', '.join(there)} but not {lost}; name an empty folder and keys are made there")
    return bool(there)


def _write(folder: Path, made: Made[_C]) -> _C:
    try:
        write_key_files(folder, made.files)
    except OSError as error:
        raise _unusable(folder, error) from error
    return made.credentials


def _unusable(folder: Path, error: OSError) -> KeysError:
    return KeysError(f"can't use {folder} for keys: {error.strerror or error}")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
