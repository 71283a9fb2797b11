"""The scheme of the Qredo API v2: an HMAC once for a token, then the token. Loads no HTTP library.

The call that finds the token past half of its life refreshes it, and the others go on with the old one meanwhile. Where
no token can be used (there is none yet, it has ended, the service refused it), calls wait in a line, in threads and in
tasks of any event loop, for the one that asks. Processes that were forked from the one that made the client take turns
too: who is first in its process's line takes the lock of `SharedToken`, and asks unless there is another token by then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote

from .._keys.hmac_credentials import HmacCredentials
from .._nonces.serialize import Ticket, in_flight_of
from .._signature.headers import TOKEN
from .._signature.workspace_token import WorkspaceToken, read_token
from ..errors import ConfigurationError, NonceError, TokenError
from .attempt import CURRENT
from .dates import parse_http_date
from .hmac_schemes import TokenSignatureScheme
from .scheme import Scheme, SigningOptions

if TYPE_CHECKING:
    import httpx

__all__ = ["TokenScheme"]

_ID = "[A-Za-z0-9_-]+"
_PAUSE = 30.0
"""Seconds until the next refresh after one that failed, while the old token is good."""
_LONGEST_WAIT = 10.0
"""Seconds to wait for a forked process that asks, at most. It may be stopped."""


class TokenScheme(Scheme):
    """The token of a workspace, on every call of the Qredo API v2 but the one that makes it."""

    name = "qredo_token"
    credentials = HmacCredentials
    auth = "TokenAuth"
    proof, parts = "token", "API key and API secret"
    signature_header = TOKEN
    options = ("workspace_id",)
    may_renew = True

    def __init__(self, credentials: HmacCredentials, options: SigningOptions) -> None:
        self._signature = TokenSignatureScheme(credentials, options)
        self._workspace = _checked(options.workspace_id)
        self._base_path = options.base_path.rstrip("/")
        self._clock, self._now = options.clock, options.monotonic
        self._token: WorkspaceToken | None = None
        self._paused_until = -math.inf
        if self._workspace is not None:  # the auth of an API without tokens has this scheme too
            from .shared_token import SharedToken  # most programs have no such auth

            self._shared = SharedToken()
            self._seen = self._shared.stamp
        self._line = in_flight_of(self)
        self._asking: httpx.Request | None = None

    def ticket(self, request: httpx.Request) -> Ticket | None:
        """Return a place in the line, unless the token is good, not due for a refresh, and the newest that there is."""
        if self._asking is request:  # in an earlier attempt
            self._asking = None
        if self._workspace is None or (self._is_fresh() and self._seen == self._shared.stamp):
            return None
        return Ticket(self._shared.unlock)

    def wait(self, request: httpx.Request, ticket: Ticket) -> None:
        """Wait until no other call asks for a token, in this process or a forked one; with a good token, do not wait.

        Raises:
            TokenError: The turn would never come.
            httpx.PoolTimeout: It did not come in time.
        """
        if self._is_good():
            self._refresh_if_first(request, ticket)
            return
        try:
            came = self._line.wait(ticket, _patience(request))
        except NonceError:
            raise TokenError(
                "another call of this client gets a token in this very thread, and cannot end while this one waits for "
                "it: do not call a sync client from a coroutine, or from a hook of a request"
            ) from None
        if not came:
            raise _too_late()
        if not self._is_fresh():
            self._shared.wait(ticket, _patience_with_processes(request))
            self._adopt()
        self._asking = request

    async def async_wait(self, request: httpx.Request, ticket: Ticket) -> None:
        """Do what `wait` does, in a task."""
        import anyio

        if self._is_good():
            self._refresh_if_first(request, ticket)
            return
        with anyio.move_on_after(_patience(request)) as scope:
            await self._line.async_wait(ticket)
        if scope.cancelled_caught:
            raise _too_late()
        if not self._is_fresh():
            await self._shared.async_wait(ticket, _patience_with_processes(request))
            self._adopt()
        self._asking = request

    def leave(self) -> None:
        """Let the next call ask, or find that there is a token."""
        self._line.advance()

    def prepare(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Get a token, if that is this call's part.

        Raises:
            TokenError: The path names another workspace, or the service gave no token.
        """
        self._check_path(request)
        if self._asking is not request or self._is_fresh():
            return  # another call got it while this one waited
        asked, token = self._now(), None
        if self._is_good():
            # Whatever ends this call, the next ones go on with the old token.
            self._paused_until = asked + _PAUSE
            token = self._read((yield self._refresh(request)), asked)
        status = 0
        if token is None:
            status, token = yield from self._get(request, asked)
        if token is not None:
            self._token, self._paused_until = token, -math.inf
            self._shared.put(token)
            self._seen = self._shared.stamp
        elif not self._is_good():
            raise _no_token(status)

    def sign(self, request: httpx.Request, url: bytes) -> None:
        """Put the token on a request."""
        token = self._token
        assert token is not None
        request.headers[TOKEN] = token.text
        request.extensions["qredo_token"] = token.number  # the header is taken off when there is a response

    async def async_sign(self, request: httpx.Request, url: bytes) -> None:
        """Put the token on a request."""
        self.sign(request, url)

    def renew(self, request: httpx.Request, response: httpx.Response, offset: float) -> bool:
        """Take a 401 for the end of the token, unless another call has got a new one meanwhile."""
        token = self._token
        if token is not None and token.number == request.extensions.get("qredo_token"):
            token.is_refused = True
        return True

    def _is_good(self) -> bool:
        return self._token is not None and self._token.is_usable(self._now())

    def _is_fresh(self) -> bool:
        """Whether there is nothing to ask: the token is good, and not due for a refresh."""
        now = self._now()
        return self._token is not None and self._token.is_usable(now) and now < max(self._token.due, self._paused_until)

    def _adopt(self) -> None:
        """Take the token of another process, if there is a new one."""
        stamp = self._shared.stamp
        if stamp != self._seen:
            self._seen = stamp
            self._token, self._paused_until = self._shared.get() or self._token, -math.inf

    def _refresh_if_first(self, request: httpx.Request, ticket: Ticket) -> None:
        try:
            is_first = self._line.wait(ticket, 0)
        except NonceError:  # another task of this thread refreshes it
            is_first = False
        if is_first and self._shared.try_lock(ticket):
            self._adopt()
            self._asking = request
        else:
            ticket.is_done = True

    def _refresh(self, request: httpx.Request) -> httpx.Request:
        own = self._own(request, "/token/refresh")
        assert self._token is not None
        own.headers[TOKEN] = self._token.text
        return own

    def _get(
        self, request: httpx.Request, asked: float
    ) -> Generator[httpx.Request, httpx.Response, tuple[int, WorkspaceToken | None]]:
        """Get a token for the API secret; correct the clock once, if that may be why the signature was refused."""
        while True:
            own, offset = self._own(request, "/token"), self._signature.offset
            self._signature.sign(own, own.url.raw_scheme + b"://" + own.url.netloc + own.url.raw_path)
            response = yield own
            is_refused = response.status_code == 401 and self._signature.may_renew and self._signature.offset == offset
            if not (is_refused and self._signature.renew(own, response, offset)):
                return response.status_code, self._read(response, asked)

    def _own(self, request: httpx.Request, path: str) -> httpx.Request:
        import httpx

        scheme = {"wss": "https", "ws": "http"}.get(request.url.scheme, request.url.scheme)
        raw_path = f"{self._base_path}/workspaces/{self._workspace}{path}".encode("ascii")
        url = request.url.copy_with(scheme=scheme, raw_path=raw_path)
        headers = {"accept": "application/json", "user-agent": request.headers.get("user-agent", "")}
        return httpx.Request("GET", url, headers=headers)

    def _read(self, response: httpx.Response, asked: float) -> WorkspaceToken | None:
        if response.status_code != 200:
            return None
        date = parse_http_date(response.headers.get("date"))
        return read_token(response.content, self._clock() if date is None else date, asked)

    def _check_path(self, request: httpx.Request) -> None:
        if self._workspace is None:
            raise TokenError(
                "this operation takes a token of a workspace: connect with workspace_id=. Nothing was sent"
            )
        segments = unquote(request.url.raw_path.partition(b"?")[0].decode("ascii")).split("/")
        if not {".", ".."}.isdisjoint(segments):  # percent-encoded ones, which httpx leaves and servers obey
            raise TokenError("the path has dot segments, which may lead to another workspace. Nothing was sent")
        for name, given in pairwise(segments):
            if name == "workspaces" and given != self._workspace:
                raise TokenError(
                    f"the call is for the workspace {given!r:.60}, but the token is for {self._workspace!r}: connect "
                    "another client with workspace_id= for it. Nothing was sent"
                )


