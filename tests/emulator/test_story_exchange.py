"""Exchanges: wallets that are connected to them, and sweeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from qredo_partner_v1_1 import BadRequestError, ConflictError, NotFoundError, require
from qredo_partner_v1_1.models import AssetAmount, ConnectAccount, NewWallet, WalletType

from .story import BTC, ETH, Firm, Story

NORTHERN = "Northern Exchange"


@pytest.fixture
def exchange(story: Story) -> Iterator[Story]:
    """The exchange's own API key."""
    other = Story(story.emulator, story.control.new_credentials())
    yield other
    other.close()


def open_exchange(exchange: Story) -> str:
    """A core client of it, by which wallets are connected."""
    core = require(exchange.client.core_client.create(name="Southern Exchange").id)
    assert exchange.control.add_exchange(core) == core
    return core


def dedicated(story: Story, counterparty: str, name: str = "desk") -> NewWallet:
    """A wallet that is connected to an exchange."""
    tie = ConnectAccount(counterparty_id=counterparty, client_id="A-20417")
    return NewWallet(name=name, asset=ETH, type_=WalletType.DEDICATED, connect=[tie])


def northern(story: Story) -> str:
    """The exchange that is always there."""
    (found,) = (one for one in require(story.client.wallet.get_exchanges().exchanges) if one.name == NORTHERN)
    return require(found.id)


def test_a_dedicated_wallet_and_a_sweep(story: Story, exchange: Story) -> None:
    """An exchange approves a connection, must approve what leaves the wallet as well, and sweeps it by itself."""
    core = open_exchange(exchange)
    assert core in {one.id for one in require(story.client.wallet.get_exchanges().exchanges)}
    with exchange.feed(f"/coreclient/{core}/feed") as feed:
        firm = story.firm(wallets=[dedicated(story, core), NewWallet(name=ETH, asset=ETH)], credit=0)
        message = feed.receive_json(10)
    assert (message["type"], message["expireTime"] - message["timestamp"]) == ("ApproveNewWalletConnect", 3600)
    (waiting,) = require(exchange.client.core_client.get_wallets(core).wallets)
    assert (waiting.wallet_id, waiting.status, waiting.action_id) == (firm["desk"], "pending", message["id"])
    details = require(exchange.client.core_client.get_action(core, message["id"]).details)
    assert details.client_data == {"customer_id": "A-20417"}
    assert require(details.wallet).to_dict()["typeCode"] == "dedicated"
    exchange.client.core_client.approve_action(core, message["id"])
    wallet = story.client.wallet.get(firm["desk"])
    assert (wallet.status, require(wallet.connected)[0].status) == ("ready", "connected")

    with exchange.feed("/wallets/feed") as feed:
        paid = story.control.credit(firm["desk"], 500_000)
        came = feed.receive_json(10)
        assert (came["chain_tx_id"], came["amount"], came["fee"], came["sweep_tx"]) == (paid, 500_000, 0, False)

        own = story.client.transfer.create(
            firm.id,
            wallet_id=firm["desk"],
            counterparty_wallet_address=firm[ETH],
            expires=story.later,
            send=AssetAmount(symbol=ETH, amount=1000),
        )
        info = story.client.transfer.get(firm.id, require(own.tx_id))
        assert (info.threshold_required, [entry.user_id for entry in require(info.status)]) == (
            2,
            [*firm.people.values(), core],
        )
        assert story.control.approve(require(own.tx_id), "ann@acme.example") == "pending"
        assert story.control.approve(require(own.tx_id), "Southern Exchange") == "approved"
        left = feed.receive_json(10)
        assert (left["tx_id"], left["amount"], left["net_amount"], left["fee"]) == (own.tx_id, -1001, -1000, -1)

        target = exchange.firm("Southern", credit=0)
        swept = exchange.client.sweep.create(
            core,
            wallet_id=firm["desk"],
            recipient_wallet_id=target[ETH],
            send=AssetAmount(symbol=ETH, amount=40_000),
            expires=story.later,
            reference="settlement",
        )
        (action,) = require(exchange.client.core_client.get_actions(core).actions)
        assert action.type_ == "ApproveSweep"
        state = exchange.client.sweep.get(core, require(swept.tx_id))
        assert (state.tx_status, state.approver_count, state.threshold_required) == ("pending", 0, 1)
        exchange.client.core_client.approve_action(core, require(action.id))
        message = feed.receive_json(10)
        assert (message["sweep_tx"], message["amount"], message["Status"]) == (True, -40_040, "approved")

    state = exchange.client.sweep.get(core, require(swept.tx_id))
    assert (state.tx_status, require(state.status_details).requested_by) == ("approved", "Southern Exchange")
    assert (story.balance(firm["desk"]), exchange.balance(target[ETH])) == (500_000 - 1001 - 40_040, 40_000)
    assert story.ledger(firm, wallet_id=firm["desk"], limit=1) == [("transferOut", "approved", 40_040)]
    assert story.control.inbox("ann@acme.example") == []


def test_an_exchange_alone_stops_a_transfer(story: Story) -> None:
    """The refusal of the connected exchange ends a transaction that all custodians want."""
    firm = story.firm(wallets=[dedicated(story, northern(story)), NewWallet(name=ETH, asset=ETH)])
    story.control.approve(firm["desk"])
    tx = story.client.transfer.create(
        firm.id,
        wallet_id=firm["desk"],
        counterparty_wallet_address=firm[ETH],
        expires=story.later,
        send=AssetAmount(symbol=ETH, amount=1),
    )
    story.control.approve(require(tx.tx_id), "ann@acme.example")
    assert story.control.reject(require(tx.tx_id), NORTHERN) == "custody_rejected"
    assert story.reserved(ETH) == 0


