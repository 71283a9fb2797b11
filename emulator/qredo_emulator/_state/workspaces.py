"""What is kept for the Qredo API v2, as plain data: see `model`."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["APPROVED", "EXPIRED", "PENDING", "REJECTED", "Portfolio", "SignRequest", "Web3Transaction", "Workspace"]

PENDING, EXPIRED, APPROVED, REJECTED = 1, 2, 3, 4
"""The states of an action."""


@dataclass(slots=True)
class Portfolio:
    """A portfolio of a workspace."""

    id: str
    name: str
    type: str


@dataclass(slots=True)
class Web3Transaction:
    """A transaction of a Web3 wallet; `kind` is the last word of its path."""

    id: str
    kind: str
    chain_id: str
    created: int


@dataclass(slots=True)
class SignRequest:
    """An action that waits for the signature of an API key, which is its only approver.

    Attributes:
        subject: `keys` (of the API key) or `transaction`.
        subject_id: Id of the transaction; empty for keys.
        status: As the API has it. One that was not signed in time stays `PENDING` here.
        bls_key: The key that is registered, in hexadecimal; empty for a transaction.
    """

    id: str
    subject: str
    subject_id: str
    created: int
    expires: int
    status: int = PENDING
    bls_key: str = ""


@dataclass(slots=True)
class Workspace:
    """A workspace, whose only member that is a program is the API key that made it.

    Attributes:
        actions: Without the ones of other workspaces, though API key and approver are the same.
    """

    id: str
    name: str
    created: int
    portfolios: dict[str, Portfolio] = field(default_factory=dict)
    transactions: dict[str, Web3Transaction] = field(default_factory=dict)
    actions: dict[str, SignRequest] = field(default_factory=dict)
