"""Transfers and withdrawals, from their request to every way in which they end."""

from __future__ import annotations

from typing import Any

import pytest
from qredo_partner_v1_1 import APIError, BadRequestError, NotFoundError, require
from qredo_partner_v1_1.models import AssetAmount, NewWallet

from .story import ADDRESS, BTC, ETH, Firm, Story, group

ANN, BOB, CAROL = "ann@acme.example", "bob@acme.example", "carol@acme.example"


def test_from_a_company_to_a_withdrawal(story: Story) -> None:
    """Invited people, a fund, a deposit, a whitelisted address, and a withdrawal that three have to approve."""
    client, control = story.client, story.control
    control.accept_users = False
    company = client.company.create(name="ACME Corp", country="FR").company_id
    core = client.core_client.create(name="Order desk")
    assert story.trust(company, ANN, BOB, require(core.id)) == {core.id: core.id}
    for person in (ANN, BOB):
        assert control.accept(person) == 1
    parties = story.trust(company)
    policy = group(parties.values(), 3)
    created = client.fund.create(
        company,
        name="Treasury",
        custodygroup_withdraw=policy,
        custodygroup_tx=policy,
        wallets=[NewWallet(name="Reserve", asset=BTC)],
    )
    fund = require(created.fund_id)
    (place,) = require(client.fund.get_deposit_addresses(company, fund).list_)
    (wallet,) = require(client.fund.get(company, fund).wallets)
    assert place.address == wallet.address
    control.credit(require(wallet.wallet_id), 2_000_000)
    client.fund.add_to_whitelist(company, fund, asset=BTC, address=ADDRESS, name="Cold storage")

    with story.feed(require(core.feed)) as feed:
        tx = client.withdrawal.create(
            company,
            wallet_id=require(wallet.short_code),
            address=ADDRESS,
            expires=story.later,
            send=AssetAmount(symbol=BTC, amount=800_000),
            reference="to cold storage",
        )
        message = feed.receive_json(10)
    tx_id = require(tx.tx_id)
    assert tx.status == "new"
    (waiting,) = require(client.core_client.get_actions(require(core.id)).actions)
    assert (message["id"], message["type"], message["status"]) == (waiting.id, "ApproveWithdraw", "pending")
    details = require(client.core_client.get_action(require(core.id), require(waiting.id)).details)
    assert (details.tx_type, details.tx_id, details.amount, details.recipient_address_name, details.company_id) == (
        ("withdraw", tx_id, 800_800, "Cold storage", "")
    )

    assert control.inbox(ANN)[0]["about"] == tx_id
    assert {one["address"] for one in control.inbox()} == {ANN, BOB, core.id}
    assert control.approve(tx_id, ANN) == "pending"
    client.core_client.approve_action(require(core.id), require(waiting.id))
    info = client.withdrawal.get(company, tx_id)
    assert (info.tx_status, info.approved_count, info.threshold_required) == ("pending", 2, 3)
    assert {entry.user_id: entry.status for entry in require(info.status)} == {
        parties[ANN]: "approved",
        parties[BOB]: "pending",
        core.id: "approved",
    }
    assert story.balance(require(wallet.wallet_id)) == 2_000_000
    assert control.approve(tx_id, BOB) == "approved"

    assert story.balance(require(wallet.wallet_id)) == 2_000_000 - 800_800
    rows = require(client.fund.get_ledger(company, fund).list_)
    assert [(row.type_, row.status, row.net_amount, row.fees) for row in rows] == [
        ("withdraw", "approved", 800_000, 800),
        ("deposit", "", 2_000_000, 0),
    ]
    assert (rows[0].tx_id, rows[0].address, rows[0].counterparty_name) == (tx_id, ADDRESS, "Cold storage")
    (left, came) = require(client.wallet.get_history(require(wallet.wallet_id)).history)
    assert (left.amount, left.fee, left.net_amount, left.chain_tx_id) == (-800_800, -800, -800_000, rows[0].chain_tx_id)
    assert came.amount == 2_000_000
    assert [(held.code, held.amount) for held in client.holding.get_all(company).holdings] == [(BTC, 1_199_200)]
    assert control.totals() == {
        BTC: {"deposited": 2_000_000, "held": 1_199_200, "reserved": 0, "fees": 800, "withdrawn": 800_000}
    }


