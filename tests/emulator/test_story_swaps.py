"""Atomic swaps and the liquidity hub."""

from __future__ import annotations

from typing import Any

import pytest
from qredo_partner_v1_1 import BadRequestError, NotFoundError, require
from qredo_partner_v1_1.models import AssetAmount

from .story import BTC, ETH, Firm, Story

GIVE, GET = AssetAmount(symbol=BTC, amount=100_000), AssetAmount(symbol=ETH, amount=18_000)


def offer(story: Story, firm: Firm, **more: Any) -> str:
    """An offer of BTC for ETH."""
    terms: dict[str, Any] = {
        "send_wallet_id": firm[BTC],
        "receive_wallet_id": firm[ETH],
        "expires": story.later,
        "send": GIVE,
        "receive": GET,
        "reference": "swap 31",
    }
    made = story.client.atomic_swap.make(firm.id, **(terms | more))
    assert str(made.tx_url).endswith(require(made.tx_id))
    return require(made.tx_id)


def take(story: Story, firm: Firm, swap_id: str, **more: Any) -> str:
    """Takes such an offer."""
    wallets: dict[str, Any] = {"send_wallet_id": firm[ETH], "receive_wallet_id": firm[BTC], "reference": "31"}
    return require(story.client.atomic_swap.take(firm.id, swap_id=swap_id, **(wallets | more)).tx_id)


def on_hub(story: Story, firm: Firm | None = None) -> list[tuple[Any, Any]]:
    """The swaps on the hub, and whether they are one's own."""
    hub = story.client.liquidity_hub
    items = hub.get_for_company(firm.id).items if firm else hub.get_all().items
    return [(item.tx_id, item.owner) for item in require(items)]


def test_a_swap_between_two_companies(story: Story) -> None:
    """An offer goes to the hub when its maker's approvers agree, is taken, and both legs settle together."""
    maker, taker = story.firm("Maker"), story.firm("Taker", people=("tom@taker.example",))
    with story.feed("/liquidityhub/feed") as feed:
        swap = offer(story, maker, add_to_liquidity_hub=True)
        assert (story.status(maker, swap), on_hub(story)) == ("pending", [])
        assert story.control.inbox("ann@acme.example")[0]["type"] == "ApproveSwap"
        assert story.control.approve(swap) == "taker_pending"
        assert feed.receive_json(10) == {"txID": swap, "status": "taker_pending"}
        assert (on_hub(story, maker), on_hub(story, taker)) == ([(swap, True)], [(swap, False)])

        taken = take(story, taker, swap)
        assert story.control.inbox("tom@taker.example")[0]["type"] == "ApproveSwapTake"
        assert on_hub(story) == []
        assert story.client.atomic_swap.get_taken(taker.id, taken).tx_status == "pending"
        assert story.control.approve(taken) == "approved"
        assert [feed.receive_json(10)["status"] for _ in range(2)] == ["taker_approved", "approved"]

    made = story.client.atomic_swap.get_made(maker.id, swap)
    assert (made.tx_status, require(made.status_details).amount) == ("approved", 100_100)
    assert (story.balance(maker[BTC]), story.balance(maker[ETH])) == (1_000_000 - 100_100, 1_018_000)
    assert (story.balance(taker[BTC]), story.balance(taker[ETH])) == (1_100_000, 1_000_000 - 18_018)
    assert story.ledger(maker, direction="all", limit=2) == [
        ("swapIn", "approved", 18_000),
        ("swapOut", "approved", 100_100),
    ]
    histories = [story.client.wallet.get_history(wallet_id).history for wallet_id in (maker[BTC], taker[ETH])]
    assert len({require(history)[0].chain_tx_id for history in histories}) == 1
    (row, *_) = require(story.client.fund.get_ledger(taker.id, taker.fund).list_)
    assert (row.type_, row.counterparty_name, row.address) == ("swapIn", "Maker", maker[BTC])


def test_an_offer_is_published_later_and_cancelled(story: Story) -> None:
    """Only an approved offer can be published, once; its maker cancels it, and what it reserved is free."""
    maker, taker = story.firm("Maker"), story.firm("Taker")
    swap = offer(story, maker)
    publish = story.client.liquidity_hub.publish
    with pytest.raises(BadRequestError, match="the swap is pending; only one that can be taken"):
        publish(maker.id, tx_id=swap)
    with pytest.raises(BadRequestError, match="the swap is pending, not open"):
        take(story, taker, swap)
    story.control.approve(swap)
    publish(maker.id, tx_id=swap)
    with pytest.raises(BadRequestError, match="on the hub already"):
        publish(maker.id, tx_id=swap)
    answer = story.client.with_raw_response.atomic_swap.cancel(maker.id, swap)
    assert answer.response.status_code == 202
    assert (story.status(maker, swap), on_hub(story), story.reserved()) == ("rejected", [], 0)
    with pytest.raises(BadRequestError, match="the swap is rejected"):
        story.client.atomic_swap.cancel(maker.id, swap)


