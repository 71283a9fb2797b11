"""Every error and warning that this package raises.

Messages say what was given, why it is wrong and what to do. They never hold an API key, key material, a passphrase,
a signature or a token, and neither do the exceptions that are chained to them.
"""

from __future__ import annotations

__all__ = [
    "AgentTokenError",
    "ConfigurationError",
    "CredentialsError",
    "DeprecatedEnvironmentWarning",
    "EnvironmentMismatchError",
    "InsecureKeyFileWarning",
    "InvalidSignatureError",
    "KeyLoadError",
    "OriginError",
    "QredoSigningError",
    "RedirectError",
    "SignerError",
    "UnsignableError",
]


class QredoSigningError(Exception):
    """Base of all errors of this package. Nothing was sent, unless the subclass says otherwise."""


class ConfigurationError(QredoSigningError, ValueError):
    """An argument or an environment variable that cannot work, found before any request is made."""


class CredentialsError(ConfigurationError):
    """The API key is missing, unreadable, or not something that can stand in a header.

    Give the text of the vendor's `apikey` file as it is, or the path of that file.
    """


class KeyLoadError(ConfigurationError):
    """The RSA key could not be loaded; the message names the cause and the way out.

    Raised for a public key where a private one is needed (and the other way round), a certificate, a key that is not
    RSA or has fewer than 2048 bits, an encrypted key without its passphrase or with a wrong one, and for an empty,
    damaged, unreadable or non-PEM file.
    """


class EnvironmentMismatchError(ConfigurationError):
    """The parts do not belong together, so nothing is sent.

    Raised when the API key is of another kind than the environment takes (a live key on the sandbox, a sandbox key on
    production, an emulator key anywhere but on an emulator), and when the API version has no server for the
    environment. Choose the environment that the key was made for.
    """


class UnsignableError(QredoSigningError, ValueError):
    """The stamp, URL or request is not in the one form that goes over the wire, so a signature could not match it.

    Raised for a URL with userinfo, a fragment, no path, or characters that must be percent-encoded, for a stamp that
    is not plain printable ASCII, and for a request that would be sent to another target than its URL says.
    """


class SignerError(QredoSigningError):
    """The signing object (an HSM, a KMS) answered with something that is not a signature."""


class InvalidSignatureError(QredoSigningError):
    """The signature was not made by this key over this stamp, URL and body. `explain()` shows what was compared."""


class AgentTokenError(QredoSigningError):
    """An agent operation was called without a usable token.

    These operations take an `x-api-zkp` token and neither API key nor signature. Pass `agent_token=`, a callable that
    returns a fresh hexadecimal token each time it is called.
    """


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

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class RedirectError(QredoSigningError):
    """The server answered with a redirect. The request was sent once; the redirect was not followed.

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

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


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
