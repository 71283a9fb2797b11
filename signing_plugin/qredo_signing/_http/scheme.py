"""`Scheme`, the base class of the security schemes: what puts credentials on a request. Loads no HTTP library."""

from __future__ import annotations

import math
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from .._nonces.lock_wait import LATEST
from .._nonces.own_thread import run_in_own_thread
from .._secrecy import clear_frames
from .._signature.clock import SkewedClock
from .._signature.stamps import NonceStamps, Timestamps
from .attempt import CURRENT
from .threads import finish, in_thread

if TYPE_CHECKING:
    import httpx

    from .._keys.credentials import BaseCredentials
    from .._nonces.serialize import InFlight, Ticket
    from .._nonces.source import NonceSource
    from .._signature.agent_token import AgentToken
    from .._signature.stamps import Stamp

__all__ = ["Scheme", "SigningOptions", "StampedScheme"]


class SigningOptions(NamedTuple):
    """How requests are signed, as `connect` or an auth was told; `PartnerAuth` explains each."""

    clock: Callable[[], float] = time.time
    clock_correction: bool = True
    stamp: Stamp | None = None
    nonces: NonceSource | None = None
    serialize: bool = True
    agent_token: AgentToken | None = None
    offload: bool = False
    workspace_id: str | None = None
    base_path: str = ""
    monotonic: Callable[[], float] = time.monotonic


class Scheme(ABC):
    """Puts the credentials of one security scheme on requests.

    To add a scheme, derive from this class, set the class attributes, implement `sign` and `async_sign`, and enter the
    class in `SCHEMES` (`_http/schemes.py`). `connect`, the CLI and the auth find it there by its name, which is the one
    in the API's description. New credentials are a class of their own beside `Credentials`. For each attempt the auth
    checks where the request goes, removes credential headers that are on it, and calls `sign`.

    A scheme that has to send requests of its own overrides `prepare`, a generator like `httpx.Auth.auth_flow`. It does
    no I/O: it yields a request and is given the response, read to its end, in sync and in async use alike. So a
    scheme whose token comes from the service, is kept and is refreshed looks like this:

        def prepare(self, request):
            if self._token is None or self._token.expires < self._clock():
                own = httpx.Request("POST", request.url.join("/api/v2/token"))
                self._put_hmac(own)                  # signs it
                self._token = parse((yield own))   # raise an error of this package if there is none

        def sign(self, request, url):
            request.headers["x-token"] = self._token.text

        def renew(self, request, response, offset):
            self._token = None                       # refused early: `prepare` gets another one, once
            return True

    `TokenScheme` is one. It also keeps calls that need the same token in a line (`ticket`), so that one of them asks.

    The auth sends what `prepare` yields over the same transport, with the same timeout and the same guard as the
    request that it is for, and refuses it if it would go to another origin.

    Attributes:
        name: The scheme's name in descriptions and in `SECURITY` of a generated client.
        credentials: The class of the credentials that it takes.
        auth: Name of the class in `_http/auth.py` that signs the requests of an API that is secured by this scheme;
            empty for a scheme of single operations, which that of the same credentials brings along.
        parts: What the credentials consist of, for messages.
        api_key_header: The header with the API key, or None.
        signature_header: The header with the signature or the token.
        timestamp_header: The header with a timestamp, or None.
        nonce_header: The header with a nonce, or None.
        proof: What proves who sends a request: a signature with an RSA key, an HMAC with a secret, a token that the
            service gave, one that an agent makes, or nothing.
        options: Names of the fields of `SigningOptions` that apply beside the clock.
        line: Where requests wait for their turn, if they must arrive in the order in which they were stamped.
        counted: Whether requests carry numbers that must follow each other without a gap.
        may_renew: Whether a request that got a 401 may be worth another signature: see `renew`.
        offset: Seconds by which timestamps are corrected now.
    """

    name: ClassVar[str]
    credentials: ClassVar[type[BaseCredentials]]
    auth: ClassVar[str] = ""
    parts: ClassVar[str] = ""
    api_key_header: ClassVar[str | None] = None
    signature_header: ClassVar[str]
    timestamp_header: ClassVar[str | None] = None
    nonce_header: ClassVar[str | None] = None
    proof: ClassVar[Literal["rsa", "hmac", "token", "agent", "none"]]
    options: ClassVar[tuple[str, ...]] = ()

    line: InFlight | None = None
    counted: bool = False
    may_renew: bool = False
    offset: float = 0.0

    @abstractmethod
    def __init__(self, credentials: Any, options: SigningOptions) -> None:
        """Take credentials of the scheme's class, and the options that apply. Called once for each auth."""

    @classmethod
    def signature(cls, credentials: Any, stamp: str, method: str, url: str, body: bytes) -> str:
        """Return the signature over the parts of a request, without a request, for `qredo sign`.

        Raises:
            NotImplementedError: The scheme signs nothing by itself: it sends a token.
        """
        raise NotImplementedError(f"{cls.name} has no signature")

    def ticket(self, request: httpx.Request) -> Ticket | None:
        """Return a place in the line of requests that wait while another one is prepared, or None if it need not wait.

        The auth sets its `is_done` after the preparation, and calls `leave`.
        """
        return None

    def wait(self, request: httpx.Request, ticket: Ticket) -> None:  # noqa: B027 - most have no line
        """Wait for the turn of a request that has a ticket."""

    async def async_wait(self, request: httpx.Request, ticket: Ticket) -> None:  # noqa: B027
        """Do what `wait` does, for an async client."""

    def leave(self) -> None:  # noqa: B027
        """Let the next request be prepared."""

    def prepare(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None] | None:
        """Yield the requests that must be answered before this one can be signed; None, unless overridden, for none.

        The auth reads nothing into the responses: check their status here.
        """
        return None

    @abstractmethod
    def sign(self, request: httpx.Request, url: bytes) -> None:
        """Put the credentials on a request that is about to go out; `url` is its URL as it goes over the wire."""

    @abstractmethod
    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        """Do what `sign` does, for an async client."""

    def renew(self, request: httpx.Request, response: httpx.Response, offset: float) -> bool:
        """Decide whether a request that got a 401 is signed and sent once more.

        Args:
            request: The request, with the stamp that was sent.
            response: The 401, read to its end.
            offset: What `offset` was before the request was signed.
        """
        return False

    def return_unused(self, request: httpx.Request) -> None:  # noqa: B027 - most have nothing to return
        """Take the stamp of a request that was never sent, so that a number without gaps is issued again."""

    async def async_return_unused(self, request: httpx.Request) -> None:  # noqa: B027
        """Do what `return_unused` does, for an async client."""

    async def advance(self) -> None:  # noqa: B027 - most have no line
        """Let the next request in the line go."""


