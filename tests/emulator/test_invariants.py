"""Laws of money and of states, over random sequences of operations through the generated client."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from qredo_emulator import Emulator, Settings
from qredo_partner_v1_1 import BadRequestError, Client, require
from qredo_partner_v1_1.models import AssetAmount
from qredo_signing import connect

from .books import ADDRESS, ASSETS, NEXT, PERSON, Account, Books, Wallet, fee_of, open_accounts, read
from .scene import keeper

NOW = 1_700_000_000
DEPOSIT = 5_000
AMOUNTS = st.one_of(st.integers(1, 1_500), st.sampled_from([1_000, 1_001, 4_995, 4_996]))
LIFETIMES = st.sampled_from([60, 3_600, 3_600])
WHICH = st.integers(0, 2**16)


class House(NamedTuple):
    """An emulator with accounts in it, and a way back to the state in which they were new."""

    emulator: Emulator
    client: Client
    account: Account
    restore: Callable[[], None]


class Sent(NamedTuple):
    """A transaction that was begun: by which company or client, its request, and how to send and to read it."""

    kind: str
    who: str
    tx_id: str
    body: dict[str, Any]
    send: Callable[..., Any]
    get: Callable[[str, str], Any]


class Custody(RuleBasedStateMachine):
    """Moves money in every way, votes, waits and repeats. The books are read and compared after each step."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.control, self.client = house.emulator.control, house.client
        self.sent: list[Sent] = []
        self.waited = 0
        self.right = False  # whether the books are, and were read since
        self.account = house.account
        house.restore()
        self.deposited = {wallet.id: DEPOSIT for wallet in self.account.wallets}
        self.books = read(self.client, self.account)

    # --- What happens -------------------------------------------------------------------------------------------------

    @rule(which=WHICH, amount=AMOUNTS)
    def deposit(self, which: int, amount: int) -> None:
        wallet = self.wallet(which)
        self.control.credit(wallet.id, amount)
        self.deposited[wallet.id] += amount

    @rule(which=WHICH, to=WHICH, amount=AMOUNTS, lifetime=LIFETIMES, authorizer=st.none() | WHICH)
    def transfer(self, which: int, to: int, amount: int, lifetime: int, authorizer: int | None) -> None:
        sender = self.wallet(which)
        recipient = self.recipient(sender, to)
        body = self.terms(sender, amount, lifetime) | {
            "wallet_id": sender.id,
            "counterparty_wallet_address": recipient.id,
        }
        if authorizer is not None:
            body["authorize_id"] = self.approver(authorizer)
        fits = sender != recipient and sender.asset == recipient.asset
        self.begin("transfer", sender, body, fits=fits and self.covers(sender, amount))

    @rule(which=WHICH, amount=AMOUNTS, lifetime=LIFETIMES)
    def withdraw(self, which: int, amount: int, lifetime: int) -> None:
        sender = self.wallet(which)
        body = self.terms(sender, amount, lifetime) | {"wallet_id": sender.id, "address": ADDRESS}
        whitelisted = sender.asset == ASSETS[0]
        self.begin("withdrawal", sender, body, fits=whitelisted and self.covers(sender, amount))

    @rule(which=WHICH, amount=AMOUNTS, wanted=AMOUNTS, lifetime=LIFETIMES, publish=st.booleans())
    def offer_swap(self, which: int, amount: int, wanted: int, lifetime: int, publish: bool) -> None:
        sender = self.wallet(which)
        receiver = self.other_asset(sender)
        body = self.terms(sender, amount, lifetime) | {
            "send_wallet_id": sender.id,
            "receive_wallet_id": receiver.id,
            "receive": AssetAmount(symbol=receiver.asset, amount=wanted),
            "reference": "offer",
            "add_to_liquidity_hub": publish,
        }
        self.begin("make", sender, body, fits=self.covers(sender, amount))

    @precondition(lambda self: self.offers())
    @rule(which=WHICH, offer=WHICH)
    def take_swap(self, which: int, offer: int) -> None:
        offers = self.offers()
        maker = offers[offer % len(offers)]
        wanted: AssetAmount = maker.body["receive"]
        rich = [one for one in self.account.wallets if one.asset == wanted.symbol]
        sender = rich[which % len(rich)] if which % 4 else self.wallet(which)
        body = {
            "swap_id": maker.tx_id,
            "send_wallet_id": sender.id,
            "receive_wallet_id": self.other_asset(sender).id,
            "reference": "take",
            "partner_tx_id": self.key(),
        }
        can = sender.asset == wanted.symbol and self.covers(sender, wanted.amount)
        self.begin("take", sender, body, fits=None if can else False)

    @precondition(lambda self: self.offers())
    @rule(offer=WHICH)
    def cancel_swap(self, offer: int) -> None:
        offers = self.offers()
        sent = offers[offer % len(offers)]
        with contextlib.suppress(BadRequestError):  # it is being taken
            self.client.atomic_swap.cancel(sent.who, sent.tx_id)

    @rule(to=WHICH, amount=AMOUNTS, lifetime=LIFETIMES)
    def sweep(self, to: int, amount: int, lifetime: int) -> None:
        sender = self.account.wallets[-1]
        recipient = self.recipient(sender, to)
        body = self.terms(sender, amount, lifetime) | {"wallet_id": sender.id, "recipient_wallet_id": recipient.id}
        fits = sender != recipient and sender.asset == recipient.asset
        self.begin("sweep", sender, body, fits=fits and self.covers(sender, amount), by=self.account.exchange)

    @precondition(lambda self: self.waiting())
    @rule(which=WHICH)
    def settle(self, which: int) -> None:
        waiting = self.waiting()
        self.control.approve(waiting[which % len(waiting)].tx_id)

    @rule(who=WHICH, which=WHICH, approve=st.sampled_from([True, True, False]))
    def vote(self, who: int, which: int, approve: bool) -> None:
        approver, core_client = self.approver(who), self.client.core_client
        actions = require(core_client.get_actions(approver).actions)
        if actions:
            decide = core_client.approve_action if approve else core_client.reject_action
            decide(approver, require(actions[which % len(actions)].id))

    @rule(which=WHICH, approve=st.booleans())
    def vote_on_the_phone(self, which: int, approve: bool) -> None:
        asked = self.control.inbox(PERSON)
        if asked:
            decide = self.control.approve if approve else self.control.reject
            decide(asked[which % len(asked)]["action_id"], by=PERSON)

    @rule(which=WHICH, threshold=st.integers(1, 2))
    def change_policy(self, which: int, threshold: int) -> None:
        wallet = self.account.wallets[which % 2]  # these have a policy of their own
        policy = require(self.client.wallet.get(wallet.id).custodygroup_tx)
        with contextlib.suppress(BadRequestError):  # a change is open already
            self.client.wallet.update_policy(
                wallet.company,
                wallet.fund,
                wallet.id,
                policy_id=policy,
                threshold=threshold,
                members=self.account.approvers[:2],
                type_="policy-tx",
            )

    @precondition(lambda self: self.sent)
    @rule(which=WHICH)
    def fail_on_chain(self, which: int) -> None:
        with contextlib.suppress(ValueError):  # it has ended otherwise, or what it brought is spent
            self.control.fail_chain(self.sent[which % len(self.sent)].tx_id)

    @rule(seconds=st.sampled_from([1, 30, 60]))
    def wait(self, seconds: int) -> None:
        self.control.advance(seconds)
        self.waited += seconds

    @precondition(lambda self: self.sent)
    @rule(which=WHICH)
    def repeat(self, which: int) -> None:
        sent = self.sent[which % len(self.sent)]
        self.right = False
        answer = sent.send(sent.who, **sent.body)
        assert (answer.tx_id, answer.status) == (sent.tx_id, "existing")
        assert read(self.client, self.account) == self.books

    # --- What holds ---------------------------------------------------------------------------------------------------

    @invariant()
    def the_books_are_right(self) -> None:
        self.right = False
        before, self.books = self.books, read(self.client, self.account)
        for wallet in self.account.wallets:
            balance = self.books.balances[wallet.id]
            assert 0 <= self.books.reserved(wallet) <= balance
            moved = sum(net + fees for _, net, fees in self.books.settled(wallet))
            assert balance == moved
        self.money_is_kept()
        self.states_go_forward(before)
        self.right = True

    def money_is_kept(self) -> None:
        for asset in ASSETS:
            wallets = [wallet for wallet in self.account.wallets if wallet.asset == asset]
            sent = [row for wallet in wallets for row in self.books.outgoing(wallet) if row.status == "approved"]
            fees = sum(require(row.fees) for row in sent)
            withdrawn = sum(require(row.net_amount) for row in sent if row.type_ == "withdraw")
            held = sum(self.books.balances[wallet.id] for wallet in wallets)
            deposited = sum(self.deposited[wallet.id] for wallet in wallets)
            assert deposited == held + fees + withdrawn
            reserved = sum(self.books.reserved(wallet) for wallet in wallets)
            assert self.control.totals()[asset] == {
                "deposited": deposited,
                "held": held,
                "fees": fees,
                "withdrawn": withdrawn,
                "reserved": reserved,
            }

    def states_go_forward(self, before: Books) -> None:
        status = self.books.status()
        for tx_id, was in before.status().items():
            assert status[tx_id] == was or status[tx_id] in NEXT.get(was, ())

    def teardown(self) -> None:
        if self.right:  # else that is the failure to see
            self.books = read(self.client, self.account)
            self.what_is_told_is_the_same()

    def what_is_told_is_the_same(self) -> None:
        status = self.books.status()
        assert {sent.tx_id for sent in self.sent} == status.keys()
        for sent in self.sent:
            info = sent.get(sent.who, sent.tx_id)
            assert info.tx_status == status[sent.tx_id]
            approved = info.approver_count if sent.kind == "sweep" else info.approved_count
            enough = require(approved) >= require(info.threshold_required)
            assert enough or info.tx_status != "approved"
        for wallet in self.account.wallets:
            history = require(self.client.wallet.get_history(wallet.id).history)
            moves = [(require(row.tx_id), require(row.net_amount), require(row.fee)) for row in history]
            assert sorted(moves) == self.books.settled(wallet)
            most = self.client.wallet.get_max_amount(wallet.id, pending=1)
            net, spare = require(most.net_amount), self.books.available(wallet) - require(most.amount_to_send)
            assert require(most.amount_to_send) == net + fee_of(net)
            assert 0 <= spare < 1 + fee_of(net + 1) - fee_of(net)  # one more would not fit

    # --- Helpers ------------------------------------------------------------------------------------------------------

    def begin(self, kind: str, sender: Wallet, body: dict[str, Any], *, fits: bool | None, by: str = "") -> None:
        """Asks for a transaction, which is refused if and only if it does not fit; None leaves that open."""
        sends: dict[str, tuple[Callable[..., Any], Callable[[str, str], Any]]] = {
            "transfer": (self.client.transfer.create, self.client.transfer.get),
            "withdrawal": (self.client.withdrawal.create, self.client.withdrawal.get),
            "make": (self.client.atomic_swap.make, self.client.atomic_swap.get_made),
            "take": (self.client.atomic_swap.take, self.client.atomic_swap.get_taken),
            "sweep": (self.client.sweep.create, self.client.sweep.get),
        }
        send, get = sends[kind]
        self.right = False  # until they are read again
        who = by or sender.company
        try:
            answer = send(who, **body)
        except BadRequestError:
            assert not fits
            return
        assert fits is not False
        assert answer.status == "new"
        self.sent.append(Sent(kind, who, require(answer.tx_id), body, send, get))

    def terms(self, sender: Wallet, amount: int, lifetime: int) -> dict[str, Any]:
        return {
            "expires": NOW + self.waited + lifetime,
            "send": AssetAmount(symbol=sender.asset, amount=amount),
            "partner_tx_id": self.key(),
        }

    def key(self) -> str:
        return f"invoice-{len(self.sent)}-{self.waited}"

    def offers(self) -> list[Sent]:
        status = self.books.status()
        return [sent for sent in self.sent if sent.kind == "make" and status[sent.tx_id] == "taker_pending"]

    def waiting(self) -> list[Sent]:
        status = self.books.status()
        return [sent for sent in self.sent if status[sent.tx_id] in ("pending_initiate", "pending")]

    def recipient(self, sender: Wallet, which: int) -> Wallet:
        """A wallet that can receive, three of four times."""
        same = [one for one in self.account.wallets if one.asset == sender.asset and one != sender]
        return self.wallet(which) if which % 4 == 0 else same[which % len(same)]

    def covers(self, sender: Wallet, amount: int) -> bool:
        return amount + fee_of(amount) <= self.books.available(sender)

    def wallet(self, which: int) -> Wallet:
        return self.account.wallets[which % len(self.account.wallets)]

    def approver(self, which: int) -> str:
        return self.account.approvers[which % len(self.account.approvers)]

    def other_asset(self, wallet: Wallet) -> Wallet:
        mine = [one for one in self.account.wallets if one.company == wallet.company]
        return next(one for one in mine if one.asset != wallet.asset)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """An emulator whose clock moves only when it is told to, and whose ids are the same in each run."""
    rules = Settings(clock=lambda: NOW, time_window=None, random=random.Random(7))
    with Emulator(rules) as emulator, connect(Client, emulator.credentials, emulator.environment) as client:
        account = open_accounts(client, emulator, DEPOSIT)
        yield House(emulator, client, account, keeper(emulator))


def explore(house: House, **options: Any) -> None:
    """Runs random sequences of operations."""
    machine: Any = partial(Custody, house)
    run_state_machine_as_test(
        machine,
        settings=settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), **options),
    )


def test_laws_of_money(house: House) -> None:
    """No balance is negative, no money is made or lost, no ended transaction goes on, and every book says the same."""
    # Not shrunk: a step costs a dozen requests. What fails here is shrunk by the long run.
    explore(house, max_examples=6, stateful_step_count=40, derandomize=True, phases=[Phase.generate])


@pytest.mark.full
def test_laws_of_money_at_length(house: House) -> None:
    """The same, over more and longer sequences, other ones each time."""
    explore(house, max_examples=200, stateful_step_count=60)
