"""The state as plain data. Things refer to each other by id, so that all of it fits into one JSON document.

Amounts are whole base units of an asset, times are Unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .funds import Fund
from .workspaces import Workspace

__all__ = [
    "AccountData",
    "Action",
    "Ballot",
    "Company",
    "CoreClient",
    "Entity",
    "Exchange",
    "Proposal",
    "Row",
    "State",
    "Swap",
    "Transaction",
    "TrustedParty",
]


@dataclass(slots=True)
class Entity:
    """An entity that can be a member of a policy: a `user`, a `company` or a `core-client`."""

    id: str
    type: str
    name: str
    address: str


@dataclass(slots=True)
class TrustedParty:
    """An entity in the trusted network of a company; not listed until accepted.

    Attributes:
        address: What it was added by.
    """

    entity_id: str
    address: str
    created: int
    accepted: bool


@dataclass(slots=True)
class Company:
    """A company; `entity_id` is its id as a party or a member."""

    id: str
    entity_id: str
    name: str
    city: str = ""
    country: str = ""
    domain: str = ""
    ref: str = ""
    parties: dict[str, TrustedParty] = field(default_factory=dict)
    funds: dict[str, Fund] = field(default_factory=dict)


@dataclass(slots=True)
class CoreClient:
    """An approver that is a program; its id is that of its entity.

    Attributes:
        account: API key that it belongs to; empty for the exchange that comes with the emulator.
        agent: Whether it is a signing agent, which decides with its own token.
        registered: Whether an agent has finished its registration.
        bls_key: An agent's public key, in hexadecimal; empty for a core client, whose key the emulator keeps.
    """

    id: str
    account: str
    created: int
    agent: bool = False
    registered: bool = True
    bls_key: str = ""


@dataclass(slots=True)
class Exchange:
    """A core client that wallets can be connected to; its id is the client's."""

    id: str
    name: str
    url: str
    logo_url: str


@dataclass(slots=True)
class Ballot:
    """The approvers of a transaction or a proposal.

    Attributes:
        threshold: How many custodians must approve; None without a policy, so that no approval is possible.
        custodians: Ids of the actions of the policy's members.
        exchanges: Ids of the actions of exchanges, all of which must approve as well.
    """

    threshold: int | None
    custodians: list[str] = field(default_factory=list)
    exchanges: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Action:
    """A decision that one approver is asked for.

    Attributes:
        subject: What it is about: `transaction`, `authorization` (of a transaction by the
            core client that its request named), `connection` (of a wallet) or `proposal`.
        subject_id: Id of that transaction, wallet or proposal.
        status: `pending`, `approved`, `rejected`, or `expired` if it was over before the approver spoke.
        decided: When it left `pending`; 0 before.
    """

    id: str
    approver_id: str
    type: str
    subject: str
    subject_id: str
    created: int
    expires: int
    status: str = "pending"
    decided: int = 0


@dataclass(slots=True)
class Swap:
    """The additional data of a transaction that is one side of a swap.

    Attributes:
        peer_id: The taker's transaction for the maker (empty until there is one), the maker's for the taker.
        on_hub: Whether it is to be published as soon as its approvers agree.
        published: When it was; 0 before.
    """

    receive_wallet_id: str
    receive_asset: str
    receive_amount: int
    peer_id: str = ""
    on_hub: bool = False
    published: int = 0


@dataclass(slots=True)
class Transaction:
    """A requested movement from one wallet to a wallet or an address.

    Attributes:
        kind: `transfer`, `withdrawal`, `swap_make`, `swap_take` or `sweep`.
        net: What arrives; `fees` come on top.
        initiator_id: Entity that asked for it: the company, or the exchange that sweeps.
        recipient_id: Wallet that receives, for a transfer or a sweep.
        address: L1 address that receives, for a withdrawal; `address_name` is its name in the whitelist.
        authorizer_id: Action of the core client that has to authorise it; empty if none has to.
        chain_fails: Whether the chain will refuse it.
    """

    id: str
    kind: str
    status: str
    company_id: str
    wallet_id: str
    asset: str
    net: int
    fees: int
    created: int
    expires: int
    initiator_id: str
    ballot: Ballot
    recipient_id: str = ""
    address: str = ""
    address_name: str = ""
    reference: str = ""
    benefit_of: str = ""
    account_no: str = ""
    authorizer_id: str = ""
    chain_fails: bool = False
    chain_tx_id: str = ""
    swap: Swap | None = None

    @property
    def amount(self) -> int:
        """What leaves the wallet: net amount and fees."""
        return self.net + self.fees


@dataclass(slots=True)
class Proposal:
    """A change of a wallet's policy, which its current members must approve."""

    id: str
    wallet_id: str
    policy_id: str
    threshold: int
    members: list[str]
    created: int
    expires: int
    ballot: Ballot
    status: str = "pending"


@dataclass(slots=True)
class Row:
    """A row of a fund's ledger; a transaction's state and figures are read from the transaction.

    Attributes:
        type: `deposit`, `withdraw`, `transferOut`, `transferIn`, `swapOut` or `swapIn`.
        net: For a deposit only.
    """

    wallet_id: str
    type: str
    timestamp: int
    tx_id: str = ""
    chain_tx_id: str = ""
    net: int = 0

    @property
    def inbound(self) -> bool:
        return self.type in ("deposit", "transferIn", "swapIn")


@dataclass(slots=True)
class AccountData:
    """Everything that belongs to one API key.

    Attributes:
        users: Entity id of each person, by e-mail address in lower case.
        last_fund: When 1.0 last made a fund; 0 if it did not.
        workspaces: Of the Qredo API v2.
        bls_key: The key of the API key that verifies its approvals there, in hexadecimal; empty without one.
    """

    companies: dict[str, Company] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    core_clients: dict[str, CoreClient] = field(default_factory=dict)
    last_fund: int = 0
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    bls_key: str = ""


@dataclass(slots=True)
class State:
    """The whole state of one emulator.

    Attributes:
        offset: Seconds by which its clock is ahead of that of its settings.
        idempotency_keys: Transaction by the key (`partner_txID`) of its request, per company or core client.
        fees: Fees that were taken, per asset.
        deposited: What was paid in, per asset.
        withdrawn: What was paid out, per asset.
    """

    accept_users: bool
    offset: int = 0
    accounts: dict[str, AccountData] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    idempotency_keys: dict[str, dict[str, str]] = field(default_factory=dict)
    ledger: list[Row] = field(default_factory=list)
    deposited: dict[str, int] = field(default_factory=dict)
    fees: dict[str, int] = field(default_factory=dict)
    withdrawn: dict[str, int] = field(default_factory=dict)