def _checked(workspace_id: str | None) -> str | None:
    if workspace_id is None:
        return None
    if not isinstance(workspace_id, str):
        raise TypeError(f"workspace_id must be str, got {type(workspace_id).__name__}")
    if not re.fullmatch(_ID, workspace_id):
        raise ConfigurationError("workspace_id must be letters and digits, as the web app's URL has it")
    return workspace_id


def _patience(request: httpx.Request) -> float | None:
    """Return how many seconds a call may wait for another's token: as long as for a connection."""
    import httpx

    limits, attempt = request.extensions.get("timeout") or {}, CURRENT.get()
    pool: float | None = limits.get("pool")
    return pool if attempt is None else attempt.left(pool, httpx.PoolTimeout)


def _patience_with_processes(request: httpx.Request) -> float:
    """Return how many seconds a call may wait for another process: half of its time, to ask itself in the rest."""
    patience = _patience(request)
    return _LONGEST_WAIT if patience is None else min(_LONGEST_WAIT, patience / 2)


def _too_late() -> Exception:
    import httpx

    return httpx.PoolTimeout("another call is getting the token that this one needs, and did not get it in time")


def _no_token(status: int) -> TokenError:
    hints = {401: "Check API key, API secret and workspace_id", 404: "Check workspace_id"}
    if status == 200:
        return TokenError("the response to the request for a token has none that can be used. The call was not sent")
    hint = hints.get(status, "Try again later")
    return TokenError(
        f"the service gave no token (HTTP {status}), so the call was not sent. {hint}", status_code=status
    )
