"""Two companies with wallets in an emulator, and what its API says about their money; the laws are in the test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from qredo_emulator import Emulator
from qredo_partner_v1_1 import Client, require
from qredo_partner_v1_1.models import ConnectAccount, NewCustodyGroup, NewWallet, TxHistoryItem, WalletType

__all__ = [
    "ADDRESS",
    "ASSETS",
    "NEXT",
    "OPEN",
    "PERSON",
    "Account",
    "Books",
    "Wallet",
    "fee_of",
    "open_accounts",
    "read",
]

ASSETS = ("BTC-TESTNET", "ETH-TESTNET")
ADDRESS = "tb1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"
# What each status may become, at once or step by step; those that are not here stay. Approved is settled, and only the
# chain can take that back.
REFUSED = {"custody_rejected", "chain_rejected", "expired"}
NEXT = {
    "pending_initiate": {"pending", "initiate_rejected", "approved"} | REFUSED,
    "pending": {"approved", "taker_pending", "rejected"} | REFUSED,
    "taker_pending": {"approved", "taker_approved", "rejected"} | REFUSED,
    "taker_approved": {"approved", "chain_rejected"},
    "approved": {"chain_rejected"},
}
OPEN = {"pending_initiate", "pending", "taker_pending", "taker_approved"}
PERSON = "ann@acme.example"
INBOUND = {"deposit", "transferIn", "swapIn"}


class Wallet(NamedTuple):
    """A wallet; a fund has one per asset, so that a row of its ledger tells which wallet it is about."""

    company: str
    fund: str
    id: str
    asset: str


@dataclass(frozen=True)
class Account:
    """Everything that the sequences of operations move money between.

    Attributes:
        approvers: Core clients, of which every policy names some.
        exchange: The one of them that is an exchange, and may sweep the last wallet.
    """

    approvers: list[str]
    exchange: str
    wallets: list[Wallet]

    @property
    def funds(self) -> list[tuple[str, str]]:
        """Company and fund of each fund."""
        return list(dict.fromkeys((wallet.company, wallet.fund) for wallet in self.wallets))


@dataclass(frozen=True)
class Books:
    """What the API says at one moment.

    Attributes:
        balances: By id of the wallet.
        rows: The ledger of each wallet, newest first.
    """

    balances: dict[str, int]
    rows: dict[str, list[TxHistoryItem]]

    def status(self) -> dict[str, str]:
        """The status of each transaction."""
        return {require(row.tx_id): str(row.status) for rows in self.rows.values() for row in rows if row.tx_id}

    def outgoing(self, wallet: Wallet) -> list[TxHistoryItem]:
        """The rows of transactions that the wallet sends, sent, or was asked to send."""
        return [row for row in self.rows[wallet.id] if row.type_ not in INBOUND]

    def reserved(self, wallet: Wallet) -> int:
        """What open transactions will take from the wallet."""
        return sum(require(row.amount) for row in self.outgoing(wallet) if row.status in OPEN)

    def available(self, wallet: Wallet) -> int:
        """What a new transaction can take from the wallet."""
        return self.balances[wallet.id] - self.reserved(wallet)

    def settled(self, wallet: Wallet) -> list[tuple[str, int, int]]:
        """Id, net amount and fee of each movement that was settled; below zero where it left."""
        moves = []
        for row in self.rows[wallet.id]:
            if row.type_ == "deposit" or row.status == "approved":
                sign = 1 if row.type_ in INBOUND else -1
                moves.append((require(row.tx_id), sign * require(row.net_amount), sign * require(row.fees)))
        return sorted(moves)


def fee_of(net: int) -> int:
    """0.1 % of what arrives, rounded up, as the published samples have it."""
    return -(-net // 1000)


def open_accounts(client: Client, emulator: Emulator, deposit: int) -> Account:
    """Two companies with a fund each, and one with a wallet that is connected to an exchange.

    Of the transfers' policies one is of two of three approvers and belongs to the wallets, the other of one of two, a
    person among them, and belongs to the fund.
    """
    control = emulator.control
    approvers = [require(client.core_client.create(name=name).id) for name in ("Ann", "Ben", "Cy")]
    wallets: list[Wallet] = []
    for name, threshold in (("ACME", 2), ("Bazaar", 1)):
        company = require(client.company.create(name=name).company_id)
        for address in (*approvers, PERSON):
            client.trusted_party.add(company, address=address)
        parties = require(client.trusted_party.get_all(company).list_)
        person = next(require(one.trusted_entity_id) for one in parties if one.address == PERSON)
        policy = NewCustodyGroup(threshold=threshold, members=approvers if threshold == 2 else [approvers[0], person])
        own: dict[str, Any] = {"custodygroup_tx": policy} if threshold == 2 else {}
        fund = client.fund.create(
            company,
            name="Treasury",
            custodygroup_tx=policy,
            custodygroup_withdraw=NewCustodyGroup(threshold=1, members=approvers[1:]),
            wallets=[NewWallet(name=asset, asset=asset, **own) for asset in ASSETS],
        )
        wallets += _wallets(client, company, require(fund.fund_id))
    exchange = control.add_exchange(approvers[2])
    connected = _trading_wallet(client, wallets[0].company, exchange, approvers)
    control.approve(connected[0].id)
    for wallet in [*wallets, *connected]:
        control.credit(wallet.id, deposit)
    return Account(approvers, exchange, [*wallets, *connected])


def _trading_wallet(client: Client, company: str, exchange: str, members: list[str]) -> list[Wallet]:
    """A wallet in a fund of its own that waits for its connection to an exchange."""
    connect = [ConnectAccount(counterparty_id=exchange, client_id="7")]
    wallet = NewWallet(name="Trading", asset=ASSETS[0], type_=WalletType.DEDICATED, connect=connect)
    policy = NewCustodyGroup(threshold=1, members=members)
    fund = client.fund.create(
        company, name="Trading", custodygroup_tx=policy, custodygroup_withdraw=policy, wallets=[wallet]
    )
    return _wallets(client, company, require(fund.fund_id))


def _wallets(client: Client, company: str, fund: str) -> list[Wallet]:
    """The wallets of a new fund, which may withdraw to one address."""
    client.fund.add_to_whitelist(company, fund, asset=ASSETS[0], address=ADDRESS, name="vault")
    found = require(client.fund.get(company, fund).wallets)
    return [Wallet(company, fund, require(one.wallet_id), require(one.asset)) for one in found]


def read(client: Client, account: Account) -> Books:
    """Reads all balances and ledgers."""
    balances: dict[str, int] = {}
    rows: dict[str, list[TxHistoryItem]] = {wallet.id: [] for wallet in account.wallets}
    by_place = {(wallet.fund, wallet.asset): wallet.id for wallet in account.wallets}
    for company, fund in account.funds:
        for entry in require(client.fund.get_deposit_addresses(company, fund).list_):
            balances[by_place[fund, require(entry.asset)]] = require(entry.balance)
        ledger = client.fund.get_ledger(company, fund, limit=1000)
        assert ledger.total == len(require(ledger.list_))
        for row in require(ledger.list_):
            rows[by_place[fund, require(row.asset)]].append(row)
    return Books(balances, rows)