def test_a_transfer_reaches_another_account(story: Story) -> None:
    """A transfer by short code arrives in the wallet of another API key, which sees it as incoming; the sender pays."""
    theirs = Story(story.emulator, story.control.new_credentials())
    try:
        sender, recipient = story.firm(), theirs.firm("Beta Ltd", credit=0)
        code = require(theirs.client.wallet.get(recipient[BTC]).short_code)
        tx_id = story.transfer(sender, code, 200_000, reference="invoice 7781", benefit_of="Beta", account_no="9")
        assert theirs.ledger(recipient) == []
        assert story.control.approve(tx_id) == "approved"
        assert (story.balance(sender[BTC]), theirs.balance(recipient[BTC])) == (799_800, 200_000)
        assert story.ledger(sender, direction="out") == [("transferOut", "approved", 200_200)]
        (row,) = require(theirs.client.fund.get_ledger(recipient.id, recipient.fund).list_)
        assert (row.type_, row.tx_id, row.amount, row.fees) == ("transferIn", tx_id, 200_000, 0)
        assert (row.counterparty_name, row.address) == ("ACME", sender[BTC])
        with pytest.raises(NotFoundError):
            theirs.client.transfer.get(recipient.id, tx_id)
    finally:
        theirs.close()


def approved(story: Story, firm: Firm, to: str) -> str:
    tx_id = story.transfer(firm, to)
    story.control.approve(tx_id)
    return tx_id


def custody_rejected(story: Story, firm: Firm, to: str) -> str:
    tx_id = story.transfer(firm, to)
    story.control.reject(tx_id, ANN)
    return tx_id


def expired(story: Story, firm: Firm, to: str) -> str:
    tx_id = story.transfer(firm, to)
    story.control.advance(3601)
    return tx_id


def initiate_rejected(story: Story, firm: Firm, to: str) -> str:
    core = require(story.client.core_client.create(name="Initiator").id)
    tx_id = story.transfer(firm, to, authorize_id=core)
    (action,) = require(story.client.core_client.get_actions(core).actions)
    story.client.core_client.reject_action(core, require(action.id))
    return tx_id


def chain_rejected(story: Story, firm: Firm, to: str) -> str:
    tx_id = story.transfer(firm, to)
    story.control.fail_chain(tx_id)
    story.control.approve(tx_id)
    return tx_id


@pytest.mark.parametrize("end", [approved, custody_rejected, expired, initiate_rejected, chain_rejected])
def test_a_transaction_ends_in_each_way(story: Story, end: Any) -> None:
    """Only approval moves anything; every other end gives back what was reserved, and no end is left again."""
    firm, other = story.firm(), story.firm("Beta")
    before = story.balance(firm[BTC])
    tx_id = end(story, firm, other[BTC])
    moved = 1001 if end is approved else 0
    assert story.status(firm, tx_id) == end.__name__
    assert (story.balance(firm[BTC]), story.reserved()) == (before - moved, 0)
    assert story.balance(other[BTC]) == before + (1000 if moved else 0)
    assert story.ledger(firm, wallet_id=firm[BTC], direction="out") == [("transferOut", end.__name__, 1001)]
    with pytest.raises(LookupError, match="no decision about"):
        story.control.approve(tx_id)
    story.control.advance(10_000)
    assert story.status(firm, tx_id) == end.__name__
    approvals = require(story.client.transfer.get(firm.id, tx_id).status)
    assert {str(entry.status) for entry in approvals} <= {"approved", "rejected", "expired"}


def test_authorisation_comes_before_approval(story: Story) -> None:
    """With authorize_id the approvers are asked only once that core client has agreed."""
    firm, other = story.firm(), story.firm("Beta")
    core = require(story.client.core_client.create(name="Initiator").id)
    tx_id = story.transfer(firm, other[BTC], authorize_id=core)
    info = story.client.transfer.get(firm.id, tx_id)
    assert (info.tx_status, info.initiator_authorized, info.status) == ("pending_initiate", False, [])
    assert story.control.inbox(ANN) == []
    (action,) = require(story.client.core_client.get_actions(core).actions)
    story.client.core_client.approve_action(core, require(action.id))
    info = story.client.transfer.get(firm.id, tx_id)
    assert (info.tx_status, info.initiator_authorized, info.threshold_required) == ("pending", True, 1)
    with pytest.raises(BadRequestError, match="action_id: the action is approved"):
        story.client.core_client.reject_action(core, require(action.id))


def test_a_threshold_is_reached_or_out_of_reach(story: Story) -> None:
    """Of three custodians two decide: two approvals are enough, and so are two refusals."""
    firm, other = story.firm(people=(ANN, BOB, CAROL), threshold=2), story.firm("Beta")
    for decide, end in ((story.control.approve, "approved"), (story.control.reject, "custody_rejected")):
        tx_id = story.transfer(firm, other[BTC])
        assert decide(tx_id, ANN) == "pending"
        with pytest.raises(LookupError, match=r"'ann@acme\.example' is not asked about .*; asked are 'bob', 'carol'"):
            decide(tx_id, ANN)
        assert decide(tx_id, firm.people[CAROL]) == end
        states = [str(entry.status) for entry in require(story.client.transfer.get(firm.id, tx_id).status)]
        assert states[1] == "expired"  # it was decided without him


