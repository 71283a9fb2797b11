"""Signs requests to the Qredo Partner API and the Qredo API v1, and sends them where they are meant to go.

    from qredo_partner_v1_1 import Client
    from qredo_signing import Credentials, Environment, connect

    credentials = Credentials.from_directory("keys")
    with connect(Client, credentials, Environment.SANDBOX) as client:
        ...

Names are imported when they are first used, so that `import qredo_signing` is cheap, and so that `sign` and `verify`
work where httpx is not installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from . import errors, units
    from ._aiohttp import AiohttpTransport
    from ._auth import PartnerAuth, QredoAuth
    from ._connect import connect
    from ._credentials import Credentials
    from ._environment import Environment
    from ._hmac_credentials import HmacCredentials
    from ._hmac_rule import sign_hmac, verify_hmac
    from ._keys import PrivateKey, PublicKey
    from ._kinds import KeyKind
    from ._nonces import InProcessNonces, NonceSource
    from ._nonces_file import FileNonces
    from ._nonces_redis import RedisNonces
    from ._nonces_sqlite import SQLiteNonces
    from ._pkcs11 import Pkcs11Signer
    from ._rule import Explanation, explain, sign, string_to_sign, verify
    from ._signer import AsyncSigner, Signer
    from .errors import (
        AgentTokenError,
        ClockSkewError,
        ConfigurationError,
        CredentialsError,
        DeprecatedEnvironmentWarning,
        EnvironmentMismatchError,
        InsecureKeyFileWarning,
        InvalidSignatureError,
        KeyLoadError,
        NonceError,
        OriginError,
        OutcomeUnknownError,
        QredoSigningError,
        RedirectError,
        SignerError,
        UnsignableError,
    )

__all__ = [
    "AgentTokenError",
    "AiohttpTransport",
    "AsyncSigner",
    "ClockSkewError",
    "ConfigurationError",
    "Credentials",
    "CredentialsError",
    "DeprecatedEnvironmentWarning",
    "Environment",
    "EnvironmentMismatchError",
    "Explanation",
    "FileNonces",
    "HmacCredentials",
    "InProcessNonces",
    "InsecureKeyFileWarning",
    "InvalidSignatureError",
    "KeyKind",
    "KeyLoadError",
    "NonceError",
    "NonceSource",
    "OriginError",
    "OutcomeUnknownError",
    "PartnerAuth",
    "Pkcs11Signer",
    "PrivateKey",
    "PublicKey",
    "QredoAuth",
    "QredoSigningError",
    "RedirectError",
    "RedisNonces",
    "SQLiteNonces",
    "Signer",
    "SignerError",
    "UnsignableError",
    "__version__",
    "connect",
    "errors",
    "explain",
    "sign",
    "sign_hmac",
    "string_to_sign",
    "units",
    "verify",
    "verify_hmac",
]

_HOMES = {
    "AiohttpTransport": "_aiohttp",
    "AsyncSigner": "_signer",
    "Credentials": "_credentials",
    "Environment": "_environment",
    "Explanation": "_rule",
    "FileNonces": "_nonces_file",
    "HmacCredentials": "_hmac_credentials",
    "InProcessNonces": "_nonces",
    "KeyKind": "_kinds",
    "NonceSource": "_nonces",
    "PartnerAuth": "_auth",
    "Pkcs11Signer": "_pkcs11",
    "PrivateKey": "_keys",
    "PublicKey": "_keys",
    "QredoAuth": "_auth",
    "RedisNonces": "_nonces_redis",
    "SQLiteNonces": "_nonces_sqlite",
    "Signer": "_signer",
    "connect": "_connect",
    "explain": "_rule",
    "sign": "_rule",
    "sign_hmac": "_hmac_rule",
    "string_to_sign": "_rule",
    "verify": "_rule",
    "verify_hmac": "_hmac_rule",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in {"errors", "units"}:
        return import_module(f".{name}", __name__)
    value = getattr(import_module(f".{_HOMES.get(name, 'errors')}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