@pytest.mark.parametrize("end", ["rejected", "expired"])
def test_a_connection_that_fails_can_be_asked_for_again(story: Story, end: str) -> None:
    """A wallet whose connection was refused, or not answered within an hour, is of no use; its name is free again."""
    firm = story.firm(wallets=[dedicated(story, northern(story))], credit=0)
    again = [dedicated(story, northern(story))]
    with pytest.raises(ConflictError):
        story.client.fund.add_wallets(firm.id, firm.fund, wallets=again)
    with pytest.raises(BadRequestError, match="the wallet is pending, not ready"):
        send(story, firm, "desk")
    if end == "rejected":
        assert story.control.reject(firm["desk"], NORTHERN) == "rejected"
    else:
        story.control.advance(3600)
    wallet = story.client.wallet.get(firm["desk"])
    assert (wallet.status, require(wallet.connected)[0].status) == (end, end)
    with pytest.raises(BadRequestError, match=f"the wallet is {end}, not ready"):
        send(story, firm, "desk")
    (new,) = require(story.client.fund.add_wallets(firm.id, firm.fund, wallets=again).wallets)
    assert story.control.approve(new) == "ready"


def send(story: Story, firm: Firm, name: str) -> Any:
    """A transfer from a wallet to itself, which is looked at last."""
    amount = AssetAmount(symbol=ETH, amount=1)
    return story.client.transfer.create(
        firm.id, wallet_id=firm[name], counterparty_wallet_address=firm[name], expires=story.later, send=amount
    )


def test_a_multi_counterparty_wallet_asks_its_exchanges_once(story: Story, exchange: Story) -> None:
    """It is ready with the first exchange that agrees, and none is asked about its transactions."""
    core = open_exchange(exchange)
    ties = [ConnectAccount(counterparty_id=one, client_id="7") for one in (core, northern(story))]
    desk = NewWallet(name="desk", asset=ETH, type_=WalletType.MULTI_COUNTERPARTY, connect=ties)
    firm = story.firm(wallets=[desk, NewWallet(name=ETH, asset=ETH)])
    assert story.control.reject(firm["desk"], NORTHERN) == "pending"
    assert story.control.approve(firm["desk"], core) == "ready"
    statuses = [tie.status for tie in require(story.client.wallet.get(firm["desk"]).connected)]
    assert statuses == ["connected", "rejected"]
    amount = AssetAmount(symbol=ETH, amount=1)
    tx = story.client.transfer.create(
        firm.id,
        wallet_id=firm["desk"],
        counterparty_wallet_address=firm[ETH],
        expires=story.later,
        send=amount,
    )
    assert story.client.transfer.get(firm.id, require(tx.tx_id)).threshold_required == 1
    assert story.control.approve(require(tx.tx_id), "ann@acme.example") == "approved"


def test_only_a_connected_wallet_is_swept(story: Story, exchange: Story) -> None:
    """An exchange reaches no wallet that is not connected to it, and no company reaches the sweep of another."""
    core = open_exchange(exchange)
    firm = story.firm(wallets=[dedicated(story, core), NewWallet(name=ETH, asset=ETH)])
    terms: dict[str, Any] = {"recipient_wallet_id": firm[ETH], "send": AssetAmount(symbol=ETH, amount=1)}
    for wallet in (firm["desk"], firm[ETH], "nowhere"):
        with pytest.raises(NotFoundError, match="wallet_id"):
            exchange.client.sweep.create(core, wallet_id=wallet, **terms)
    story.control.approve(firm["desk"])
    tx = exchange.client.sweep.create(core, wallet_id=firm["desk"], partner_tx_id="s", **terms)
    again = exchange.client.sweep.create(core, wallet_id=firm["desk"], partner_tx_id="s", **terms)
    assert (again.tx_id, again.status) == (tx.tx_id, "existing")
    other = require(exchange.client.core_client.create(name="another").id)
    with pytest.raises(NotFoundError, match="tx_id"):
        exchange.client.sweep.get(other, require(tx.tx_id))
    with pytest.raises(NotFoundError, match="client_id"):
        story.client.sweep.get(core, require(tx.tx_id))
    assert story.status(firm, require(tx.tx_id)) == "pending"


@pytest.mark.parametrize(
    ("kind", "ties", "where"),
    [
        (WalletType.STANDARD, ["Northern"], "/body/wallets/0/connect: is for dedicated"),
        (WalletType.DEDICATED, [], "/body/wallets/0/connect: is required"),
        (WalletType.DEDICATED, ["Northern", "Northern"], "/body/wallets/0/connect: is required"),
        (WalletType.MULTI_COUNTERPARTY, ["Northern", "Northern"], "/body/wallets/0/connect/1/counterparty_id"),
        (WalletType.DEDICATED, ["nobody"], "/body/wallets/0/connect/0/counterparty_id: is not an exchange"),
    ],
)
def test_a_connection_fits_the_wallet(story: Story, kind: WalletType, ties: list[str], where: str) -> None:
    """A standard wallet has no exchange, a dedicated one has one, others have each at most once."""
    firm = story.firm(wallets=[])
    ids = {"Northern": northern(story)}
    connect = [ConnectAccount(counterparty_id=ids.get(tie, tie), client_id="1") for tie in ties]
    with pytest.raises(BadRequestError) as caught:
        story.client.fund.add_wallets(
            firm.id, firm.fund, wallets=[NewWallet(name="w", asset=ETH, type_=kind, connect=connect)]
        )
    assert str(caught.value.reason).startswith(where)
    assert BTC not in firm.wallets


def test_an_exchange_is_a_core_client(story: Story) -> None:
    """Control names the core client that is not there."""
    with pytest.raises(LookupError, match="no core client 'x'"):
        story.control.add_exchange("x")
