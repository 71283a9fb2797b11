"""The auth that belongs to an API version: which credentials it takes, and what makes its requests fresh."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from .._environments.environment import Environment
from .._keys.credentials import BaseCredentials, Credentials
from .._keys.hmac_credentials import HmacCredentials
from .._nonces.source import NonceSource
from .._signature.agent_token import AgentToken
from .._signature.stamps import Stamp, stamp_kind
from ..errors import ConfigurationError
from .auth import PartnerAuth, QredoAuth
from .signing_auth import SigningAuth

if TYPE_CHECKING:
    from .._client_protocols import ClientInfo

__all__ = ["PartnerOptions", "check_credentials", "make_auth"]

_KINDS: dict[str, type[BaseCredentials]] = {PartnerAuth.SCHEME: Credentials, QredoAuth.SCHEME: HmacCredentials}
_PARTS = {Credentials: "API key and RSA key", HmacCredentials: "API key and API secret"}


class PartnerOptions(NamedTuple):
    """What `connect` is given for an API that is signed with RSA; `PartnerAuth` explains each."""

    stamp: Stamp | None = None
    nonces: NonceSource | None = None
    serialize: bool = True
    agent_token: AgentToken | None = None
    offload: bool = False

    @property
    def given(self) -> list[str]:
        """The names of those that are not as they are by default, as arguments."""
        usual = PartnerOptions()._asdict()
        return [f"{name}=" for name, value in self._asdict().items() if value is not usual[name]]


def check_credentials(api: type[ClientInfo], credentials: object) -> None:
    """Raise unless an API version takes credentials of this kind.

    Raises:
        ConfigurationError: It takes others, or is secured in a way that is not known here.
        TypeError: They are no credentials at all.
    """
    if api.SECURITY not in _KINDS:
        raise ConfigurationError(
            f"{_title(api)} is secured by {api.SECURITY!r}, which connect() cannot do; it can do " + ", ".join(_KINDS)
        )
    kind = _KINDS[api.SECURITY]
    if isinstance(credentials, kind):
        return
    given = type(credentials).__name__
    if not isinstance(credentials, BaseCredentials):
        raise TypeError(f"credentials must be {kind.__name__}, got {given}")
    raise ConfigurationError(
        f"{_title(api)} takes {kind.__name__} ({_PARTS[kind]}), but these are {given}: load them with "
        f"{kind.__name__}.from_directory or .from_environment, or connect the API version that they were made for"
    )


def make_auth(
    api: type[ClientInfo],
    credentials: Any,
    environment: Environment,
    options: PartnerOptions,
    *,
    clock: Callable[[], float],
    clock_correction: bool,
) -> SigningAuth:
    """Make the auth of an API version. The credentials are of its kind.

    Raises:
        ConfigurationError: An option makes no sense for this version, or its stamps need another one.
        EnvironmentMismatchError: The API key is not of a kind that the environment takes.
    """
    if api.SECURITY == QredoAuth.SCHEME:
        if options.given:
            raise ConfigurationError(
                f"{_title(api)} is signed with an API secret and a timestamp: leave out {', '.join(options.given)}, "
                "which are for APIs that are signed with an RSA key"
            )
        return QredoAuth(credentials, environment, clock=clock, clock_correction=clock_correction)
    return PartnerAuth(
        credentials,
        environment,
        stamp=_check_stamps(api, options),
        nonces=options.nonces,
        serialize=options.serialize,
        clock=clock,
        clock_correction=clock_correction,
        agent_token=options.agent_token,
        offload=options.offload,
    )


def _check_stamps(api: type[ClientInfo], options: PartnerOptions) -> Stamp:
    """Return the kind of stamp, which is one that the version takes."""
    stamp = stamp_kind(options.stamp, options.nonces, api.STAMPS)
    if stamp not in api.STAMPS:
        raise ConfigurationError(f"{_title(api)} takes no {stamp}: pass stamp={api.STAMPS[0]!r}, or leave stamp= out")
    if api.NONCE_RULE is not None:
        _check_rule(api, options.nonces)
    return stamp


def _check_rule(api: type[ClientInfo], nonces: NonceSource | None) -> None:
    """Raise unless the source keeps the rule that the version has for its nonces."""
    if api.NONCE_RULE != "counter":
        raise ConfigurationError(f"{_title(api)} has the nonce rule {api.NONCE_RULE!r}, which is not known here")
    rule = getattr(nonces, "rule", "clock")
    if nonces is None:
        wrong = "and no nonces= are given"
    elif rule != "counter":
        wrong = f"but these have the rule {rule!r}, whose numbers would shut its counter out for good"
    elif not getattr(nonces, "persistent", True):
        wrong = f"but {type(nonces).__name__} forgets where it stood when this process ends"
    else:
        return
    raise ConfigurationError(
        f"{_title(api)} takes only nonces that go up by exactly one with each request, {wrong}. Pass "
        "nonces=SQLiteNonces(path, rule='counter') (or RedisNonces), a counter that is made once by "
        "SQLiteNonces(path, rule='counter').initialise(start), where start is the nonce that the service waits for; "
        "see docs/nonces.md. Nothing was sent"
    )


def _title(api: type[ClientInfo]) -> str:
    return " ".join(api.API)
