"""1.0 beside 1.1 on the same state: each sees what the other did, in its own shapes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import qredo_partner_v1_0
from qredo_emulator import Emulator
from qredo_emulator.handlers import find_handler
from qredo_partner_v1_0 import models, require
from qredo_partner_v1_1 import require as given
from qredo_partner_v1_1.models import NewWallet
from qredo_signing import SQLiteNonces, connect

from .descriptions import described
from .story import ADDRESS, BTC, ETH, Story

ANN = "ann@acme.example"
PLACE = {"city": "Paris", "country": "FR"}


@pytest.fixture
def old(strict_emulator: Emulator, story: Story, tmp_path: Path) -> Iterator[qredo_partner_v1_0.Client]:
    """A client of 1.0 with the same API key."""
    nonces = SQLiteNonces(tmp_path / "nonces.db", rule="counter")
    nonces.initialise(0)
    keys, place = strict_emulator.credentials, strict_emulator.environment
    with connect(qredo_partner_v1_0.Client, keys, place, stamp="nonce", nonces=nonces) as client:
        yield client
    nonces.close()


def group(*members: str) -> models.NewCustodyGroup:
    return models.NewCustodyGroup(threshold=1, members=list(members))


def test_a_story_of_both_versions(story: Story, old: qredo_partner_v1_0.Client) -> None:
    """A company of 1.0 gets a fund and moves assets; 1.1 approves and reads it all, and adds to it."""
    company = old.company.create(name="ACME", domain="acme.example", **PLACE).company_id
    beta = old.company.create(name="Beta", domain="Beta.example", **PLACE).company_id
    for address, kind in ((ANN, "user"), ("beta.example", "company")):
        old.trusted_party.add(company, address=address, type_=kind)
    old.trusted_party.add(beta, address=ANN, type_="user")
    core = given(story.client.core_client.create(name="Order desk").id)
    story.client.trusted_party.add(company, address=core)
    parties = {party.address: require(party.trusted_entity_id) for party in old.trusted_party.get_all(company).list_}
    assert set(parties) == {ANN, "beta.example"}

    policy = group(parties[ANN])
    funds = []
    for owner in (company, beta):
        made = old.fund.create(
            owner, name="Treasury", assets=[BTC, ETH], theme=3, custodygroup_tx=policy, custodygroup_withdraw=policy
        )
        funds.append(require(made.fund_id))
        story.control.advance(15)
    ours, theirs = funds
    wallets = {wallet.asset: given(wallet.wallet_id) for wallet in given(story.client.fund.get(company, ours).wallets)}
    story.control.credit(wallets[BTC], 1_000_000)
    send = models.AssetAmount(symbol=BTC, amount=1000)
    transfer = old.transfer.create(
        company, fund_id=ours, counterparty_id=parties["beta.example"], expires=story.later, send=send
    )
    tx_id = require(transfer.tx_id)
    assert len(tx_id) == 32
    assert int(tx_id, 16) >= 0
    assert story.control.approve(tx_id, ANN) == "approved"
    seen, now = old.transfer.get(company, tx_id), story.client.transfer.get(company, tx_id)
    assert seen.to_dict() == now.to_dict()
    assert [(one.code, one.amount) for one in old.holding.get_all(beta).holdings] == [(BTC, 1000), (ETH, 0)]

    old.fund.add_to_whitelist(company, ours, asset=BTC, address=ADDRESS, name="vault")
    withdrawal = old.withdrawal.create(company, fund_id=ours, address=ADDRESS, expires=story.later, send=send)
    assert story.client.withdrawal.get(company, require(withdrawal.tx_id)).tx_status == "pending"
    story.control.approve(require(withdrawal.tx_id))
    assert story.balance(wallets[BTC]) == 1_000_000 - 2 * 1001

    story.client.fund.add_wallets(company, ours, wallets=[NewWallet(name="more", asset=BTC)])
    behind = old.fund.get_deposit_addresses(company, ours)
    assert max(require(entry.balance) for entry in behind if entry.asset == BTC) == Decimal("0.00997998")
    fund = old.fund.get(company, ours)
    assert [asset.code for asset in require(fund.assets)] == [BTC, ETH]
    assert [(one.code, one.amount) for one in require(fund.holdings)] == [(BTC, 997_998), (ETH, 0)]
    assert fund.theme == 3
    members = require(require(fund.custodygroup_tx).members)
    assert [(member.user_id, member.first_name) for member in members] == [(parties[ANN], "ann")]
    assert [row.type_ for row in given(story.client.fund.get_ledger(beta, theirs).list_)] == ["transferIn"]


def test_the_wallet_that_can_pay_sends(story: Story, old: qredo_partner_v1_0.Client) -> None:
    """Of several wallets of an asset the first that covers the amount is taken; nothing is put together from two."""
    firm = story.firm(wallets=[NewWallet(name=name, asset=BTC) for name in ("small", "large")], credit=0)
    old.fund.add_to_whitelist(firm.id, firm.fund, asset=BTC, address=ADDRESS, name="vault")
    story.control.credit(firm["small"], 500)
    story.control.credit(firm["large"], 2000)

    def withdraw(amount: int) -> str:
        send = models.AssetAmount(symbol=BTC, amount=amount)
        made = old.withdrawal.create(firm.id, fund_id=firm.fund, address=ADDRESS, expires=story.later, send=send)
        return story.control.approve(require(made.tx_id))

    assert [withdraw(amount) for amount in (1000, 400)] == ["approved", "approved"]
    assert (story.balance(firm["small"]), story.balance(firm["large"])) == (99, 999)
    with pytest.raises(qredo_partner_v1_0.BadRequestError, match="balance"):
        withdraw(1050)


def test_what_1_0_refuses(story: Story, old: qredo_partner_v1_0.Client) -> None:
    """Funds come one in 15 seconds, their members are users, and a party that a policy needs can't be removed."""
    company = old.company.create(name="ACME", domain="acme.example", **PLACE).company_id
    core = given(story.client.core_client.create(name="Order desk").id)
    parties = story.trust(company, ANN, "bob@acme.example", core)
    with pytest.raises(qredo_partner_v1_0.BadRequestError, match="is a core-client, not a user"):
        old.fund.create(company, name="F", custodygroup_tx=group(core))
    old.fund.create(company, name="F", custodygroup_tx=group(parties[ANN]), assets=[BTC])
    with pytest.raises(qredo_partner_v1_0.RateLimitedError) as limited:
        old.with_options(max_retries=0).fund.create(company, name="G")
    assert limited.value.retry_after is not None
    assert 0 < limited.value.retry_after <= 15
    story.control.advance(15)
    fund = require(old.fund.create(company, name="G", assets=[BTC]).fund_id)
    with pytest.raises(qredo_partner_v1_0.BadRequestError, match="is a member of a fund's policy"):
        old.trusted_party.remove(company, ANN)
    assert old.trusted_party.remove(company, "BOB@acme.example").code == 202
    with pytest.raises(qredo_partner_v1_0.NotFoundError, match="trustedparty_domain"):
        old.trusted_party.remove(company, "bob@acme.example")
    with pytest.raises(qredo_partner_v1_0.BadRequestError, match="domain of no other company"):
        old.trusted_party.add(company, address="acme.example", type_="company")

    send = models.AssetAmount(symbol=BTC, amount=1)
    for counterparty, why in ((parties[ANN], "is a user; only a company"), ("stranger", "is not a trusted_entity_id")):
        with pytest.raises(qredo_partner_v1_0.BadRequestError, match=why):
            old.transfer.create(company, fund_id=fund, counterparty_id=counterparty, expires=story.later, send=send)
    other = models.AssetAmount(symbol=ETH, amount=1)
    with pytest.raises(qredo_partner_v1_0.BadRequestError, match="/body/send/symbol: 'ETH-TESTNET' is not an asset"):
        old.withdrawal.create(company, fund_id=fund, address=ADDRESS, expires=story.later, send=other)


