"""Environments: where requests go, and which kind of API key is accepted there."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .._diagnostics import warn
from .._keys.api_key import KeyKind
from .._secrecy import brief, without_locals
from ..errors import ConfigurationError, DeprecatedEnvironmentWarning, EnvironmentMismatchError
from .origin import is_loopback, parse_origin

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Environment"]

_VARIABLE = "QREDO_ENVIRONMENT"
_URL_VARIABLE = "QREDO_URL"
_EMULATOR_PREFIX = "emulator:"


@dataclass(frozen=True, slots=True)
class Environment:
    """A server by name, and the kinds of API key that it takes. The base path belongs to the API version.

    Use the constants `PRODUCTION`, `PRODUCTION_TEST` (the production server with a test key, as the vendor documents),
    `SANDBOX` and `PLAY` (deprecated), or make one with `emulator` or `custom`.

    Attributes:
        name: For messages, and for `QREDO_ENVIRONMENT`.
        origin: Scheme, host and port, in lower case and without a default port. Credentials go nowhere else.
        key_kinds: The kinds of API key that are accepted.
        server: Which of an API package's `SERVERS` this is. None for a server that is not among them, such as a
            gateway; it has the path of production's.
        base_path: Overrides the path of that server.
        other_origins: Where API versions are that are not on `origin`; `connect` then uses that one in its place.
        deprecated: What to do instead, when the vendor has deprecated it.
    """

    name: str
    origin: str
    key_kinds: frozenset[KeyKind]
    server: str | None = None
    base_path: str | None = None
    deprecated: str | None = None
    other_origins: frozenset[str] = frozenset()

    PRODUCTION: ClassVar[Environment]
    PRODUCTION_TEST: ClassVar[Environment]
    SANDBOX: ClassVar[Environment]
    PLAY: ClassVar[Environment]

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", parse_origin(self.origin))
        object.__setattr__(self, "key_kinds", frozenset(self.key_kinds))
        if self.is_emulator and len(self.key_kinds) > 1:
            raise ConfigurationError("an environment takes an emulator's keys or real ones, never both")
        if self.base_path is not None and not re.fullmatch(r"/[^?#\x00-\x1f\x7f]*", self.base_path):
            raise ConfigurationError(
                f"base_path is {brief(self.base_path)}: it must start with '/', and have no query or fragment"
            )
        if self.origin.startswith("http://") and not self.is_emulator and not is_loopback(self.origin):
            raise ConfigurationError(
                f"{self.origin} is plain http, which shows API keys to the network: use https (plain http is for "
                "loopback and for emulators)"
            )

    @classmethod
    @without_locals
    def emulator(cls, url: str) -> Environment:
        """An emulator, which takes only the keys that it made itself; plain http is fine anywhere.

        Args:
            url: Where it listens, such as `http://127.0.0.1:8080`.

        Raises:
            ConfigurationError: The URL is not just scheme, host and port.
        """
        return cls("emulator", url, frozenset({KeyKind.EMULATOR}))

    @classmethod
    @without_locals
    def custom(cls, origin: str, *, key_kind: KeyKind, base_path: str | None = None) -> Environment:
        """A server of your own choice, such as a gateway in front of the API.

        Args:
            origin: Scheme, host and port; https, or plain http on loopback.
            key_kind: `KeyKind.LIVE` or `KeyKind.SANDBOX`; a key that does not say its kind is taken as it is.
            base_path: Where the API starts there; by default where it does on production.

        Raises:
            ConfigurationError: The origin, the kind of key or the path is not one of these.
        """
        if key_kind not in {KeyKind.LIVE, KeyKind.SANDBOX}:
            raise ConfigurationError(f"key_kind is {key_kind}: give KeyKind.LIVE or KeyKind.SANDBOX")
        return cls("custom", origin, frozenset({key_kind, KeyKind.UNKNOWN}), base_path=base_path)

    @classmethod
    @without_locals
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Environment:
        """Read the environment that `QREDO_ENVIRONMENT` names; it is required: there is no default environment.

        Its value is `production`, `production_test`, `sandbox`, `play`, or `emulator:` and a URL; or `emulator` alone,
        with the URL in `QREDO_URL`, as the command line has it.

        Args:
            environ: The variables; `os.environ` by default.

        Raises:
            ConfigurationError: The variable is unset or names no environment, or the emulator's URL is missing.
        """
        variables = os.environ if environ is None else environ
        value = variables.get(_VARIABLE, "").strip()
        if value in {"emulator", _EMULATOR_PREFIX}:
            value = _EMULATOR_PREFIX + variables.get(_URL_VARIABLE, "").strip()
        if value == _EMULATOR_PREFIX:
            raise ConfigurationError(f"an emulator needs its URL: set {_URL_VARIABLE}, such as http://127.0.0.1:8080")
        if value.startswith(_EMULATOR_PREFIX):
            return cls.emulator(value.removeprefix(_EMULATOR_PREFIX))
        known = {each.name: each for each in (cls.PRODUCTION, cls.PRODUCTION_TEST, cls.SANDBOX, cls.PLAY)}
        if value not in known:
            given = f"is {brief(value)}" if value else "is not set"
            raise ConfigurationError(f"{_VARIABLE} {given}: set it to one of {', '.join(known)}, or emulator:URL")
        return known[value]

    @property
    def is_emulator(self) -> bool:
        """Whether this is an emulator, which takes no real key."""
        return KeyKind.EMULATOR in self.key_kinds

    def admit(self, kind: KeyKind) -> None:
        """Check that a key of this kind may be used here; also warns when the environment is deprecated.

        Raises:
            EnvironmentMismatchError: It may not.
        """
        if kind not in self.key_kinds:
            raise EnvironmentMismatchError(_mismatch(self, kind))
        if self.deprecated:
            message = f"the environment {self.name!r} is deprecated by the vendor: {self.deprecated}"
            warn(message, DeprecatedEnvironmentWarning)


_LIVE = frozenset({KeyKind.LIVE, KeyKind.UNKNOWN})
_TEST = frozenset({KeyKind.SANDBOX, KeyKind.UNKNOWN})

_V2 = frozenset({"https://api-v2.qredo.network"})

Environment.PRODUCTION = Environment("production", "https://api.qredo.network", _LIVE, "production", other_origins=_V2)
Environment.PRODUCTION_TEST = Environment("production_test", "https://api.qredo.network", _TEST, "production")
Environment.SANDBOX = Environment("sandbox", "https://sandbox-api.qredo.network", _TEST, "sandbox")
Environment.PLAY = Environment(
    "play", "https://play-api.qredo.network", _TEST, "play", deprecated="use Environment.SANDBOX"
)

_FITTING = {
    KeyKind.LIVE: "Environment.PRODUCTION",
    KeyKind.SANDBOX: "Environment.SANDBOX or Environment.PRODUCTION_TEST",
}


def _mismatch(environment: Environment, kind: KeyKind) -> str:
    where = f"the environment {environment.name!r} ({environment.origin})"
    if environment.is_emulator:
        return f"{where} takes only the keys that the emulator made itself: qredo-emulator --keys DIR writes them"
    if kind is KeyKind.EMULATOR:
        return f"{where} takes no emulator's API key: use Environment.emulator(url), or a key of the real service"
    fitting = _FITTING.get(kind, "another environment")
    return f"{where} does not take a {kind} API key: choose {fitting}, or the key that was made for this environment"
