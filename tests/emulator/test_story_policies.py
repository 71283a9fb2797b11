"""Changes of a wallet's policy."""

from __future__ import annotations

from typing import Any

import pytest
from qredo_partner_v1_1 import APIError, BadRequestError, NotFoundError, require
from qredo_partner_v1_1.models import NewWallet, PolicyType

from .story import BTC, Firm, Story, group

ANN, BOB = "ann@acme.example", "bob@acme.example"


@pytest.fixture
def firm(story: Story) -> Firm:
    """A company whose wallet has a policy of its own: Ann and Bob together."""
    company = story.client.company.create(name="ACME").company_id
    people = story.trust(company, ANN, BOB)
    both = group(people.values(), 2)
    wallets = [NewWallet(name=BTC, asset=BTC, custodygroup_tx=both)]
    fund = story.client.fund.create(company, name="F", custodygroup_tx=group([people[ANN]]), wallets=wallets)
    (wallet,) = require(story.client.fund.get(company, require(fund.fund_id)).wallets)
    story.control.credit(require(wallet.wallet_id), 1_000_000)
    return Firm(company, require(fund.fund_id), {BTC: require(wallet.wallet_id)}, people)


def policy(story: Story, firm: Firm) -> tuple[str, int, list[str], bool]:
    """Id, threshold, members and lock of the wallet's policy."""
    found = require(story.client.wallet.get(firm[BTC]).policy_tx)
    members = [require(require(member.entity).id) for member in require(found.members)]
    return require(found.id), require(found.threshold), members, require(found.locked)


def propose(story: Story, firm: Firm, **changes: Any) -> Any:
    """Asks for Bob alone."""
    body: dict[str, Any] = {
        "policy_id": policy(story, firm)[0],
        "threshold": 1,
        "members": [firm.people[BOB]],
        "type_": PolicyType.POLICY_TX,
    }
    return story.client.wallet.update_policy(firm.id, firm.fund, firm[BTC], **(body | changes))


def test_a_policy_changes_when_its_members_approve(story: Story, firm: Firm) -> None:
    """A change is asked of the present members; until they approve the old policy holds, and then the new one."""
    policy_id, *before = policy(story, firm)
    assert propose(story, firm).to_dict() == {"code": 200, "msg": "OK"}
    (asked,) = story.control.inbox(ANN)
    assert (asked["type"], asked["about"]) == ("ApprovePolicyUpdate", firm[BTC])
    old = story.transfer(firm, story.firm("Beta")[BTC])
    assert policy(story, firm) == (policy_id, before[0], before[1], True)
    with pytest.raises(BadRequestError, match="policy_id: the policy is locked"):
        propose(story, firm)
    assert story.control.approve(firm[BTC], ANN) == "pending"
    assert story.control.approve(firm[BTC], BOB) == "approved"
    assert policy(story, firm) == (policy_id, 1, [firm.people[BOB]], False)
    new = story.transfer(firm, story.firm("Gamma")[BTC])
    thresholds = [story.client.transfer.get(firm.id, tx_id).threshold_required for tx_id in (old, new)]
    assert thresholds == [2, 1]
    assert story.control.approve(new) == "approved"


@pytest.mark.parametrize("end", ["rejected", "expired"])
def test_a_policy_stays_without_approval(story: Story, firm: Firm, end: str) -> None:
    """A change that a member refuses, or that gets no decision for a day, changes nothing; another may be asked for."""
    before = policy(story, firm)
    propose(story, firm)
    if end == "rejected":
        assert story.control.reject(firm[BTC], BOB) == "rejected"
    else:
        story.control.advance(24 * 3600)
    assert policy(story, firm) == before
    assert story.control.inbox(ANN) == []
    propose(story, firm)
    assert story.control.approve(firm[BTC]) == "approved"


def test_a_core_client_reads_what_a_change_is_about(story: Story) -> None:
    """The details of such an action name the wallet, the threshold and the new members."""
    core = require(story.client.core_client.create(name="Approver").id)
    company = story.client.company.create(name="ACME").company_id
    people = story.trust(company, core, ANN)
    wallets = [NewWallet(name=BTC, asset=BTC, custodygroup_withdraw=group([core]))]
    fund = require(story.client.fund.create(company, name="F", wallets=wallets).fund_id)
    (wallet,) = require(story.client.fund.get(company, fund).wallets)
    story.client.wallet.update_policy(
        company,
        fund,
        require(wallet.wallet_id),
        policy_id=require(wallet.custodygroup_withdraw),
        threshold=1,
        members=[people[ANN]],
        type_="policy-withdraw",
    )
    (action,) = require(story.client.core_client.get_actions(core).actions)
    details = require(story.client.core_client.get_action(core, require(action.id)).details)
    more = details.additional_properties
    assert (details.wallet_id, more["threshold"], more["members"]) == (wallet.wallet_id, 1, [people[ANN]])
    story.client.core_client.approve_action(core, require(action.id))
    changed = require(story.client.wallet.get(require(wallet.wallet_id)).policy_withdraw)
    assert [require(member.entity).id for member in require(changed.members)] == [people[ANN]]


def test_a_change_that_cannot_be_is_refused(story: Story, firm: Firm) -> None:
    """Only a wallet's own policy is changed, to trusted members and a threshold that they reach."""
    found = story.client.fund.get(firm.id, firm.fund)
    other = story.firm("Beta")
    cases: list[tuple[dict[str, Any], type[APIError], str]] = [
        ({"policy_id": require(found.custodygroup_tx)}, BadRequestError, "policy_id: the policy is the fund's"),
        ({"policy_id": "nothing"}, NotFoundError, "policy_id"),
        ({"type_": "policy-withdraw"}, NotFoundError, "policy_id"),
        ({"type_": "policy-all"}, BadRequestError, "/body/type"),
        ({"threshold": 2}, BadRequestError, "/body/threshold"),
        ({"members": ["stranger"]}, BadRequestError, "/body/members/0"),
    ]
    for changes, error, reason in cases:
        with pytest.raises(error) as caught:
            propose(story, firm, **changes)
        assert str(caught.value.reason).startswith(reason)
    with pytest.raises(NotFoundError, match="wallet_id"):
        propose(story, Firm(firm.id, firm.fund, other.wallets, firm.people))
