"""What the emulator keeps, in memory: one account per API key, isolated from the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from ._errors import NotFoundError
from ._ids import Ids
from ._settings import Settings

__all__ = [
    "Account",
    "Company",
    "Connection",
    "CoreClient",
    "Entity",
    "Fund",
    "Policy",
    "Row",
    "TrustedParty",
    "Wallet",
    "Whitelisted",
    "World",
]


@dataclass(slots=True)
class Entity:
    """Somebody who can be a member of a policy: a ``user``, a ``company`` or a ``core-client``."""

    id: str
    type: str
    name: str
    address: str


@dataclass(slots=True)
class TrustedParty:
    """An entity in the trusted network of a company; not listed until accepted."""

    entity: Entity
    created: int
    accepted: bool


@dataclass(slots=True)
class Policy:
    """A custody group: how many of which entities must approve."""

    id: str
    name: str
    threshold: int
    members: list[Entity]


@dataclass(slots=True)
class Row:
    """One movement of a wallet, as ledger and history show it; amounts in base units, never negative."""

    type: str
    timestamp: int
    net: int
    fees: int
    chain_tx_id: str
    tx_id: str = ""
    status: str = ""
    expires: int = 0

    @property
    def inbound(self) -> bool:
        return self.type in ("deposit", "transferIn", "swapIn")


@dataclass(slots=True)
class Connection:
    """A dedicated wallet's tie to an account at an exchange."""

    counterparty_id: str
    client_id: str
    status: str = "initiated"


@dataclass(slots=True)
class Wallet:
    """Holds one asset, paid in at an L1 address; a policy that it does not have itself is its fund's."""

    id: str
    name: str
    asset: str
    type: int
    status: str
    address: str
    short_code: str
    policy_withdraw: Policy | None
    policy_tx: Policy | None
    connected: list[Connection]
    balance: int = 0
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Whitelisted:
    """An L1 address that a fund may withdraw to."""

    asset: str
    address: str
    name: str


@dataclass(slots=True)
class Fund:
    """A company's fund."""

    id: str
    name: str
    description: str
    policy_withdraw: Policy | None
    policy_tx: Policy | None
    wallets: dict[str, Wallet] = field(default_factory=dict)
    whitelist: list[Whitelisted] = field(default_factory=list)


@dataclass(slots=True)
class Company:
    """A company; ``entity`` is what it is as a member of something."""

    id: str
    entity: Entity
    name: str
    city: str = ""
    country: str = ""
    domain: str = ""
    ref: str = ""
    parties: dict[str, TrustedParty] = field(default_factory=dict)
    funds: dict[str, Fund] = field(default_factory=dict)


@dataclass(slots=True)
class CoreClient:
    """An exchange's or a service's own approver."""

    entity: Entity
    created: int


@dataclass(slots=True)
class Account:
    """Everything that belongs to one API key."""

    world: World
    companies: dict[str, Company] = field(default_factory=dict)
    users: dict[str, Entity] = field(default_factory=dict)
    core_clients: dict[str, CoreClient] = field(default_factory=dict)

    def company(self, company_id: str) -> Company:
        """The company with this id; NotFoundError for another account's, too."""
        if company_id not in self.companies:
            raise NotFoundError("company_id")
        return self.companies[company_id]

    def fund(self, company_id: str, fund_id: str) -> Fund:
        """The fund with this id."""
        funds = self.company(company_id).funds
        if fund_id not in funds:
            raise NotFoundError("fund_id")
        return funds[fund_id]

    def wallet(self, wallet_id: str) -> tuple[Company, Fund, Wallet]:
        """The wallet with this id or short code, with its company and fund."""
        for company, fund, wallet in self.wallets():
            if wallet_id in (wallet.id, wallet.short_code):
                return company, fund, wallet
        raise NotFoundError("wallet_id")

    def wallets(self) -> Iterator[tuple[Company, Fund, Wallet]]:
        """Every wallet of the account."""
        for company in self.companies.values():
            for fund in company.funds.values():
                for wallet in fund.wallets.values():
                    yield company, fund, wallet


class World:
    """The state of one emulator.

    Attributes:
        lock: Held around every use: control methods are called from other threads.
        accept_users: As the setting of the same name; can be changed while it runs.
    """

    def __init__(self, settings: Settings) -> None:
        self.ids = Ids(settings.random)
        self.lock = threading.RLock()
        self._settings = settings
        self.accept_users = settings.accept_users
        self.accounts: dict[str, Account] = {}

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(self._settings.clock())

    def account(self, api_key: str) -> Account:
        """The account of an API key, empty at first."""
        if api_key not in self.accounts:
            self.accounts[api_key] = Account(self)
        return self.accounts[api_key]

    def new_id(self) -> str:
        """An id for a company, a fund, a policy or a transaction."""
        return self.ids.ksuid(self.now)

    def new_short_code(self) -> str:
        """A short code that no wallet of any account has."""
        taken = {wallet.short_code for account in self.accounts.values() for _, _, wallet in account.wallets()}
        return self.ids.short_code(taken)

    def clear(self) -> None:
        """Forgets everything."""
        self.accounts.clear()
        self.accept_users = self._settings.accept_users
