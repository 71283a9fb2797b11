"""Sign requests to the Qredo APIs, and send them to one environment only.

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
    from ._connect import connect
    from ._environments.environment import Environment
    from ._http.aiohttp.transport import AiohttpTransport
    from ._http.auth import PartnerAuth, QredoAuth, TokenAuth
    from ._keys.api_key import KeyKind
    from ._keys.approvals import ApprovalKey, ApprovalPublicKeys, verify_approval
    from ._keys.credentials import Credentials
    from ._keys.hmac_credentials import HmacCredentials
    from ._keys.pkcs11 import Pkcs11Signer
    from ._keys.rsa import PrivateKey, PublicKey
    from ._keys.signer import AsyncSigner, Signer
    from ._nonces.redis import RedisNonces
    from ._nonces.source import InProcessNonces, NonceSource
    from ._nonces.sqlite import SQLiteNonces
    from ._shapes.check import check_shapes
    from ._shapes.report import CheckedOperation, ShapeMismatch, ShapeReport
    from ._signature.explanation import Explanation, explain
    from ._signature.hmac_rule import sign_hmac, verify_hmac
    from ._signature.rsa_rule import sign, string_to_sign, verify
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
        TokenError,
        UnsignableError,
    )

__all__ = [
    "AgentTokenError",
    "AiohttpTransport",
    "ApprovalKey",
    "ApprovalPublicKeys",
    "AsyncSigner",
    "CheckedOperation",
    "ClockSkewError",
    "ConfigurationError",
    "Credentials",
    "CredentialsError",
    "DeprecatedEnvironmentWarning",
    "Environment",
    "EnvironmentMismatchError",
    "Explanation",
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
    "ShapeMismatch",
    "ShapeReport",
    "Signer",
    "SignerError",
    "TokenAuth",
    "TokenError",
    "UnsignableError",
    "__version__",
    "check_shapes",
    "connect",
    "errors",
    "explain",
    "sign",
    "sign_hmac",
    "string_to_sign",
    "units",
    "verify",
    "verify_approval",
    "verify_hmac",
]

_NAMES = {
    "_connect": ("connect",),
    "_environments.environment": ("Environment",),
    "_http.aiohttp.transport": ("AiohttpTransport",),
    "_http.auth": ("PartnerAuth", "QredoAuth", "TokenAuth"),
    "_keys.api_key": ("KeyKind",),
    "_keys.approvals": ("ApprovalKey", "ApprovalPublicKeys", "verify_approval"),
    "_keys.credentials": ("Credentials",),
    "_keys.hmac_credentials": ("HmacCredentials",),
    "_keys.pkcs11": ("Pkcs11Signer",),
    "_keys.rsa": ("PrivateKey", "PublicKey"),
    "_keys.signer": ("AsyncSigner", "Signer"),
    "_nonces.redis": ("RedisNonces",),
    "_nonces.source": ("InProcessNonces", "NonceSource"),
    "_nonces.sqlite": ("SQLiteNonces",),
    "_shapes.check": ("check_shapes",),
    "_shapes.report": ("CheckedOperation", "ShapeMismatch", "ShapeReport"),
    "_signature.explanation": ("Explanation", "explain"),
    "_signature.hmac_rule": ("sign_hmac", "verify_hmac"),
    "_signature.rsa_rule": ("sign", "string_to_sign", "verify"),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in {"errors", "units"}:
        return import_module(f".{name}", __name__)
    value = getattr(import_module(f".{_MODULES.get(name, 'errors')}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
