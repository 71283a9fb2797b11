"""Lookups over the state. All are derived from it, and spare a request the search through everything."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass

from .funds import Fund, Policy, Wallet
from .model import Action, Company, CoreClient, Row, State, Transaction

__all__ = ["Index", "WalletPlace"]

_Deadline = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class WalletPlace:
    """A wallet with its fund, company and account, which is an API key."""

    account: str
    company: Company
    fund: Fund
    wallet: Wallet

    @property
    def policies(self) -> dict[str, Policy]:
        """The policies that hold, by kind: the wallet's own or the fund's."""
        return self.fund.policies | self.wallet.policies


class Index:
    """Find things of one state by their ids and other keys.

    Attributes:
        places: By wallet id.
        codes: Wallet id by short code.
        addresses: Wallet id by L1 address.
        companies: API key and company by company id.
        clients: Core clients, agents among them, by id.
        pending: Actions that wait, by approver and action id, oldest first.
        hub: Published swaps that are still open, by API key and transaction id.
    """

    def __init__(self, state: State) -> None:
        self.places: dict[str, WalletPlace] = {}
        self.codes: dict[str, str] = {}
        self.addresses: dict[str, str] = {}
        self.companies: dict[str, tuple[str, Company]] = {}
        self.clients: dict[str, CoreClient] = {}
        self.pending: defaultdict[str, dict[str, Action]] = defaultdict(dict)
        self.hub: defaultdict[str, dict[str, Transaction]] = defaultdict(dict)
        self._rows: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
        self._deadlines: list[_Deadline] = []
        self._count = 0
        self._fill(state)

    def add_wallet(self, account: str, company: Company, fund: Fund, wallet: Wallet) -> None:
        """Add a wallet that was put into a fund."""
        self.places[wallet.id] = WalletPlace(account, company, fund, wallet)
        self.codes[wallet.short_code] = wallet.id
        self.addresses[wallet.address] = wallet.id

    def add_action(self, action: Action) -> None:
        """Add a pending action."""
        self.pending[action.approver_id][action.id] = action

    def add_row(self, row: Row) -> None:
        """Add a row to the ledger of the wallet's fund."""
        place = self.places[row.wallet_id]
        direction = "in" if row.inbound else "out"
        for scope in ((place.fund.id,), (place.fund.id, place.wallet.asset), (row.wallet_id,)):
            self._rows[*scope, "all"].append(row)
            self._rows[*scope, direction].append(row)

    def rows(self, fund: Fund, asset: str | None, wallet: Wallet | None, direction: str) -> list[Row]:
        """Rows of a fund's ledger, oldest first: of one wallet if it is given, else of one asset, else all."""
        scope = (wallet.id,) if wallet else (fund.id,) if asset is None else (fund.id, asset)
        return self._rows.get((*scope, direction), [])

    def add_deadline(self, when: int, kind: str, thing_id: str) -> None:
        """Add a deadline."""
        self._count += 1
        heapq.heappush(self._deadlines, (when, self._count, kind, thing_id))

    def next_due(self, now: int) -> tuple[str, str] | None:
        """Remove the earliest deadline that has passed, and return its kind and id; None if there is none."""
        if not self._deadlines or self._deadlines[0][0] > now:
            return None
        _, _, kind, thing_id = heapq.heappop(self._deadlines)
        return kind, thing_id

    def _fill(self, state: State) -> None:
        for key, account in state.accounts.items():
            self.clients.update(account.core_clients)
            for company in account.companies.values():
                self.companies[company.id] = (key, company)
                for fund in company.funds.values():
                    for wallet in fund.wallets.values():
                        self.add_wallet(key, company, fund, wallet)
        for row in state.ledger:
            self.add_row(row)
        self._fill_open(state)

    def _fill_open(self, state: State) -> None:
        for action in state.actions.values():
            if action.status == "pending":
                self.add_action(action)
                if action.subject == "connection":
                    self.add_deadline(action.expires, "connection", action.id)
        for proposal in state.proposals.values():
            if proposal.status == "pending":
                self.add_deadline(proposal.expires, "proposal", proposal.id)
        for tx in state.transactions.values():
            if tx.status in ("pending_initiate", "pending", "taker_pending"):
                self.add_deadline(tx.expires, "transaction", tx.id)
                if tx.swap and tx.swap.published:
                    self.hub[self.places[tx.wallet_id].account][tx.id] = tx