class StampedScheme(Scheme):
    """A stamp, and a signature over it. The stamp in a request's header is the one that was issued for it last."""

    _offload = _computes = False

    def __init__(
        self,
        credentials: BaseCredentials,
        stamps: Timestamps | NonceStamps,
        clock: SkewedClock | None,
        line: InFlight | None = None,
    ) -> None:
        """Take what stamps the requests.

        Args:
            credentials: With the API key.
            stamps: Makes the stamps.
            clock: The clock behind timestamps, if it is to follow the server's.
            line: Where requests wait for their turn.
        """
        self._credentials = credentials
        self._stamps = stamps
        self._clock = clock
        self.counted = stamps.counted
        self.line = line
        self.may_renew = clock is not None

    @property
    def offset(self) -> float:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        """Seconds by which timestamps are corrected now."""
        return 0.0 if self._clock is None else self._clock.offset

    @abstractmethod
    def _seal(self, request: httpx.Request, url: bytes, stamp: str) -> None:
        """Put key and signature on a request with this stamp."""

    def sign(self, request: httpx.Request, url: bytes) -> None:
        """Stamp and sign. A nonce is returned to its source if there is no signature."""
        try:
            self._seal(request, url, self._stamp(request))
        except BaseException as error:
            clear_frames(error)
            if self.line is None:  # otherwise that is done when the request leaves the line
                self.return_unused(request)
            raise

    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        """Stamp and sign, in a thread if that takes long. A nonce is returned if this fails or is cancelled."""
        try:
            # The stamp is drawn inside the thread too: a request that waits for a free thread must not grow old.
            await self._run(partial(self.sign, request, url), self._offload or self._stamps.blocks)
        except BaseException:
            if self.line is None:
                await self.async_return_unused(request)
            raise

    def renew(self, request: httpx.Request, response: httpx.Response, offset: float) -> bool:
        """Correct the clock, if that may be why the signature was refused."""
        from .dates import parse_http_date

        date, stamp = parse_http_date(response.headers.get("date")), request.headers.get(self._stamps.header)
        if self._clock is None or date is None or stamp is None or not self._is_refusal(response):
            return False
        return self._clock.learn(date, int(stamp), offset)

    def _is_refusal(self, response: httpx.Response) -> bool:
        """Whether a 401 may be for the signature, and not for the API key."""
        return True

    def return_unused(self, request: httpx.Request) -> None:
        """Return the stamp of a request that was never sent, if it has one."""
        stamp = request.headers.get(self._stamps.header)
        if stamp is not None:
            self._stamps.return_unused(stamp)  # before it is forgotten: a signal may come in between
            request.headers.pop(self._stamps.header, None)

    async def async_return_unused(self, request: httpx.Request) -> None:
        """Do what `return_unused` does, for an async client."""
        await self._run(partial(self.return_unused, request), self._stamps.blocks)

    def _stamp(self, request: httpx.Request) -> str:
        if not self._stamps.blocks:
            return self._draw(request)
        attempt = CURRENT.get()
        before = LATEST.set(math.inf if attempt is None or attempt.deadline is None else attempt.deadline)
        try:
            return self._draw(request)
        finally:
            LATEST.reset(before)

    def _draw(self, request: httpx.Request) -> str:
        if self.counted and threading.current_thread() is threading.main_thread():
            self._stamp_in_thread(request)
            return request.headers[self._stamps.header]
        stamp = request.headers[self._stamps.header] = self._stamps.next()
        return stamp

    def _stamp_in_thread(self, request: httpx.Request) -> None:
        """Draw a number where no signal handler runs: one that raises between drawing and keeping would lose it."""
        attempt = CURRENT.get()
        ticket = None if attempt is None else attempt.ticket

        def draw() -> None:
            if ticket is None:
                request.headers[self._stamps.header] = self._stamps.next()
            elif ticket.begin_drawing():
                try:
                    request.headers[self._stamps.header] = self._stamps.next()
                finally:
                    ticket.is_drawing = False
                    if ticket.is_done and self.line is not None:  # the call was interrupted meanwhile
                        self.line.advance()

        run_in_own_thread(draw)

    async def advance(self) -> None:
        """Let the next request go; in a thread if a number may be returned to a store meanwhile."""
        if self.line is None:
            return
        if self.counted:
            await self._run(self.line.advance, self._stamps.blocks)
        else:
            self.line.advance()

    async def _run(self, function: Callable[[], object], takes_long: bool) -> None:
        if not takes_long:
            function()
            return
        # What waits for a disk or a network must not occupy the few threads that compute signatures.
        computes = self._computes and not self._stamps.blocks
        if self._stamps.counted:  # a number that was issued must not get lost by a cancellation
            await finish(partial(in_thread, function, computes=computes))
        else:
            await in_thread(function, computes=computes)
