"""Every error and warning that this package raises.

    Exception
      - QredoSigningError
          - ConfigurationError (also a ValueError)
              - CredentialsError
              - KeyLoadError
              - EnvironmentMismatchError
          - UnsignableError (also a ValueError)
          - SignerError
          - NonceError
          - InvalidSignatureError
          - AgentTokenError
          - TokenError
          - OriginError
          - RedirectError
          - ClockSkewError
          - OutcomeUnknownError
    UserWarning
      - InsecureKeyFileWarning
      - DeprecatedEnvironmentWarning

Messages say what was given, why it is wrong and what to do. They never hold an API key, key material, a passphrase,
a signature or a token, and neither do the exceptions that are chained to them. `str(error)` is one line: control and
invisible characters, such as those in a text from a server, are written as escapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._text import printable

if TYPE_CHECKING:
    import httpx

__all__ = [
    "AgentTokenError",
    "ClockSkewError",
    "ConfigurationError",
    "CredentialsError",
    "DeprecatedEnvironmentWarning",
    "EnvironmentMismatchError",
    "InsecureKeyFileWarning",
    "InvalidSignatureError",
    "KeyLoadError",
    "NonceError",
    "OriginError",
    "OutcomeUnknownError",
    "QredoSigningError",
    "RedirectError",
    "SignerError",
    "TokenError",
    "UnsignableError",
]


class QredoSigningError(Exception):
    """Base of all errors of this package. Nothing was sent, unless the subclass says otherwise."""

    def __str__(self) -> str:
        return printable(super().__str__())

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class ConfigurationError(QredoSigningError, ValueError):
    """An argument or an environment variable that cannot work, found before any request is made."""


class CredentialsError(ConfigurationError):
    """The API key or API secret is missing, unreadable or malformed.

    Give the text of the vendor's `apikey` file as it is, or the path of that file; the API secret as it was issued.
    """


class KeyLoadError(ConfigurationError):
    """The RSA key could not be loaded. The message names the cause and what to do.

    Raised for a public key where a private one is needed (and the other way round), a certificate, a key that is not
    RSA or has fewer than 2048 bits, an encrypted key without its passphrase or with a wrong one, and for an empty,
    damaged, unreadable or non-PEM file; of a PKCS#11 token also for a missing module, token or key and a wrong PIN.
    """


class EnvironmentMismatchError(ConfigurationError):
    """The API key, the environment and the API version do not fit together, so nothing is sent.

    Raised when the API key is of another kind than the environment takes (a live key on the sandbox, a sandbox key on
    production, an emulator key anywhere but on an emulator), and when the API version has no server for the
    environment. Choose the environment that the key was made for.
    """


class UnsignableError(QredoSigningError, ValueError):
    """The stamp, URL or request is not in the one form that goes over the wire, so a signature could not match it.

    Raised for a URL with userinfo, a fragment, no path, or characters that must be percent-encoded, for a stamp that
    is not plain printable ASCII, for a request that would be sent to another target than its URL says, and for a body
    that only the other kind of client (sync or async) can read.
    """


class SignerError(QredoSigningError):
    """The signing object (an HSM, a KMS) gave no signature, so nothing was sent.

    Raised when it failed, was closed, or returned something that is not a signature, and for an async signer in
    sync use. The cause is chained; look there, then at the token or service that holds the key.
    """


class NonceError(QredoSigningError):
    """A nonce source gave no nonce that may be used, so nothing was sent.

    Raised when its store cannot be reached, has lost its data or is damaged, and when it gave something that is not a
    whole number. The message says what to do; a number is never guessed.
    """


class InvalidSignatureError(QredoSigningError):
    """The signature was not made by this key over these parts of a request.

    For RSA those are stamp, URL and body, and `explain()` shows what was compared; for an HMAC also the method.
    """


class AgentTokenError(QredoSigningError):
    """An agent operation was called without a usable token.

    These operations take an `x-api-zkp` token and neither API key nor signature. Pass `agent_token=`, a callable that
    returns a fresh hexadecimal token each time it is called.
    """


class TokenError(QredoSigningError):
    """There is no token for a call of the Qredo API v2, so the call was not sent.

    Raised when the service gave none, and when the path names another workspace than the one that the token is for.

    Attributes:
        status_code: The HTTP status that came in place of a token, or None.
    """

    def __init__(self, message: str, *, status_code: int | None = None) -> None:
        super().__init__(message)
        self.status_code = status_code


class OriginError(QredoSigningError):
    """The request does not go to the environment's origin, so it gets no credentials and is not sent.

    Attributes:
        expected: The origin of the environment, such as `https://api.qredo.network`.
        actual: The origin that the request would have gone to.
    """

    def __init__(self, message: str, *, expected: str, actual: str) -> None:
        super().__init__(message)
        self.expected = expected
        self.actual = actual


class RedirectError(QredoSigningError):
    """The server sent a redirect. The request was sent once; the redirect was not followed.

    A signature holds for one URL only and credentials go to one origin only, so no redirect is ever followed. If the
    target is a server that you trust, configure it: `Environment.custom(...)`.

    Attributes:
        status_code: The HTTP status, such as 302.
        target: Where the server pointed to: scheme, host, port and path, without the query.
    """

    def __init__(self, message: str, *, status_code: int, target: str) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.target = target


class ClockSkewError(QredoSigningError):
    """The server rejected a signature, and its clock is more than an hour from this machine's.

    The request had no effect. Set this machine's clock (NTP); until then every request is rejected.

    Attributes:
        difference: The server's clock minus this machine's, in seconds.
    """

    def __init__(self, message: str, *, difference: float) -> None:
        super().__init__(message)
        self.difference = difference


class OutcomeUnknownError(QredoSigningError):
    """The request was sent, but its outcome is unknown. It may have succeeded, or may still succeed.

    Check with the operation that `outcome` names before you retry; with an idempotency key, calling again with the same
    key is safe. This is not an `httpx.TransportError`, so that no generic wrapper retries it. Where the connection
    failed, the httpx error is the `__cause__`.

    Attributes:
        operation: The operation, such as `transfer.create`; None if the request did not come from a generated client.
        idempotency_key: The key that the request carried, or None.
        outcome: The operation that tells whether it took effect, such as `transfer.get`, or None.
        response: The response that leaves the outcome open, such as a 502 or 504, or None if there was none. It is left
            out when the error is pickled.
        attempts: How many times the request was sent, or tried to be.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str | None,
        idempotency_key: str | None = None,
        outcome: str | None = None,
        response: httpx.Response | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.idempotency_key = idempotency_key
        self.outcome = outcome
        self.response = response
        self.attempts = attempts

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, {**self.__dict__, "response": None})


class InsecureKeyFileWarning(UserWarning):
    """A file with a secret can be read or changed by other users of this machine. `chmod 600` it."""


class DeprecatedEnvironmentWarning(UserWarning):
    """The environment is deprecated by the vendor: `Environment.PLAY`. Move to `Environment.SANDBOX`.

    Not a `DeprecationWarning`, which Python hides by default in library code.
    """


def _rebuild(
    kind: type[QredoSigningError], args: tuple[object, ...], attributes: dict[str, object]
) -> QredoSigningError:
    """Unpickle an error whose constructor takes more than the message (worker pools send errors that way)."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error
