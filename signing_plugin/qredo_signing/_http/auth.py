"""The httpx adapters: `PartnerAuth` signs with RSA, `QredoAuth` with an HMAC."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from .._environments.environment import Environment
from .._keys.credentials import Credentials
from .._keys.hmac_credentials import HmacCredentials
from .._nonces.serialize import InFlight, in_flight_of
from .._secrecy import without_locals
from .._signature.agent_token import AgentToken
from .._signature.clock import SkewedClock
from .._signature.headers import HMAC_TIMESTAMP
from .._signature.stamps import NonceStamps, Stamp, Timestamps, make_nonces, stamp_kind
from ..errors import ConfigurationError
from .outcomes import refused_the_signature
from .schemes import AgentSigner, HmacSigner, PartnerSigner
from .signing_auth import SigningAuth, check_types

if TYPE_CHECKING:
    from .._nonces.source import NonceSource

__all__ = ["PartnerAuth", "QredoAuth"]


class PartnerAuth(SigningAuth):
    """Signs every request of an `httpx.Client` or `httpx.AsyncClient`, at the moment when it goes out.

        http = httpx.Client(auth=PartnerAuth(credentials, Environment.SANDBOX))

    A request to another origin than the environment's, or over plain http, gets no credentials and is not sent: it
    raises `OriginError`. Leave `follow_redirects` off (httpx's default), or use `connect`, which never follows one. If
    httpx follows redirects by itself, a hop to another origin is stopped before a connection is made, on httpx's own
    transports and on `AiohttpTransport`. A transport that ignores the `trace` extension (httpx-aiohttp, for one) cannot
    be stopped: there the error comes after the answer, and says that the credentials went. See docs/security-notes.md.

    One object can serve many clients, threads and tasks. It signs, and does no more: `connect` also repeats attempts
    and keeps nonces in order, so nonces whose rule is `counter` are for `connect`.
    """

    SCHEME: ClassVar[str] = "partner_signature"

    @without_locals
    def __init__(
        self,
        credentials: Credentials,
        environment: Environment,
        *,
        stamp: Stamp | None = None,
        nonces: NonceSource | None = None,
        serialize: bool = True,
        clock: Callable[[], float] = time.time,
        clock_correction: bool = True,
        agent_token: AgentToken | None = None,
        offload: bool = False,
    ) -> None:
        """Check that key and environment belong together.

        Args:
            credentials: API key and signing key.
            environment: Where requests may go.
            stamp: What makes a signature fresh: `timestamp` (the default), or `nonce` (the default with `nonces=`).
            nonces: Where nonces come from; by default one source for the whole process.
            serialize: Used by `connect`: with nonces, one request of a process is in flight at a time for each source,
                so that nonces arrive in the order of issue.
            clock: Seconds since the epoch; for tests.
            clock_correction: When the server refuses a signature and its clock is more than 5 s from ours, timestamps
                follow its clock from then on, by an hour at most, and the request is signed once more.
            agent_token: Returns a fresh `x-api-zkp` token (hexadecimal) for each attempt at an agent operation. In
                async use it may be a coroutine function.
            offload: In async use, sign in a worker thread instead of holding up the event loop for about a millisecond.

        Raises:
            EnvironmentMismatchError: The API key is not of a kind that the environment takes.
            ConfigurationError: The nonce source is not a usable one, or not with `serialize=False`.
        """
        check_types(credentials, Credentials, environment)
        environment.admit(credentials.kind)
        skewed = SkewedClock(clock)
        stamps: Timestamps | NonceStamps = Timestamps(skewed.now)
        if stamp_kind(stamp, nonces) == "nonce":
            stamps = make_nonces(nonces, clock)
        signers = {
            self.SCHEME: PartnerSigner(credentials, stamps, _line_of(stamps, serialize), offload=offload),
            "agent_token": AgentSigner(agent_token),
        }
        learns = clock_correction and isinstance(stamps, Timestamps)
        super().__init__(
            credentials,
            environment,
            signers,
            skewed,
            clock_header=stamps.header if learns else None,
            refused=refused_the_signature,
        )


class QredoAuth(SigningAuth):
    """Signs requests to the Qredo API v1 with an API secret (HMAC); in all else it is as `PartnerAuth`.

        http = httpx.Client(auth=QredoAuth(hmac_credentials, Environment.SANDBOX))

    The API knows timestamps only. An HMAC takes microseconds, so there is nothing to move to another thread.
    """

    SCHEME: ClassVar[str] = "qredo_signature"

    @without_locals
    def __init__(
        self,
        credentials: HmacCredentials,
        environment: Environment,
        *,
        clock: Callable[[], float] = time.time,
        clock_correction: bool = True,
    ) -> None:
        """Check that key and environment belong together.

        Args:
            credentials: API key and API secret.
            environment: Where requests may go.
            clock: Seconds since the epoch; for tests.
            clock_correction: As for `PartnerAuth`. What this API says of a wrong signature is not published, so any 401
                counts when the server's clock is more than 5 s from ours.

        Raises:
            EnvironmentMismatchError: The API key is not of a kind that the environment takes.
        """
        check_types(credentials, HmacCredentials, environment)
        environment.admit(credentials.kind)
        skewed = SkewedClock(clock)
        super().__init__(
            credentials,
            environment,
            {self.SCHEME: HmacSigner(credentials, Timestamps(skewed.now, HMAC_TIMESTAMP))},
            skewed,
            clock_header=HMAC_TIMESTAMP if clock_correction else None,
            refused=lambda response: True,
        )


def _line_of(stamps: Timestamps | NonceStamps, serialize: bool) -> InFlight | None:
    """The line in which requests wait, if they must arrive in the order in which they were stamped."""
    if stamps.counted and not serialize:
        raise ConfigurationError("serialize=False lets nonces overtake each other, which shuts a 'counter' out")
    return in_flight_of(stamps.source) if serialize and isinstance(stamps, NonceStamps) else None
