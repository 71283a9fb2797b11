"""The state of the Qredo API v2, as plain data: see `model`."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["APPROVED", "EXPIRED", "PENDING", "REJECTED", "SignRequest", "Workspace"]

PENDING, EXPIRED, APPROVED, REJECTED = 1, 2, 3, 4
"""The states of an action."""


@dataclass(slots=True)
class SignRequest:
    """An action that waits for the signature of an API key, which is its only approver.

    Attributes:
        transaction_id: What it is about; empty for the keys of the API key.
        status: As the API has it. One that was not signed in time stays `PENDING` here.
        bls_key: The key that is registered, in hexadecimal; empty for a transaction.
    """

    id: str
    transaction_id: str
    created: int
    expires: int
    status: int = PENDING
    bls_key: str = ""


@dataclass(slots=True)
class Workspace:
    """A workspace. Its one member is the API key that made it.

    Portfolios and transactions are not kept: no known operation reads them.

    Attributes:
        actions: Without the ones of other workspaces, though API key and approver are the same.
    """

    id: str
    name: str
    created: int
    actions: dict[str, SignRequest] = field(default_factory=dict)
