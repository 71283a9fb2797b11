"""One session with a PKCS#11 token: module, token, login, key. The only module that knows python-pkcs11."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from .._extras import import_from_extra
from ..errors import ConfigurationError, KeyLoadError
from .rsa import PublicKey

if TYPE_CHECKING:
    import pkcs11

__all__ = ["KeyLocation", "Session", "library", "open_session"]

# What stands before the digest (RFC 8017, 9.2), for tokens that do not hash.
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")

_CAUSES = {
    "MultipleTokensReturned": "several tokens have this label: choose one by slot=",
    "NoSuchToken": "no such token is there: `pkcs11-tool --list-slots` shows what the module sees",
    "PinExpired": "the token requires a new PIN",
    "PinIncorrect": "the token refuses the PIN; most lock themselves after a few wrong ones",
    "PinInvalid": "the token refuses the PIN; most lock themselves after a few wrong ones",
    "PinLenRange": "the token refuses the PIN, which is too short or too long",
    "PinLocked": "the PIN is locked after too many wrong ones: its security officer can reset it",
    "UserPinNotInitialized": "the token has no user PIN yet: initialise it first",
}


@dataclass(frozen=True, slots=True)
class KeyLocation:
    """Where a key is. Holds no secret."""

    module: str
    token_label: str | None
    slot: int | None
    key_label: str | None
    key_id: bytes | None

    def __post_init__(self) -> None:
        """Raise `ConfigurationError` unless the token is named in one way, and labels are text."""
        if (self.token_label is None) == (self.slot is None):
            raise ConfigurationError("name the token by token_label= or by slot=: exactly one of them")
        for label in (self.token_label, self.key_label):
            if label is not None and not _is_text(label):  # python-pkcs11 would end the process
                raise ConfigurationError(f"a label must be text that can be encoded, got {label!r}")

    def __str__(self) -> str:
        label = f" {self.key_label!r}" if self.key_label is not None else ""
        key_id = f" with id {self.key_id.hex()}" if self.key_id is not None else ""
        token = f"slot {self.slot}" if self.token_label is None else f"token {self.token_label!r}"
        return f"key{label}{key_id} on {token}"


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is logged in, and its key. Not safe to use from two threads at once."""

    _session: pkcs11.Session
    _key: Any
    _hashes: bool
    _asks_pin: bool
    public: PublicKey

    def sign(self, message: bytes, pin: Callable[[], str]) -> bytes:
        """Sign in the token. Raises what python-pkcs11 raises; the session is of no use after that."""
        mechanisms = library().Mechanism
        options: dict[str, Any] = {"mechanism": mechanisms.SHA256_RSA_PKCS}
        if not self._hashes:
            message = _DIGEST_INFO + hashlib.sha256(message).digest()
            options = {"mechanism": mechanisms.RSA_PKCS}
        if self._asks_pin:
            options["pin"] = pin()
        return bytes(self._key.sign(message, **options))

    def close(self) -> None:
        """Log out, if this session logged in, and end the session."""
        self._session.close()


def library() -> Any:
    """Return the package `pkcs11`. Raises `ImportError` with the line for pip where it is missing."""
    return import_from_extra("pkcs11", "pkcs11", "Pkcs11Signer needs")


def open_session(location: KeyLocation, pin: Callable[[], str]) -> Session:
    """Load the module, log in and find the key.

    Raises:
        KeyLoadError: The message names the cause; the error of python-pkcs11, if it is one, is the `__cause__`.
    """
    pkcs11 = library()
    module = _load(location.module)
    with ExitStack() as stack:
        try:
            token = _find_token(module, location)
            session = _log_in(token, pin)
            stack.callback(session.close)
            found = _find(session, token, location)
        except pkcs11.PKCS11Error as error:
            name = type(error).__name__
            cause = _CAUSES.get(name) or f"the token returned {name}"
            raise KeyLoadError(f"{location} cannot be used: {cause}") from error
        stack.pop_all()
    return found


