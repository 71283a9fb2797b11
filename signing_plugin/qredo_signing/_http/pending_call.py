"""One call on its way: judges each attempt, and decides what is raised at the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import httpx

from .._client_protocols import RequestInfo
from .._diagnostics import log
from .._environments.origin import DEFAULT_PORTS
from .._text import printable
from ..errors import NonceError, OutcomeUnknownError, QredoSigningError, RedirectError
from .attempt import LONGEST_WAIT, Attempt
from .call_log import CallLog
from .outcomes import outcome_of_error, outcome_of_response, response_in
from .redaction import redact_error, redact_response
from .retries import Attempts, End, Outcome, Rules
from .scheme import Scheme

__all__ = ["PendingCall", "refuse_redirect"]

_TIMEOUTS: dict[str, type[httpx.TimeoutException]] = {
    "connect": httpx.ConnectTimeout,
    "read": httpx.ReadTimeout,
    "write": httpx.WriteTimeout,
    "pool": httpx.PoolTimeout,
}
_NONE = Attempt()
"""Of a call while no attempt runs; it is never changed."""


class PendingCall:
    """A call that has not ended.

    Attributes:
        request: The request, which each attempt sends.
        scheme: The scheme that signs it.
        is_late: Whether the call was cancelled because of its deadline.
    """

    def __init__(
        self,
        request: httpx.Request,
        info: RequestInfo | None,
        scheme: Scheme,
        attempts: Attempts,
        rules: Rules,
        clock: Callable[[], float],
        deadline: float | None,
    ) -> None:
        self.request = request
        self.scheme = scheme
        self.is_late: Callable[[], bool] = lambda: False
        self._info = info
        self._attempts = attempts
        self._rules = rules
        self._clock = clock
        # `math.inf` in `with_options` takes the deadline of the client away.
        self._deadline = None if deadline is None or deadline >= LONGEST_WAIT else time.monotonic() + deadline
        self._attempt = _NONE
        self._timeout = request.extensions.get("timeout")
        self._lost: Exception | None = None
        self._log = CallLog(self._name)
        self._log.begun(request, rules)

    @property
    def left(self) -> float | None:
        """Seconds until the deadline, or None."""
        return None if self._deadline is None else self._deadline - time.monotonic()

    @property
    def _has_passed(self) -> bool:
        """Whether there is a deadline, and it has passed."""
        return self.left is not None and self.left <= 0

    def begin_attempt(self, *, is_own: bool) -> Attempt:
        """Start an attempt; with a deadline, no step of it may take longer than what is left."""
        if (left := self.left) is not None and isinstance(self._timeout, dict):
            limits = {name: left if each is None else min(each, left) for name, each in self._timeout.items()}
            self.request.extensions["timeout"] = limits
        self._attempt = Attempt(is_own=is_own, deadline=self._deadline)
        return self._attempt

    def responded(self, response: httpx.Response) -> float | None:
        """Return the seconds to wait before the next attempt, or None if the response is the result."""
        step = self._in_time(self._attempts.after(outcome_of_response(response, self._clock())))
        self._log.attempted(self._attempts.made, response)
        if step is End.UNKNOWN:
            raise self._unknown(response) from self._lost
        if step is End.FINAL:
            refuse_redirect(response)
            redact_response(response, clean=self.request)  # which the auth has redacted, as the end of its flow
            self._end(f"HTTP {response.status_code}")
            return None
        return self._go_on(step, f"HTTP {response.status_code}")

    def failed(self, error: Exception) -> float | None:
        """Return the seconds to wait before the next attempt, or None if the error is the result."""
        outcome = outcome_of_error(error, self._attempt, self._clock())
        if outcome is not None and outcome.is_uncertain:
            self._lost = error
        step = self._attempts.after_local_error() if outcome is None else self._attempts.after(outcome)
        step = self._in_time(step)
        if step is End.UNKNOWN:
            raise self._unknown(response_in(error, self._attempt)) from error
        if step is not End.FINAL:
            return self._go_on(step, type(error).__name__)
        if self._is_of_own_request(error, outcome):
            problem = f"{self._name} was not sent; the request before it failed: {type(error).__name__}: {error}"
            raise httpx.RemoteProtocolError(problem) from error
        if isinstance(error, NonceError) and self._has_passed:
            raise self.late() from error  # the store of the nonces was held until then
        if outcome is None or isinstance(error, httpx.HTTPStatusError | QredoSigningError):
            return None
        if isinstance(error, httpx.TimeoutException):
            raise self._timed_out(error, outcome) from error
        if not outcome.sent:
            raise self._no_connection(error) from error
        if not isinstance(error, httpx.TransportError):  # the family that docs/errors.md names
            problem = f"{self._name} failed after it was sent: {type(error).__name__}: {error}"
            raise httpx.RemoteProtocolError(problem) from error
        return None

    def late(self) -> Exception:
        """The error for a call whose deadline has passed."""
        is_uncertain = self._is_uncertain()
        if is_uncertain and self._rules.needs_outcome:
            return self._unknown(None)
        kind = httpx.ReadTimeout if is_uncertain else httpx.ConnectTimeout
        where = "" if is_uncertain else self._while_connecting
        return kind(f"{self._name}: the deadline of the call has passed{where}", request=self.request)

    def interrupted(self, interruption: BaseException) -> None:
        """Take the credentials off what ends a call; if it may have taken effect, say so in a note and in the log.

        That is an error, a cancellation, Ctrl-C, or what a signal handler raises, also between two statements.
        """
        redact_error(interruption)
        self._end(type(interruption).__name__)
        if isinstance(interruption, QredoSigningError | httpx.HTTPError):
            return  # decided here, or raised by the user's own hook
        if not (self._is_uncertain() and self._rules.needs_outcome) or self.is_late():
            return
        info = self._info
        key = None if info is None else info.idempotency_key
        text = f"{self._name} was interrupted after it was sent, so its outcome is unknown. {self._what_to_do}"
        text += f" (idempotency key {key})" if key else ""
        interruption.add_note(text)
        log(logging.WARNING, "%s", text)

    def _end(self, how: str) -> None:
        self._log.ended(self._attempts.made, how)
        if self._timeout is not None:  # without what a deadline took off: another call may send the request again
            self.request.extensions["timeout"] = self._timeout

    def _is_uncertain(self) -> bool:
        return self._attempt.was_sent or self._attempts.is_uncertain

    def _in_time(self, step: float | End) -> float | End:
        if isinstance(step, End) or (left := self.left) is None or step < left:
            return step
        return self._attempts.give_up()

    def _go_on(self, wait: float, why: str) -> float:
        self._attempt = _NONE  # during the wait, an interruption leaves open only what `_attempts` knows
        self._log.retried(self._attempts.made, why, wait)
        return wait

    @property
    def _name(self) -> str:
        return "the request" if self._info is None else self._info.operation

    @property
    def _what_to_do(self) -> str:
        look_up = None if self._info is None else self._info.look_up
        key = None if self._info is None else self._info.idempotency_key
        check = f"Check with {look_up}" if look_up else "Check"
        return f"{check} before you retry" + ("; a retry with the same idempotency key is safe" if key else "")

    def _timed_out(self, error: httpx.TimeoutException, outcome: Outcome) -> Exception:
        """Name the operation and the limit that has passed."""
        if self._has_passed:
            return self.late()
        step, kind = next(((step, kind) for step, kind in _TIMEOUTS.items() if isinstance(error, kind)), ("read", None))
        limits = self.request.extensions.get("timeout")
        limit = limits.get(step) if isinstance(limits, dict) else None
        if kind is None or limit is None:
            return error
        known, where = ("A retry is safe", "") if outcome.sent else ("Nothing was sent", self._while_connecting)
        return kind(
            f"{self._name}: {str(error) or 'timed out'}{where}, after {limit:g} s ({step} timeout). {known}; to wait "
            "longer, pass timeout= to connect() or with_options()",
            request=self.request,
        )

    def _is_of_own_request(self, error: Exception, outcome: Outcome | None) -> bool:
        """Whether an error is of what the scheme sends first, such as for a token, and does not name the call."""
        if outcome is None:
            return self._attempt.is_written and not isinstance(error, httpx.HTTPStatusError | QredoSigningError)
        if self._attempt.is_signed or (self._proxy and not self._attempt.is_written):
            return False
        return not isinstance(error, httpx.TimeoutException | httpx.ConnectError)

    @property
    def _proxy(self) -> str:
        """Host and port of the proxy that the last attempt opened a connection to; empty if it did not."""
        url, peer = self.request.url, self._attempt.peer
        port = url.port or DEFAULT_PORTS[url.scheme]
        return "" if peer is None or peer == (url.host, port) else f"{peer[0]}:{peer[1]}"

    @property
    def _while_connecting(self) -> str:
        return f" while connecting through the proxy {self._proxy}" if self._proxy else ""

    def _no_connection(self, error: Exception) -> Exception:
        """Name what could not be connected to: the server, or the proxy in front of it."""
        if proxy := self._proxy:
            text = f"{self._name}: no connection through the proxy {proxy} ({printable(str(error))}). Nothing was sent"
            hint = f"{text}. Check HTTPS_PROXY, ALL_PROXY and NO_PROXY, or the proxy of your http_client"
            return httpx.ConnectError(hint)
        if isinstance(error, httpx.ConnectError):
            url = self.request.url
            server = f"{url.scheme}://{url.netloc.decode('ascii')}"
            error.add_note(
                f"{self._name}: no connection to {server}. Is a server running there, and reachable from here?"
            )
        return error

    def _unknown(self, response: httpx.Response | None) -> OutcomeUnknownError:
        info, made = self._info, max(1, self._attempts.made)
        attempts = "1 attempt" if made == 1 else f"{made} attempts"
        message = (
            f"{self._name} was sent, but its outcome is unknown ({attempts}). It may have succeeded, or may still "
            f"succeed. {self._what_to_do}"
        )
        return OutcomeUnknownError(
            message,
            operation=None if info is None else info.operation,
            idempotency_key=None if info is None else info.idempotency_key,
            outcome=None if info is None else info.look_up,
            response=response,
            attempts=made,
        )


def refuse_redirect(response: httpx.Response) -> None:
    """Raise `RedirectError` if the response is a redirect."""
    if response.next_request is None:
        return
    target = _without_query(response.next_request.url)
    raise RedirectError(
        f"{response.request.method} {_without_query(response.request.url)} got a redirect ({response.status_code}) to "
        f"{target}, which was not followed: a signature holds for one URL, credentials for one origin. If you trust "
        "that server, connect to it with Environment.custom(...)",
        status_code=response.status_code,
        target=target,
    )


def _without_query(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"
