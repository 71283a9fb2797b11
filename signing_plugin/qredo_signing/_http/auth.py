"""The auths for httpx: `PartnerAuth` signs with RSA, `QredoAuth` with an HMAC, `TokenAuth` gets a token."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from .._secrecy import without_locals
from ..errors import ConfigurationError
from .hmac_schemes import HmacScheme
from .scheme import SigningOptions
from .schemes import PartnerScheme
from .signing_auth import SigningAuth
from .token_scheme import TokenScheme

if TYPE_CHECKING:
    from .._environments.environment import Environment
    from .._keys.credentials import Credentials
    from .._keys.hmac_credentials import HmacCredentials
    from .._nonces.source import NonceSource
    from .._signature.agent_token import AgentToken
    from .._signature.stamps import Stamp

__all__ = ["PartnerAuth", "QredoAuth", "TokenAuth"]


class PartnerAuth(SigningAuth):
    """Signs every request of an `httpx.Client` or `httpx.AsyncClient`, at the moment when it goes out.

        http = httpx.Client(auth=PartnerAuth(credentials, Environment.SANDBOX))

    A request to another origin than the environment's, or over plain http, gets no credentials and is not sent: it
    raises `OriginError`. Leave `follow_redirects` off (httpx's default), or use `connect`, which never follows one. If
    httpx follows redirects by itself, a hop to another origin is stopped before a connection is made, on httpx's own
    transports and on `AiohttpTransport`. A transport that ignores the `trace` extension (httpx-aiohttp, for one) cannot
    be stopped: there the error comes after the response, and says that the credentials went. See
    docs/security-notes.md.

    One object can serve many clients, threads and tasks. It signs, and does no more: `connect` also retries and
    keeps nonces in order, so nonces whose rule is `counter` are for `connect`.
    """

    SCHEME: ClassVar[str] = PartnerScheme.name

    @without_locals  # `agent_token` may be the token itself, by mistake
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
        options = SigningOptions(
            clock=clock,
            clock_correction=clock_correction,
            stamp=stamp,
            nonces=nonces,
            serialize=serialize,
            agent_token=agent_token,
            offload=offload,
        )
        super().__init__(credentials, environment, options)


class QredoAuth(SigningAuth):
    """Signs requests to the Qredo API v1 with an API secret (HMAC). Otherwise it works like `PartnerAuth`.

        http = httpx.Client(auth=QredoAuth(hmac_credentials, Environment.SANDBOX))

    The API knows timestamps only. An HMAC takes microseconds, so there is nothing to move to another thread.
    """

    SCHEME: ClassVar[str] = HmacScheme.name

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
        options = SigningOptions(clock=clock, clock_correction=clock_correction)
        super().__init__(credentials, environment, options)


class TokenAuth(SigningAuth):
    """Gets a token of the Qredo API v2, and puts it on every request. Otherwise it works like `PartnerAuth`.

        http = httpx.Client(auth=TokenAuth(hmac_credentials, environment, workspace_id="2ZDgLmOIYRLFXx1RtNYfF3Va7nu"))

    The token is fetched when the first request needs it, refreshed after half of its life, and fetched again after a
    401: once for all threads and tasks that share the object, also in processes that are forked later. It is for one
    workspace. If the path of a request names another one, or there is no token, the request is not sent: `TokenError`.
    """

    SCHEME: ClassVar[str] = TokenScheme.name

    def __init__(
        self,
        credentials: HmacCredentials,
        environment: Environment,
        *,
        workspace_id: str,
        base_path: str = "/api/v2",
        clock: Callable[[], float] = time.time,
        clock_correction: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Check that key and environment belong together. Nothing is sent yet.

        Args:
            credentials: API key and API secret.
            environment: Where requests may go.
            workspace_id: The workspace that the token is for.
            base_path: Where the API starts on its server.
            clock: Seconds since the epoch; for tests.
            clock_correction: As for `QredoAuth`, for the one request that is signed.
            monotonic: Seconds that only go up, by which a token's life is measured; for tests.

        Raises:
            EnvironmentMismatchError: The API key is not of a kind that the environment takes.
            ConfigurationError: There is no workspace id, or it cannot stand in a path.
        """
        if workspace_id is None:
            raise ConfigurationError("a token is for one workspace: pass workspace_id=, the id in the web app's URL")
        options = SigningOptions(
            clock=clock,
            clock_correction=clock_correction,
            workspace_id=workspace_id,
            base_path=base_path,
            monotonic=monotonic,
        )
        super().__init__(credentials, environment, options)
