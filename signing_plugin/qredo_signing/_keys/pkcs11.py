"""RSA keys that stay in a hardware module, reached through its PKCS#11 library. Needs the extra `pkcs11`."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType

from .._secrecy import without_locals
from ..errors import ConfigurationError, InvalidSignatureError, KeyLoadError, SignerError
from .pkcs11_session import KeyLocation, Session, library, open_session
from .rsa import RSASigner

__all__ = ["Pkcs11Signer"]

# python-pkcs11 initialises a module as one that a single thread uses (C_Initialize without arguments), so the module
# does not lock: sessions that are used at the same time crash the process (measured with SoftHSM). Hence one call at a
# time goes into any module.
_LOCK = threading.RLock()
if hasattr(os, "register_at_fork"):  # otherwise a child inherits the lock, and the module, in the middle of a call
    os.register_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release, after_in_child=_LOCK.release)

_LOST = (
    "DeviceError",
    "DeviceRemoved",
    "KeyHandleInvalid",
    "ObjectHandleInvalid",
    "SessionClosed",
    "SessionHandleInvalid",
    "TokenNotPresent",
    "UserNotLoggedIn",
)
_PIN_REFUSED = ("PinExpired", "PinIncorrect", "PinInvalid", "PinLenRange", "PinLocked")


class Pkcs11Signer(RSASigner):
    """Signs with an RSA key in a token (an HSM, a smart card, SoftHSM); the key never leaves it.

        signer = Pkcs11Signer(
            "libsofthsm2.so", token_label="qredo", key_label="api", pin=lambda: Path("pin").read_text().strip()
        )
        client = connect(Client, Credentials(api_key, signer), Environment.SANDBOX)

    Safe to share between threads; the token is asked one signature at a time, since python-pkcs11 loads modules without
    locks. Other code of the process must not use the same module at the same time. In async use give `offload=True` to
    `connect`: a token takes milliseconds. A session that the token has lost is opened again, once per signature. It
    cannot be pickled, nor used after a fork: make one in each process.
    """

    __slots__ = ("_ended", "_location", "_pin", "_process", "_session")

    @without_locals
    def __init__(
        self,
        module: str | os.PathLike[str],
        *,
        pin: str | Callable[[], str],
        token_label: str | None = None,
        slot: int | None = None,
        key_label: str | None = None,
        key_id: bytes | str | None = None,
    ) -> None:
        """Load the module, log in and find the key.

        Args:
            module: The path of the token's PKCS#11 library, such as `libsofthsm2.so`.
            pin: The user PIN, or a callable that returns it: called at each login, so that nothing keeps it meanwhile.
            token_label: The token's label. Give this or `slot`.
            slot: The number of the slot that holds the token.
            key_label: The private key's label; may be left out where the token holds one private key only.
            key_id: The private key's id, as bytes or in hex; with a label too, both must match.

        Raises:
            KeyLoadError: No such module, token or key, a PIN that the token refuses, or a key that is not RSA or has
                fewer than 2048 bits. The message names the cause.
            ConfigurationError: Neither or both of token_label and slot are given, or key_id is not hexadecimal.
            ImportError: The extra is not installed; the message has the line for pip.
        """
        library()
        self._pin = _pin_source(pin)
        del pin  # tracebacks that show local variables show none
        self._location = KeyLocation(os.fspath(module), token_label, slot, key_label, _id_bytes(key_id))
        self._ended: str | None = None
        self._process = os.getpid()
        with _LOCK:
            self._session: Session | None = open_session(self._location, self._pin)
            self._public = self._session.public

    @without_locals
    def sign(self, message: bytes, /) -> bytes:
        """Return the raw RSASSA-PKCS1-v1_5 signature over the SHA-256 of the message, made in the token.

        Each signature is verified before it is returned.

        Raises:
            SignerError: The token does not sign, also not in a new session; or the signer was closed.
        """
        if os.getpid() != self._process:
            raise SignerError("a Pkcs11Signer does not survive a fork: make one in each process, after the fork")
        with _LOCK:
            signature = self._sign(message)
        try:
            self._public.verify(message, signature)
        except InvalidSignatureError:
            raise SignerError(
                f"{self._location} made a signature that does not match its own public key: check the token, and that "
                "its public and private key belong together"
            ) from None
        return signature

    def close(self) -> None:
        """End the session at the token (which logs out); signing is an error from then on."""
        if os.getpid() == self._process:
            with _LOCK:
                self._drop()
                self._ended = "it was closed"

    def __enter__(self) -> Pkcs11Signer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _sign(self, message: bytes) -> bytes:
        try:
            return self._ask(message)
        except SignerError as error:
            if not _is_any(library(), error.__cause__, _LOST):
                raise
        return self._ask(message, " in a new session, after it had lost the one before")

    def _ask(self, message: bytes, when: str = "") -> bytes:
        if self._ended is not None:
            raise SignerError(f"{self!r} can no longer sign: {self._ended}")
        if self._session is None:
            self._session = self._open_again()
        try:
            return self._session.sign(message, self._pin)
        except library().PKCS11Error as error:
            self._drop()
            answer = type(error).__name__
            raise SignerError(f"{self._location} does not sign: the token returned {answer}{when}") from error

    def _open_again(self) -> Session:
        try:
            session = open_session(self._location, self._pin)
        except KeyLoadError as error:
            if _is_any(library(), error.__cause__, _PIN_REFUSED):  # tokens lock after a few wrong ones: do not insist
                self._ended = "the token refused the PIN when its session was opened again"
            raise SignerError(f"the token lost its session, and a new one cannot be opened: {error}") from error
        if session.public != self._public:
            session.close()
            raise SignerError(f"{self._location} is another key now: {session.public!r} instead of {self._public!r}")
        return session

    def _drop(self) -> None:
        """Forget the session. After an error it is of no use: python-pkcs11 keeps its lock when a start fails."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(library().PKCS11Error):
                session.close()


def _pin_source(pin: str | Callable[[], str]) -> Callable[[], str]:
    if callable(pin):
        return pin
    if not isinstance(pin, str):
        raise TypeError(f"pin must be text or a callable that returns it, got {type(pin).__name__}")
    return lambda: pin


def _id_bytes(key_id: bytes | str | None) -> bytes | None:
    with suppress(ValueError):
        key_id = bytes.fromhex(key_id) if isinstance(key_id, str) else key_id
        if key_id is None or isinstance(key_id, bytes):
            return key_id
    raise ConfigurationError(f"key_id must be bytes or hexadecimal text such as '01', got {key_id!r}")


def _is_any(pkcs11: ModuleType, error: BaseException | None, names: tuple[str, ...]) -> bool:
    return isinstance(error, tuple(getattr(pkcs11, name) for name in names))