def test_a_swap_is_taken_by_one(story: Story) -> None:
    """While one company takes it no other can, nor can it be cancelled; after a refusal it is open again."""
    maker, taker, late = story.firm("Maker"), story.firm("Taker"), story.firm("Late")
    swap = offer(story, maker, add_to_liquidity_hub=True)
    story.control.approve(swap)
    taken = take(story, taker, swap)
    for attempt in (
        lambda: take(story, late, swap),
        lambda: story.client.atomic_swap.cancel(maker.id, swap),
    ):
        with pytest.raises(BadRequestError, match="the swap is being taken"):
            attempt()
    assert story.control.reject(taken) == "custody_rejected"
    assert on_hub(story) == [(swap, False)]
    assert story.control.approve(take(story, late, swap)) == "approved"


def test_both_sides_expire_together(story: Story) -> None:
    """At the maker's deadline the offer and an open taking of it expire, and the hub says so."""
    maker, taker = story.firm("Maker"), story.firm("Taker")
    swap = offer(story, maker, add_to_liquidity_hub=True)
    story.control.approve(swap)
    taken = take(story, taker, swap)
    with story.feed("/liquidityhub/feed") as feed:
        story.control.advance(3600)
        assert feed.receive_json(10) == {"txID": swap, "status": "expired"}
    assert (story.status(maker, swap), story.status(taker, taken)) == ("expired", "expired")
    assert (story.reserved(BTC), story.reserved(ETH), on_hub(story)) == (0, 0, [])


def test_the_chain_refuses_both_legs(story: Story) -> None:
    """A swap that the chain refuses is chain_rejected on both sides, before or after it settled."""
    maker, taker = story.firm("Maker"), story.firm("Taker")
    for late in (False, True):
        swap = offer(story, maker)
        story.control.approve(swap)
        taken = take(story, taker, swap)
        if not late:
            story.control.fail_chain(swap)
        story.control.approve(taken)
        if late:
            story.control.fail_chain(taken)
        assert (story.status(maker, swap), story.status(taker, taken)) == ("chain_rejected", "chain_rejected")
        assert {story.balance(firm[asset]) for firm in (maker, taker) for asset in (BTC, ETH)} == {1_000_000}
    assert (story.reserved(BTC), story.reserved(ETH)) == (0, 0)


def test_a_swap_that_cannot_be_is_refused(story: Story) -> None:
    """Assets, wallets and balances have to fit on both sides, and other accounts see nothing of it."""
    maker, taker = story.firm("Maker"), story.firm("Taker", credit=10)
    with pytest.raises(BadRequestError, match="a swap is of two assets"):
        offer(story, maker, receive_wallet_id=maker[BTC])
    with pytest.raises(BadRequestError, match="/body/receive/symbol"):
        offer(story, maker, receive=GIVE)
    swap = offer(story, maker, add_to_liquidity_hub=True)
    story.control.approve(swap)
    with pytest.raises(BadRequestError, match="/body/send_wallet_id: holds BTC-TESTNET, not ETH-TESTNET"):
        take(story, taker, swap, send_wallet_id=taker[BTC], receive_wallet_id=taker[ETH])
    with pytest.raises(BadRequestError, match="maker's side"):
        take(story, maker, swap)
    with pytest.raises(BadRequestError, match="balance"):
        take(story, taker, swap)
    with pytest.raises(NotFoundError, match="swap_id"):
        take(story, taker, "nothing")
    other = Story(story.emulator, story.control.new_credentials())
    try:
        stranger = other.firm("Stranger")
        assert on_hub(other) == []
        with pytest.raises(NotFoundError, match="swap_id"):
            take(other, stranger, swap)
    finally:
        other.close()


def test_a_repeated_offer_and_taking_are_the_first_ones(story: Story) -> None:
    """Keys work for both sides of a swap."""
    maker, taker = story.firm("Maker"), story.firm("Taker")
    swap = offer(story, maker, partner_tx_id="a")
    assert offer(story, maker, partner_tx_id="a") == swap
    story.control.approve(swap)
    taken = take(story, taker, swap, partner_tx_id="a")
    assert take(story, taker, swap, partner_tx_id="a") == taken != swap
