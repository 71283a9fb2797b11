"""Arguments and results of handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qredo_emulator._description.media import Content
from qredo_emulator._state.world import Account

__all__ = ["OK", "Handler", "OperationRequest", "Reply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRequest:
    """A request that was authenticated and is valid.

    Attributes:
        base_url: Scheme, host and base path that the client used, such as
            `http://127.0.0.1:8080/qredo_partner_v1_1/api/v1/p`.
        path: Path parameters, converted.
        query: Query parameters that the description names, converted; absent ones are absent.
        body: The body as JSON has it, None if there is none.
        agent_id: The signing agent that calls; empty where an API key does.
        workspace_id: The workspace of the token; empty without one.
        date: The time that the Date of the response will say, in Unix seconds.
    """

    base_url: str
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any
    agent_id: str = ""
    workspace_id: str = ""
    date: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful response.

    Attributes:
        body: The JSON value; None for a response without a body.
        status: The HTTP status; None for the first success that the description has.
        content: Which of the described media types it is of; None for the first one.
    """

    body: Any = None
    status: int | None = None
    content: Content | None = None


OK: Mapping[str, Any] = {"code": 200, "msg": "OK"}
"""The body of a response that says no more than that it was done."""

Handler = Callable[[Account, OperationRequest], Reply]