def test_1_0_reads_no_kind_that_it_does_not_know(story: Story, old: qredo_partner_v1_0.Client) -> None:
    """A transfer of 1.1 is read; a withdrawal is not a transfer."""
    firm = story.firm()
    tx_id = story.transfer(firm, story.firm("Beta")[BTC])
    assert old.transfer.get(firm.id, tx_id).tx_status == "pending"
    with pytest.raises(qredo_partner_v1_0.NotFoundError, match="tx_id"):
        old.withdrawal.get(firm.id, tx_id)


def handlers(package: str) -> dict[str, object]:
    """The handler of each operation of a package."""
    return {one.id: find_handler(package, one) for one in described(package).operations if one.success is not None}


def test_no_call_reaches_a_handler_of_another_shape() -> None:
    """1.0 shares with 1.1 exactly the handlers that it names; an unknown version has none."""
    old, new = handlers("qredo_partner_v1_0"), handlers("qredo_partner_v1_1")
    assert None not in old.values()
    assert {name for name, handler in old.items() if handler is new[name]} == {
        *(f"company_{verb}" for verb in ("create", "get", "search", "update")),
        *(f"fund_{verb}" for verb in ("get_whitelist", "search")),
        "holding_get_all",
        "withdrawal_get",
    }
    assert set(handlers("qredo_v1").values()) == {None}
