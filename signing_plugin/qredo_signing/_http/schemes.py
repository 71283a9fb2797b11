"""The table of security schemes, `SCHEMES`: `connect`, the auth and the CLI read it. Loads no HTTP library.

A new scheme is one class here and one class of credentials; the docstring of `Scheme` says how.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .._keys.credentials import BaseCredentials, Credentials
from .._keys.signer import is_async_signer, sync_signer
from .._nonces.serialize import InFlight, in_flight_of
from .._secrecy import clear_frames
from .._signature.agent_token import AgentTokens
from .._signature.clock import SkewedClock
from .._signature.headers import (
    AGENT_TOKEN,
    API_KEY,
    NONCE,
    SIGNATURE,
    TIMESTAMP,
)
from .._signature.rsa_rule import encode_signature, make_signature, sign, string_to_sign
from .._signature.stamps import NonceStamps, Timestamps, make_nonces, stamp_kind
from ..errors import ConfigurationError
from .hmac_schemes import HmacScheme, TokenSignatureScheme
from .scheme import Scheme, SigningOptions, StampedScheme
from .token_scheme import TokenScheme

if TYPE_CHECKING:
    import httpx

__all__ = ["DEFAULT_SCHEME", "SCHEMES", "schemes_for"]


class PartnerScheme(StampedScheme):
    """API key and RSA signature of the Partner API."""

    name = "partner_signature"
    credentials = Credentials
    auth = "PartnerAuth"
    proof, parts = "rsa", "API key and RSA key"
    api_key_header, signature_header = API_KEY, SIGNATURE
    timestamp_header, nonce_header = TIMESTAMP, NONCE
    options = ("stamp", "nonces", "serialize", "agent_token", "offload")

    @classmethod
    def signature(cls, credentials: Credentials, stamp: str, method: str, url: str, body: bytes) -> str:
        """Sign the parts of a request; the method is not signed."""
        return sign(credentials.signer, stamp, url, body)

    def __init__(self, credentials: Credentials, options: SigningOptions) -> None:
        # Loads cryptography. The credentials have loaded it by now; a reader of the table must not.
        from .._keys.rsa import PrivateKey

        clock = SkewedClock(options.clock)
        if stamp_kind(options.stamp, options.nonces) == "nonce":
            nonces = make_nonces(options.nonces, options.clock)
            super().__init__(credentials, nonces, None, _line_of(nonces, options.serialize))
        else:
            super().__init__(credentials, Timestamps(clock.now), clock if options.clock_correction else None)
        signer = credentials.signer
        self._key = signer
        # Looked up once: finding out what kind of signer it is takes longer than all else in `sign`.
        self._async_signer = signer if is_async_signer(signer) else None
        self._signer = sync_signer(signer) if self._async_signer is None else None
        self._offload = options.offload
        self._computes = isinstance(signer, PrivateKey)

    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        """Stamp and sign; an async signer is awaited."""
        if self._async_signer is None:
            await super().async_sign(request, url)
            return
        try:
            await self._run(partial(self._stamp, request), self._stamps.blocks)
            stamp = request.headers[self._stamps.header]
            # Message and signature are not put in local variables: error trackers record those.
            self._put(
                request,
                encode_signature(
                    await self._async_signer.sign(string_to_sign(stamp, url.decode(), request.content)),
                ),
            )
        except BaseException as error:
            clear_frames(error)
            if self.line is None:
                await self.async_return_unused(request)
            raise

    def _seal(self, request: httpx.Request, url: bytes, stamp: str) -> None:
        signer = self._signer or sync_signer(self._key)  # raises `SignerError`: an async signer in sync use
        self._put(request, make_signature(signer, stamp, url, request.content))

    def _put(self, request: httpx.Request, signature: str) -> None:
        request.headers[API_KEY] = self._credentials.api_key
        request.headers[SIGNATURE] = signature

    def _is_refusal(self, response: httpx.Response) -> bool:
        from .outcomes import refused_the_signature

        return refused_the_signature(response)


class AgentScheme(Scheme):
    """A fresh token for each request of an agent operation, and nothing else."""

    name = "agent_token"
    credentials = Credentials
    proof, signature_header = "agent", AGENT_TOKEN

    def __init__(self, credentials: Credentials, options: SigningOptions) -> None:
        self._tokens = AgentTokens(options.agent_token)

    def sign(self, request: httpx.Request, url: bytes) -> None:
        """Put a fresh token on a request. Raises `AgentTokenError`."""
        request.headers[AGENT_TOKEN] = self._tokens.next()

    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        """Do what `sign` does; the token may be awaited."""
        request.headers[AGENT_TOKEN] = await self._tokens.anext()


class NoScheme(Scheme):
    """Of an operation that anyone may call (`security: []`): its request goes out without credentials.

    Every auth has it, beside the schemes of its credentials. What else the auth does stays: the request goes to the
    environment's origin only, and credentials that are on it are removed.
    """

    name = ""
    credentials = BaseCredentials
    proof, signature_header = "none", ""

    def __init__(self, credentials: BaseCredentials, options: SigningOptions) -> None:
        """Take nothing: there is nothing to sign with."""

    def sign(self, request: httpx.Request, url: bytes) -> None:
        """Put nothing on a request."""

    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        """Put nothing on a request."""


SCHEMES: dict[str, type[Scheme]] = {
    scheme.name: scheme for scheme in (PartnerScheme, AgentScheme, HmacScheme, TokenScheme, TokenSignatureScheme)
}
DEFAULT_SCHEME: type[Scheme] = PartnerScheme
"""Of a request to a URL where no API is named."""


def schemes_for(credentials: type[BaseCredentials]) -> list[type[Scheme]]:
    """Return the schemes of an auth that has credentials of this class: those of the table, and none."""
    return [NoScheme, *(scheme for scheme in SCHEMES.values() if scheme.credentials is credentials)]


def _line_of(nonces: NonceStamps, serialize: bool) -> InFlight | None:
    """Return the line in which requests wait, if they must arrive in the order in which they were stamped."""
    if nonces.counted and not serialize:
        raise ConfigurationError(
            "serialize=False lets nonces overtake each other, and a service that counts then rejects all later ones: "
            "leave serialize= out"
        )
    return in_flight_of(nonces.source) if serialize else None
