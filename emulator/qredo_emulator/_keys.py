"""The emulator's own keys: made here, marked as such, useless anywhere else."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from qredo_signing import Credentials, CredentialsError, KeyKind, KeyLoadError, PrivateKey, PublicKey

__all__ = ["ISSUER", "KeyRing", "KeysError", "keys_in", "new_credentials"]

ISSUER = "qredo-emulator"
"""What a key of an emulator says in its member ``issuer``; no real environment takes such a key."""

_FILES = ("apikey", "private.pem", "public.pem")


class KeysError(Exception):
    """A keys folder that can't be used; says what to do."""


def new_credentials() -> Credentials:
    """A fresh API key and RSA key, held in memory only."""
    return _fresh()[0]


def keys_in(folder: Path) -> Credentials:
    """The keys in a folder; an empty or missing folder gets new ones.

    Writes ``apikey`` and ``private.pem`` (PKCS#1, as the vendor's tool needs it) for their owner
    only, and ``public.pem``. Never overwrites a file.

    Raises:
        KeysError: Some files are missing, are not readable, don't belong together, or are not
            an emulator's.
    """
    try:
        there = [name for name in _FILES if (folder / name).exists()]
        if not there:
            return _write(folder)
    except OSError as error:
        raise KeysError(f"can't use {folder} for keys: {error.strerror or error}") from error
    if len(there) < len(_FILES):
        lost = ", ".join(sorted(set(_FILES) - set(there)))
        raise KeysError(f"{folder} has {', '.join(there)} but not {lost}; name an empty folder and keys are made there")
    return _read(folder)


def _read(folder: Path) -> Credentials:
    try:
        credentials = Credentials.from_directory(folder)
        private, public = PrivateKey.from_file(folder / "private.pem"), PublicKey.from_file(folder / "public.pem")
    except (CredentialsError, KeyLoadError) as error:
        raise KeysError(f"can't use the keys in {folder}: {error}") from error
    if credentials.kind is not KeyKind.EMULATOR:
        raise KeysError(
            f"the API key in {folder} was not made by an emulator; real keys don't belong here: name an empty folder"
        )
    if private.fingerprint != public.fingerprint:
        raise KeysError(f"private.pem and public.pem in {folder} are not one pair; name an empty folder")
    return credentials


def _write(folder: Path) -> Credentials:
    credentials, files = _fresh()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in files.items():
        mode = 0o644 if name == "public.pem" else 0o600
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    return credentials


def _fresh() -> tuple[Credentials, dict[str, bytes]]:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    api_key = _new_api_key()
    files = {"apikey": f"{api_key}\n".encode(), "private.pem": private, "public.pem": public}
    return Credentials(api_key, private), files


def _new_api_key() -> str:
    # The lengths of the documented samples: an id of 10 bytes and a key of 32.
    members = {"key_id": _base64url(os.urandom(10)), "key": _base64url(os.urandom(32)), "issuer": ISSUER}
    return _base64url(json.dumps(members, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class KeyRing(Mapping[str, PublicKey]):
    """The API keys that are known, each with the public key that verifies its signatures."""

    def __init__(self) -> None:
        self._keys: dict[str, PublicKey] = {}
        self._waiting: dict[str, None] = {}  # a set that keeps its order
        self._live: set[str] = set()

    @property
    def waiting(self) -> tuple[str, ...]:
        """API keys that were made here and have no public key yet, oldest first."""
        return tuple(self._waiting)

    @property
    def live(self) -> frozenset[str]:
        """API keys with which a signed request has verified."""
        return frozenset(self._live)

    def new_api_key(self) -> str:
        """Makes an API key without a public key; nothing verifies until ``register`` gives it one."""
        api_key = _new_api_key()
        self._waiting[api_key] = None
        return api_key

    def register(self, api_key: str, key: PublicKey) -> None:
        """Gives an API key of ``new_api_key`` its public key.

        Raises:
            KeysError: It was not made here, or it has a public key already.
        """
        if api_key not in self._waiting:
            raise KeysError("no such API key waits for its public key")
        self._keys[api_key] = key
        del self._waiting[api_key]

    def mark_live(self, api_key: str) -> None:
        """Remembers that a signed request of this API key has verified."""
        if api_key in self._keys:
            self._live.add(api_key)

    def add(self, credentials: Credentials) -> None:
        """Registers the public half of credentials.

        Raises:
            KeysError: They are not an emulator's, or their key does not show its public half.
        """
        if credentials.kind is not KeyKind.EMULATOR:
            raise KeysError("these credentials were not made by an emulator: real keys don't belong here")
        if not isinstance(credentials.signer, PrivateKey):
            raise KeysError("an emulator takes credentials with an RSA key in memory only")
        self._keys[credentials.api_key] = credentials.signer.public_key

    def new(self) -> Credentials:
        """Makes credentials and registers them."""
        credentials = new_credentials()
        self.add(credentials)
        return credentials

    def keep_only(self, credentials: Credentials) -> None:
        """Forgets every key but one."""
        self._keys = {credentials.api_key: self._keys[credentials.api_key]}
        self._waiting.clear()
        self._live.clear()

    def __getitem__(self, api_key: str) -> PublicKey:
        return self._keys[api_key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)
