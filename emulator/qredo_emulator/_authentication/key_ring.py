"""The API keys that an emulator knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qredo_signing import Credentials, HmacCredentials, KeyKind, KeyLoadError, PrivateKey, PublicKey

from .key_files import KeysError, make, make_api_key, make_hmac
from .signatures import HmacKey, RsaKey, VerifyingKey

__all__ = ["KeyRing", "KeysError"]


class KeyRing:
    """The API keys that are known.

    Attributes:
        known: What verifies the signatures of each API key.
        live: API keys with which a signed request has verified.
    """

    def __init__(self) -> None:
        self.known: dict[str, VerifyingKey] = {}
        self._waiting: dict[str, None] = {}  # a set that keeps its order
        self.live: set[str] = set()
        self._files: dict[str, Mapping[str, bytes]] = {}

    @property
    def waiting(self) -> tuple[str, ...]:
        """API keys that were made here and have no public key yet, oldest first."""
        return tuple(self._waiting)

    def new_api_key(self) -> str:
        """Make an API key without a public key. Its signatures verify after `register`."""
        api_key = make_api_key()
        self._waiting[api_key] = None
        return api_key

    def register(self, api_key: str, key: PublicKey) -> None:
        """Set the public key of an API key that `new_api_key` made.

        Raises:
            KeysError: It was not made here, or it has a public key already.
        """
        if api_key not in self._waiting:
            raise KeysError("no such API key waits for its public key")
        self.known[api_key] = RsaKey(key)
        del self._waiting[api_key]

    def mark_live(self, api_key: str) -> None:
        """Record that a signed request of this API key was verified."""
        if api_key in self.known:
            self.live.add(api_key)

    def add(self, credentials: Credentials | HmacCredentials) -> None:
        """Register credentials: the public half of an RSA key, or a secret.

        Raises:
            KeysError: They are not an emulator's, or their key does not show its public half.
        """
        if credentials.kind is not KeyKind.EMULATOR:
            raise KeysError("these credentials were not made by an emulator: real keys don't belong here")
        if isinstance(credentials, HmacCredentials):
            self.known[credentials.api_key] = HmacKey(credentials.secret)
        elif isinstance(credentials.signer, PrivateKey):
            self.known[credentials.api_key] = RsaKey(credentials.signer.public_key)
        else:
            raise KeysError("an emulator takes credentials with an RSA key in memory only")

    def new(self) -> Credentials:
        """Make credentials, and register them."""
        made = make()
        self.add(made.credentials)
        self._files[made.credentials.api_key] = made.files
        return made.credentials

    def new_hmac(self) -> HmacCredentials:
        """Make credentials of the APIs with an API secret, and register them."""
        made = make_hmac()
        while made.credentials.api_key in self.known:  # five characters are soon the same twice
            made = make_hmac()
        self.add(made.credentials)
        self._files[made.credentials.api_key] = made.files
        return made.credentials

    def files(self, credentials: Credentials | HmacCredentials) -> Mapping[str, bytes]:
        """Return the contents of the key files, by name, of credentials that `new` or `new_hmac` made.

        Raises:
            LookupError: They were made elsewhere.
        """
        return self._files[credentials.api_key]

    def keep_only(self, credentials: Credentials) -> None:
        """Drop every key except one RSA key and the first HMAC key."""
        first = next(api_key for api_key, key in self.known.items() if key.proof == "hmac")
        self.known = {api_key: self.known[api_key] for api_key in (first, credentials.api_key)}
        self._waiting.clear()
        self.live.clear()
        self._files.clear()

    def dump(self) -> dict[str, Any]:
        """Return the API keys for a state file: those with public keys, as PEM, and those that wait for one.

        No secret is in it, so the API keys that have one are not: those of a keys folder come from there.
        """
        rsa = {api_key: key.key for api_key, key in self.known.items() if isinstance(key, RsaKey)}
        public = {api_key: key.to_pem().decode("ascii") for api_key, key in rsa.items()}
        return {"public": public, "waiting": list(self._waiting)}

    def load(self, document: Any) -> None:
        """Add the keys that `dump` returned. Keys that are known already stay as they are.

        Raises:
            KeysError: It is something else. Nothing was added.
        """
        try:
            keys: dict[str, VerifyingKey] = {
                str(name): RsaKey(PublicKey.from_pem(pem)) for name, pem in document["public"].items()
            }
            waiting = {str(name): None for name in document["waiting"]}
        except (AttributeError, KeyError, TypeError, ValueError, KeyLoadError) as error:
            raise KeysError("its API keys are not what an emulator writes") from error
        self.known = keys | self.known
        self._waiting |= {name: None for name in waiting if name not in self.known}
