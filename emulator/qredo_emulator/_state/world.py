"""The state of one emulator, and in it the account of an API key, isolated from the others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from qredo_emulator._authentication.authenticator import RefusedError
from qredo_emulator._authentication.tokens import Tokens
from qredo_emulator._errors import NotFoundError, find
from qredo_emulator._settings import Settings

from .funds import Fund
from .ids import Ids, agent_id
from .index import Index, WalletPlace
from .model import AccountData, Action, Company, CoreClient, Entity, Exchange, Row, State, Transaction

__all__ = ["Account", "Company", "World"]

_NORTHERN = "CnbjvoUcAv4vHHRRFWMXyaNT7WdLBbrDsQVDZpZU5ETv"
"""The exchange that is always there; its id is the one that the description's examples name."""


def _fresh_state(settings: Settings) -> State:
    """An empty state."""
    state = State(accept_users=settings.accept_users)
    northern = Exchange(_NORTHERN, "Northern Exchange", "https://northern.example", "https://northern.example/logo.svg")
    state.exchanges[northern.id] = northern
    state.entities[northern.id] = Entity(northern.id, "core-client", northern.name, northern.id)
    return state


class World:
    """The state of one emulator, its clock and its ids.

    Attributes:
        state: What is kept; see `load` for how it is replaced.
        index: Finds things in it.
        fee_rate: Part of what arrives that a transaction costs.
        lock: Held around every use: control methods are called from other threads.
        tokens: The tokens of workspaces that were given. No state file holds them.
        publish: Sends a message on a feed, with the arguments of `FeedHub.publish`.
        leads: Seconds by which the clock that the present caller computes times with may be ahead of this one.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ids: Ids = Ids(settings.random)
        self.fee_rate: Fraction = Fraction(settings.fee_rate)
        self.lock: threading.RLock = threading.RLock()
        self.tokens: Tokens = Tokens(self.time)
        self.publish: Callable[..., Any] = lambda feed, message, **scope: 0
        self.leads: tuple[int, ...] = (0,)
        self.load(_fresh_state(settings))

    def load(self, state: State) -> None:
        """Replace the state."""
        self.index: Index = Index(state)
        self.state = state

    def clear(self) -> None:
        """Delete everything, and set the clock back to that of the settings."""
        self.load(_fresh_state(self.settings))

    def time(self) -> float:
        """The emulator's clock in Unix seconds: the clock of the settings plus the seconds that it was advanced by."""
        return self.settings.clock() + self.state.offset

    @property
    def now(self) -> int:
        """Whole Unix seconds."""
        return int(self.time())

    def account(self, api_key: str) -> Account:
        """The account of an API key, empty at first."""
        return Account(self, api_key, self.state.accounts.setdefault(api_key, AccountData()))

    def agent(self, identity: str) -> CoreClient:
        """The signing agent that a token names.

        Raises:
            RefusedError: 401; no such agent is known here.
        """
        client = self.index.clients.get(agent_id(identity))
        if client is None or not client.agent:
            raise RefusedError("Unauthorized", "token", "the ID in x-api-zkp is of no signing agent of this emulator")
        return client

    def entity(self, entity_id: str) -> Entity:
        """The entity with this id."""
        return self.state.entities[entity_id]

    def place(self, wallet_id: str) -> WalletPlace | None:
        """The wallet with this id or short code, of any account; None if there is none."""
        places, codes = self.index.places, self.index.codes
        return places.get(wallet_id) or places.get(codes.get(wallet_id, ""))

    def transaction(self, tx_id: str) -> Transaction | None:
        """The transaction with this id, or that an action with this id is about; None if there is none."""
        action = self.state.actions.get(tx_id)
        if action and action.subject in ("transaction", "authorization"):
            tx_id = action.subject_id
        return self.state.transactions.get(tx_id)

    def add_row(self, row: Row) -> None:
        """Add a row to the ledger."""
        self.state.ledger.append(row)
        self.index.add_row(row)

    def new_id(self) -> str:
        """An id for a company, a fund, a policy, a transaction or an action."""
        return self.ids.ksuid(self.now)

    def new_entity(self, kind: str, name: str, address: str = "") -> Entity:
        """Add an entity; without an address, its id is its address."""
        entity_id = self.ids.entity()
        entity = self.state.entities[entity_id] = Entity(entity_id, kind, name, address or entity_id)
        return entity


@dataclass(frozen=True, slots=True)
class Account:
    """What one API key sees.

    Attributes:
        key: The API key.
        data: What belongs to it.
    """

    world: World
    key: str
    data: AccountData

    @property
    def companies(self) -> dict[str, Company]:
        """By id, in the order in which they were made."""
        return self.data.companies

    @property
    def core_clients(self) -> dict[str, CoreClient]:
        """By id, agents among them, in the order in which they were made."""
        return self.data.core_clients

    def company(self, company_id: str) -> Company:
        """The company with this id. Raises `NotFoundError`, also for a company of another account."""
        return find(self.companies, company_id, "company_id")

    def fund(self, company_id: str, fund_id: str) -> Fund:
        """The fund with this id."""
        return find(self.company(company_id).funds, fund_id, "fund_id")

    def wallet(self, wallet_id: str) -> WalletPlace:
        """The wallet with this id or short code."""
        place = self.world.place(wallet_id)
        if place is None or place.account != self.key:
            raise NotFoundError("wallet_id")
        return place

    def core_client(self, client_id: str) -> CoreClient:
        """The core client or agent with this id."""
        return find(self.core_clients, client_id, "client_id")

    def new_core_client(self, name: str, **fields: Any) -> CoreClient:
        """Add a core client, or an agent, as the fields say."""
        entity = self.world.new_entity("core-client", name)
        client = CoreClient(entity.id, self.key, self.world.now, **fields)
        self.core_clients[client.id] = self.world.index.clients[client.id] = client
        return client

    def transaction(self, company_id: str, tx_id: str, *kinds: str) -> Transaction:
        """The transaction of one of these kinds that a company sent, by its id or that of one of its actions."""
        company = self.company(company_id)
        tx = self.world.transaction(tx_id)
        if tx is None or tx.company_id != company.id or tx.kind not in kinds:
            raise NotFoundError("tx_id")
        return tx

    def action(self, client_id: str, action_id: str) -> Action:
        """An action of one of the account's core clients."""
        client = self.core_client(client_id)
        action = self.world.state.actions.get(action_id)
        if action is None or action.approver_id != client.id:
            raise NotFoundError("action_id")
        return action
