"""The auth that belongs to an API version: which credentials it takes, and what makes its requests fresh."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from .._environments.base_url import title_of
from .._environments.environment import Environment
from .._keys.credentials import BaseCredentials
from .._nonces.source import NonceSource
from .._signature.stamps import Stamp, stamp_kind
from ..errors import ConfigurationError
from . import auth
from .arguments import class_name, wrong_class
from .scheme import Scheme, SigningOptions
from .schemes import SCHEMES
from .signing_auth import SigningAuth

if TYPE_CHECKING:
    from .._client_protocols import ClientInfo

__all__ = ["check_client_class", "check_credentials", "make_auth"]

_COMMON = ("clock", "clock_correction")
_INTERNAL = ("base_path", "monotonic")
"""What the user of `connect` does not say."""


def check_client_class(api: object) -> None:
    """Raise `TypeError` unless this is the client class of an API package."""
    if isinstance(api, type) and all(hasattr(api, name) for name in ("API", "SECURITY", "SERVERS")):
        return
    if isinstance(api, ModuleType):
        given, what_to_do = f"the module {api.__name__}", f"pass its class: {api.__name__}.Client or .AsyncClient"
    elif isinstance(api, (BaseCredentials, Environment)):
        given, what_to_do = class_name(api), "the order is connect(Client, credentials, environment)"
    else:
        given, what_to_do = class_name(api), "import Client or AsyncClient from a package such as qredo_partner_v1_1"
    raise TypeError(f"client_class must be the client class of an API package, got {given}: {what_to_do}")


def check_credentials(api: type[ClientInfo], credentials: object) -> None:
    """Raise unless an API version takes credentials of this class.

    Raises:
        ConfigurationError: It takes others, or is secured by a scheme that is not known here.
        TypeError: They are no credentials at all.
    """
    scheme = _scheme_of(api)
    kind = scheme.credentials
    if isinstance(credentials, kind):
        return
    if not isinstance(credentials, BaseCredentials):
        raise TypeError(wrong_class("credentials", kind, credentials))
    raise ConfigurationError(
        f"{title_of(api)} takes {kind.__name__} ({scheme.parts}), but these are {type(credentials).__name__}: load "
        f"them with {kind.__name__}.from_directory or .from_environment, or connect the API version that they were "
        "made for"
    )


def make_auth(
    api: type[ClientInfo], credentials: Any, environment: Environment, options: SigningOptions
) -> SigningAuth:
    """Make the auth of an API version. The credentials are of its class.

    Raises:
        ConfigurationError: An option does not apply to this version, or its stamps need another one.
        EnvironmentMismatchError: The API key is not of a kind that the environment takes.
    """
    scheme = _scheme_of(api)
    if excess := _not_applicable(options, scheme):
        raise ConfigurationError(
            f"{title_of(api)} takes {scheme.parts}: leave out {', '.join(excess)}, which other APIs take"
        )
    given = {name: getattr(options, name) for name in (*_COMMON, *scheme.options)}
    if "workspace_id" in given:
        given["base_path"] = options.base_path
    if scheme.nonce_header is not None:
        given["stamp"] = _check_stamps(api, options)
    auth_class: Any = getattr(auth, scheme.auth)
    made: SigningAuth = auth_class(credentials, environment, **given)
    return made


def _scheme_of(api: type[ClientInfo]) -> type[Scheme]:
    known = {name: scheme for name, scheme in SCHEMES.items() if scheme.auth}
    if api.SECURITY not in known:
        raise ConfigurationError(
            f"{title_of(api)} is secured by {api.SECURITY!r}, which connect() cannot do; it can do " + ", ".join(known)
        )
    return known[api.SECURITY]


def _not_applicable(options: SigningOptions, scheme: type[Scheme]) -> list[str]:
    """Return the names of options, as arguments, that were changed and do not apply to a scheme."""
    usual = SigningOptions()
    names = [name for name in SigningOptions._fields if name not in (*_COMMON, *_INTERNAL, *scheme.options)]
    return [f"{name}=" for name in names if getattr(options, name) is not getattr(usual, name)]


def _check_stamps(api: type[ClientInfo], options: SigningOptions) -> Stamp:
    """Return the kind of stamp, which is one that the version takes."""
    stamp = stamp_kind(options.stamp, options.nonces, api.STAMPS)
    if stamp not in api.STAMPS:
        raise ConfigurationError(f"{title_of(api)} takes no {stamp}: pass stamp={api.STAMPS[0]!r}, or leave stamp= out")
    if api.NONCE_RULE is not None:
        _check_rule(api, options.nonces)
    return stamp


def _check_rule(api: type[ClientInfo], nonces: NonceSource | None) -> None:
    """Raise unless the source keeps the rule that the version has for its nonces."""
    if api.NONCE_RULE != "counter":
        raise ConfigurationError(f"{title_of(api)} has the nonce rule {api.NONCE_RULE!r}, which is not known here")
    rule = getattr(nonces, "rule", "clock")
    if nonces is None:
        wrong = "and no nonces= are given"
    elif rule != "counter":
        wrong = f"but these have the rule {rule!r}, whose numbers would block its counter for good"
    elif not getattr(nonces, "persistent", True):
        wrong = f"but {type(nonces).__name__} forgets where it stood when this process ends"
    else:
        return
    raise ConfigurationError(
        f"{title_of(api)} takes only nonces that go up by exactly one with each request, {wrong}. Pass "
        "nonces=SQLiteNonces(path, rule='counter') (or RedisNonces), a counter that is made once by "
        "SQLiteNonces(path, rule='counter').initialise(start), where start is the nonce that the service expects next. "
        "All processes with this API key share that counter. Nothing was sent"
    )
