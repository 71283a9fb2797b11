"""Funds, wallets and policies, as plain data: see `model`."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "DEDICATED",
    "MULTI_COUNTERPARTY",
    "STANDARD",
    "ExchangeLink",
    "Fund",
    "Movement",
    "Policy",
    "Wallet",
    "Whitelisted",
]

STANDARD, DEDICATED, MULTI_COUNTERPARTY = 0, 1, 2
"""The types of wallets that can be made."""


@dataclass(slots=True)
class Policy:
    """A custody group: how many of which entities must approve.

    Attributes:
        proposal_id: The open proposal to change it; empty if there is none.
    """

    id: str
    name: str
    threshold: int
    members: list[str]
    proposal_id: str = ""


@dataclass(slots=True)
class ExchangeLink:
    """A wallet's link to an exchange.

    Attributes:
        client_id: The customer's number at the exchange.
        status: `initiated`, `connected`, `rejected` or `expired`.
        action_id: By which the exchange decides.
    """

    counterparty_id: str
    client_id: str
    action_id: str
    status: str = "initiated"


@dataclass(slots=True)
class Movement:
    """A settled change of a wallet's balance; `net` and `fees` are negative for outgoing amounts."""

    timestamp: int
    net: int
    fees: int
    chain_tx_id: str
    tx_id: str = ""


@dataclass(slots=True)
class Wallet:
    """A wallet of one asset with an L1 address. Without a policy of its own, its fund's applies.

    Attributes:
        status: `ready`, or `pending`, `rejected` or `expired` by its connections.
        policies: Its own, by kind: `withdraw` and `tx`.
        reserved: The part of the balance that open transactions will take.
        history: What was settled, oldest first.
    """

    id: str
    name: str
    asset: str
    type: int
    status: str
    address: str
    short_code: str
    policies: dict[str, Policy]
    connected: list[ExchangeLink]
    balance: int = 0
    reserved: int = 0
    history: list[Movement] = field(default_factory=list)

    @property
    def available(self) -> int:
        """The balance that no open transaction has reserved."""
        return self.balance - self.reserved


@dataclass(slots=True)
class Whitelisted:
    """An L1 address that a fund may withdraw to."""

    asset: str
    address: str
    name: str

    @property
    def key(self) -> str:
        """The key in `Fund.whitelist`."""
        return f"{self.asset} {self.address}"


@dataclass(slots=True)
class Fund:
    """A company's fund.

    Attributes:
        policies: By kind: `withdraw` and `tx`.
        theme: Known to 1.0 only.
        whitelist: By `key`.
    """

    id: str
    name: str
    description: str
    policies: dict[str, Policy]
    theme: int | None = None
    wallets: dict[str, Wallet] = field(default_factory=dict)
    whitelist: dict[str, Whitelisted] = field(default_factory=dict)
