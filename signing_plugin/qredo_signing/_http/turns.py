"""One attempt in its turn: it waits in the line of its nonces, reports to its `Attempt`, and leaves the line again.

The one place where a place in the line is taken and given up, for calls and for the handshakes of feeds. It is a
function and no context manager, since a signal handler that raises can end a context manager's exit at its first line.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from .._nonces.serialize import Ticket
from .attempt import CURRENT, Attempt
from .outcomes import never_sent
from .scheme import Scheme

__all__ = ["async_take_turn", "take_turn"]

T = TypeVar("T")


def take_turn(
    scheme: Scheme, request: httpx.Request, attempt: Attempt, send: Callable[[], T], patience: float | None = None
) -> T:
    """Send a request when it is its turn; a number that was not sent goes back to its source.

    Args:
        scheme: Signs the request.
        request: The request that `send` sends.
        attempt: What is known of this attempt; `was_sent` is set at its end.
        send: Sends the request, and returns the response.
        patience: Seconds to wait for the turn, or None.

    Raises:
        httpx.PoolTimeout: The turn did not come in time, and nothing was sent.
        Exception: What `send` raises.
    """
    outer = CURRENT.get()  # of a call whose hook makes this one
    line = scheme.line
    ticket = None if line is None else _ticket(scheme, request, attempt)
    try:
        CURRENT.set(attempt)
        if line is not None and ticket is not None and not line.wait(ticket, patience):
            raise httpx.PoolTimeout("the deadline of the call has passed while it waited for its turn")
        response = send()
        attempt.was_sent = True
        return response
    except BaseException as error:  # a cancellation or Ctrl-C too: this decides whether the number is used again
        attempt.was_sent = not never_sent(error, attempt)
        raise
    finally:
        # First and without a call, so that no signal handler can run before it.
        if ticket is not None:
            ticket.is_done = True
        CURRENT.set(outer)
        if line is not None:
            line.advance()


async def async_take_turn(
    scheme: Scheme, request: httpx.Request, attempt: Attempt, send: Callable[[], Awaitable[T]]
) -> T:
    """Do what `take_turn` does, in a task; a cancellation ends the wait."""
    outer = CURRENT.get()
    line = scheme.line
    ticket = None if line is None else _ticket(scheme, request, attempt)
    try:
        CURRENT.set(attempt)
        if line is not None and ticket is not None:
            await line.async_wait(ticket)
        response = await send()
        attempt.was_sent = True
        return response
    except BaseException as error:
        attempt.was_sent = not never_sent(error, attempt)
        raise
    finally:
        if ticket is not None:
            ticket.is_done = True
        CURRENT.set(outer)
        if line is not None:
            await scheme.advance()


def _ticket(scheme: Scheme, request: httpx.Request, attempt: Attempt) -> Ticket:
    def return_unused() -> None:
        if not attempt.was_sent:
            scheme.return_unused(attempt.request or request)  # a client of the user may have signed a copy

    attempt.ticket = ticket = Ticket(return_unused)
    return ticket