def test_without_a_policy_nothing_is_approved(story: Story) -> None:
    """Where neither fund nor wallet has a policy, a transaction stays pending until it expires."""
    firm = story.firm(people=())
    tx_id = story.transfer(firm, story.firm("Beta")[BTC])
    info = story.client.transfer.get(firm.id, tx_id)
    assert (info.tx_status, info.status, info.threshold_required) == ("pending", [], 0)
    story.control.advance(3600)
    assert story.status(firm, tx_id) == "expired"


def test_a_wallets_own_policy_stands_before_the_funds(story: Story) -> None:
    """Transfers go by the wallet's policy for transfers, withdrawals by the fund's where the wallet has none."""
    company = story.client.company.create(name="ACME").company_id
    parties = story.trust(company, ANN, BOB)
    fund = story.client.fund.create(
        company,
        name="F",
        custodygroup_withdraw=group([parties[ANN]]),
        custodygroup_tx=group([parties[ANN]]),
        wallets=[NewWallet(name=BTC, asset=BTC, custodygroup_tx=group([parties[BOB]]))],
    )
    (wallet,) = require(story.client.fund.get(company, require(fund.fund_id)).wallets)
    firm = Firm(company, require(fund.fund_id), {BTC: require(wallet.wallet_id)})
    story.control.credit(firm[BTC], 10_000)
    story.client.fund.add_to_whitelist(company, firm.fund, asset=BTC, address=ADDRESS, name="n")
    story.transfer(firm, story.firm("Beta")[BTC])
    send = AssetAmount(symbol=BTC, amount=1)
    terms: dict[str, Any] = {"wallet_id": firm[BTC], "expires": story.later, "send": send}
    story.client.withdrawal.create(company, address=ADDRESS, **terms)
    assert [one["type"] for one in story.control.inbox(BOB)] == ["ApproveTransfer"]
    assert [one["type"] for one in story.control.inbox(ANN)] == ["ApproveWithdraw"]


def test_a_repeat_with_the_same_key_starts_nothing(story: Story) -> None:
    """A partner_txID answers with the first transaction for good, whatever else is sent; an empty one is no key."""
    firm, other = story.firm(), story.firm("Beta")
    key: dict[str, Any] = {"partner_tx_id": "invoice-1"}
    first = story.transfer(firm, other[BTC], **key)
    send = AssetAmount(symbol=BTC, amount=7)
    terms: dict[str, Any] = {"wallet_id": firm[BTC], "send": send}
    again = story.client.transfer.create(firm.id, counterparty_wallet_address=other[BTC], expires=0, **terms, **key)
    assert (again.tx_id, again.status) == (first, "existing")
    other_kind = story.client.withdrawal.create(firm.id, address="nowhere", expires=0, **terms, **key)
    assert (other_kind.tx_id, other_kind.status) == (first, "existing")
    assert story.reserved() == 1001
    assert story.transfer(other, firm[BTC], **key) != first
    assert story.transfer(firm, other[BTC], partner_tx_id="") != story.transfer(firm, other[BTC], partner_tx_id="")


def test_a_balance_is_reserved_from_the_beginning(story: Story) -> None:
    """What open transactions will take is not there for others; a refusal gives it back."""
    firm, other = story.firm(credit=1_001_000), story.firm("Beta")
    tx_id = story.transfer(firm, other[BTC], 999_999)
    assert (story.balance(firm[BTC]), story.reserved()) == (1_001_000, 1_000_999)
    largest = story.client.wallet.get_max_amount
    assert (largest(firm[BTC]).net_amount, largest(firm[BTC], pending=1).net_amount) == (1_000_000, 0)
    with pytest.raises(BadRequestError, match="balance: 2 base units are needed with the fee, 1 are available"):
        story.transfer(firm, other[BTC], 1)
    story.control.reject(tx_id)
    story.transfer(firm, other[BTC], 1_000_000)
    assert story.reserved() == 1_001_000