def _load(path: str) -> Any:
    try:
        return library().lib(path)
    except Exception as error:  # a file that is no PKCS#11 module fails in many ways
        raise KeyLoadError(
            f"the PKCS#11 module {path} cannot be loaded ({error or type(error).__name__}): give the path of the "
            "token's library, such as libsofthsm2.so"
        ) from error


def _find_token(module: Any, location: KeyLocation) -> pkcs11.Token:
    if location.slot is None:
        token: pkcs11.Token = module.get_token(token_label=location.token_label)
        return token
    for slot in module.get_slots(token_present=True):
        if slot.slot_id == location.slot:
            found: pkcs11.Token = slot.get_token()
            return found
    raise library().NoSuchToken


def _log_in(token: pkcs11.Token, pin: Callable[[], str]) -> pkcs11.Session:
    try:
        return token.open(user_pin=_text(pin()))
    except library().UserAlreadyLoggedIn:  # another session of this process did: a login counts for all of them
        return token.open()


def _text(pin: object) -> str:
    if not isinstance(pin, str):
        raise TypeError(f"the pin callable must return text, but returned {type(pin).__name__}")
    if not _is_text(pin):
        raise KeyLoadError("the PIN holds characters that no encoding has")
    return pin


def _is_text(text: object) -> bool:
    return isinstance(text, str) and not re.search("[\ud800-\udfff]", text)


def _find(session: pkcs11.Session, token: pkcs11.Token, location: KeyLocation) -> Session:
    pkcs11 = library()
    keys = _keys(session, pkcs11.ObjectClass.PRIVATE_KEY, location)
    if not keys:
        raise KeyLoadError(f"{location} cannot be used: there is none; check key_label= and key_id=")
    if len(keys) > 1:
        raise KeyLoadError(f"{location} is not one key but {len(keys)}: name one by key_label=, key_id= or both")
    (key,) = keys
    if key.key_type != pkcs11.KeyType.RSA:
        raise KeyLoadError(f"{location} is not an RSA key, which the signing rule needs")
    mechanisms = token.slot.get_mechanisms()
    hashes = pkcs11.Mechanism.SHA256_RSA_PKCS in mechanisms
    if not hashes and pkcs11.Mechanism.RSA_PKCS not in mechanisms:
        raise KeyLoadError(f"{location} cannot be used: the token has neither CKM_SHA256_RSA_PKCS nor CKM_RSA_PKCS")
    asks_pin = bool(_attribute(key, pkcs11.Attribute.ALWAYS_AUTHENTICATE))
    return Session(session, key, hashes, asks_pin, _public_key(session, key, location))


def _keys(session: pkcs11.Session, kind: pkcs11.ObjectClass, location: KeyLocation) -> list[Any]:
    """All keys that match: a search that is left early, as `Session.get_key` does, is an error when it is collected."""
    attribute = library().Attribute
    wanted = {attribute.LABEL: location.key_label, attribute.ID: location.key_id}
    named = {name: value for name, value in wanted.items() if value is not None}
    return list(session.get_objects({attribute.CLASS: kind, **named}))


def _public_key(session: pkcs11.Session, key: Any, location: KeyLocation) -> PublicKey:
    """The public half: from the private key, or else from the public key beside it."""
    pkcs11 = library()
    names = pkcs11.Attribute.MODULUS, pkcs11.Attribute.PUBLIC_EXPONENT
    modulus, exponent = (_attribute(key, name) for name in names)
    if modulus is None or exponent is None:  # the standard leaves the exponent out of private keys
        others = _keys(session, pkcs11.ObjectClass.PUBLIC_KEY, location)
        if len(others) != 1:
            raise KeyLoadError(
                f"{location} does not give its public half: put its public key beside it, named as it is"
            )
        modulus, exponent = (others[0][name] for name in names)
    numbers = RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big"))
    return PublicKey(numbers.public_key())


def _attribute(key: Any, name: Any) -> Any:
    """An attribute of a key, or None where the token has none."""
    pkcs11 = library()
    try:
        return key[name] or None
    except (pkcs11.AttributeTypeInvalid, pkcs11.AttributeSensitive):
        return None