def test_the_chain_can_fail_after_approval(story: Story) -> None:
    """An approved transfer that the chain refuses goes back whole, fee included, unless what it brought is spent."""
    firm, other = story.firm(), story.firm("Beta", credit=0)
    tx_id = approved(story, firm, other[BTC])
    spent = story.transfer(other, firm[BTC], 900)
    with pytest.raises(ValueError, match="is spent"):
        story.control.fail_chain(tx_id)
    story.control.reject(spent)
    assert story.control.fail_chain(tx_id) == "chain_rejected"
    assert (story.balance(firm[BTC]), story.balance(other[BTC])) == (1_000_000, 0)
    assert len(require(story.client.wallet.get_history(firm[BTC]).history)) == 1
    assert story.ledger(other) == [("transferOut", "custody_rejected", 901), ("transferIn", "chain_rejected", 1000)]
    with pytest.raises(ValueError, match="chain_rejected, so it never reaches"):
        story.control.fail_chain(tx_id)
    assert story.control.totals()[BTC] == {
        "deposited": 1_000_000,
        "held": 1_000_000,
        "reserved": 0,
        "fees": 0,
        "withdrawn": 0,
    }


def test_a_withdrawal_to_a_deposit_address_arrives(story: Story) -> None:
    """The chain brings a withdrawal to whichever wallet has the address, as a deposit."""
    firm, other = story.firm(), story.firm("Beta", credit=0)
    address = require(story.client.wallet.get(other[BTC]).address)
    story.client.fund.add_to_whitelist(firm.id, firm.fund, asset=BTC, address=address, name="Beta")
    send = AssetAmount(symbol=BTC, amount=5000)
    created = story.client.withdrawal.create(
        firm.id, wallet_id=firm[BTC], address=address, expires=story.later, send=send
    )
    story.control.approve(require(created.tx_id))
    assert story.balance(other[BTC]) == 5000
    assert story.ledger(other) == [("deposit", "", 5000)]
    sums = story.control.totals()[BTC]
    assert sums["deposited"] == sums["held"] + sums["fees"] + sums["withdrawn"] == 1_005_000
    with pytest.raises(ValueError, match="arrived in a wallet of this emulator"):
        story.control.fail_chain(require(created.tx_id))


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"wallet_id": "nowhere"}, NotFoundError, "wallet_id"),
        ({"to": "nowhere"}, NotFoundError, "counterparty_wallet_address"),
        ({"to": "self"}, BadRequestError, "/body/counterparty_wallet_address: is the wallet that sends"),
        ({"to": ETH}, BadRequestError, "/body/counterparty_wallet_address: holds ETH-TESTNET, not BTC-TESTNET"),
        ({"wallet_id": "theirs"}, NotFoundError, "wallet_id"),
        ({"amount": 0}, BadRequestError, "/body/send/amount: 0 is not at least 1"),
        ({"expires": 1}, BadRequestError, "/body/expires: 1 is not after the present"),
        ({"authorize_id": "nobody"}, BadRequestError, "/body/authorize_id: is not a core client"),
        ({"wallet_id": ETH}, BadRequestError, "/body/send/symbol: 'BTC-TESTNET' is not ETH-TESTNET"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(
    story: Story, changes: dict[str, Any], error: type[APIError], reason: str
) -> None:
    """A request that names what is not there, or makes no sense, is refused with the field, and reserves nothing."""
    firm, other = story.firm(), story.firm("Beta")
    names = {"self": firm[BTC], "theirs": other[BTC], ETH: firm[ETH]}
    given: dict[str, Any] = {name: names.get(value, value) for name, value in changes.items()}
    with pytest.raises(error) as caught:
        story.transfer(firm, given.pop("to", other[BTC]), **given)
    assert str(caught.value.reason).startswith(reason)
    assert story.reserved() == 0


def test_a_withdrawal_goes_to_whitelisted_addresses_only(story: Story) -> None:
    """An address that is not whitelisted for the asset in the wallet's fund is refused."""
    firm = story.firm()
    story.client.fund.add_to_whitelist(firm.id, firm.fund, asset=ETH, address=ADDRESS, name="n")
    send = AssetAmount(symbol=BTC, amount=1)
    with pytest.raises(BadRequestError) as caught:
        story.client.withdrawal.create(firm.id, wallet_id=firm[BTC], address=ADDRESS, expires=story.later, send=send)
    assert caught.value.reason == f"address: {ADDRESS!r} is not whitelisted for BTC-TESTNET in this fund"


def test_each_operation_reads_its_own_kind(story: Story) -> None:
    """A transfer is no withdrawal; a transfer is also found by the id of one of its actions."""
    firm = story.firm()
    tx_id = story.transfer(firm, story.firm("Beta")[BTC])
    (approval,) = require(story.client.transfer.get(firm.id, tx_id).status)
    assert approval.action_id != tx_id
    assert story.client.transfer.get(firm.id, require(approval.action_id)).tx_id == tx_id
    for read in (story.client.withdrawal.get, story.client.atomic_swap.get_made, story.client.atomic_swap.get_taken):
        with pytest.raises(NotFoundError) as caught:
            read(firm.id, tx_id)
        assert caught.value.reason == "tx_id"
