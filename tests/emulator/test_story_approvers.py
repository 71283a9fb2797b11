"""Approvers that are programs: core clients and signing agents."""

from __future__ import annotations

import pytest
from qredo_partner_v1_1 import APIError, BadRequestError, ForbiddenError, NotFoundError, UnauthorizedError, require

from .story import BTC, ETH, Story, agent_token

HASH = "f7ad281fda3d7484f4e0c34a02239a2db39fdc0450eb3dc0981c4824c67b7f4c"


def test_an_agent_registers_and_approves(story: Story) -> None:
    """An agent is known after init, trusted after finish, and approves by one signature per message."""
    client, agent = story.client, story.begin()
    assert agent.id == agent.account_code
    company = client.company.create(name="ACME").company_id
    with pytest.raises(BadRequestError, match="/body/address"):
        client.trusted_party.add(company, address=require(agent.id))
    with pytest.raises(ForbiddenError):
        client.signing_agent.get_action("x")
    url = story.finish()
    firm, other = story.firm(people=(require(agent.id),)), story.firm("Beta")

    first = story.transfer(firm, other[BTC])
    with story.feed(url, agent_token(agent)) as feed:
        waiting = feed.receive_json(10)
        second = story.transfer(firm, other[BTC])
        new = feed.receive_json(10)
    assert [(one["coreClientID"], one["type"]) for one in (waiting, new)] == [(agent.id, "ApproveTransfer")] * 2
    client.signing_agent.approve_action(waiting["id"], signatures=story.signatures(waiting["id"]))
    client.signing_agent.reject_action(new["id"])
    assert (story.status(firm, first), story.status(firm, second)) == ("approved", "custody_rejected")
    with pytest.raises(APIError, match="the action is rejected"):
        client.signing_agent.reject_action(new["id"])
    assert client.core_client.get_action(require(agent.id), waiting["id"]).status == "approved"


def test_an_agent_decides_for_itself_only(story: Story) -> None:
    """An agent's actions are read by the API key, not decided by it; an unknown agent is refused."""
    client, agent = story.client, story.begin()
    story.finish()
    assert agent.id in {one.id for one in require(client.core_client.get_all().clients)}
    firm = story.firm(people=(require(agent.id), "ann@acme.example"))
    story.transfer(firm, story.firm("Beta")[BTC])
    (action,) = require(client.core_client.get_actions(require(agent.id)).actions)
    with pytest.raises(ForbiddenError, match="decides with its own token"):
        client.core_client.approve_action(require(agent.id), require(action.id))
    ((asked),) = story.control.inbox("ann@acme.example")
    with pytest.raises(APIError, match="action_id"):
        client.signing_agent.get_action(asked["action_id"])
    story.control.reset()
    with pytest.raises(UnauthorizedError, match="token"):
        client.signing_agent.get_action(require(action.id))


@pytest.mark.parametrize(
    ("bls", "ec", "where"),
    [
        ("ab", "04" * 65, "/body/blsPublicKey: has 1 bytes, not 192"),
        ("ab" * 192, "04", "/body/ecPublicKey: has 1 bytes, not 65"),
        ("xy" * 192, "04" * 65, "/body/blsPublicKey: is not hexadecimal"),
    ],
)
def test_an_agents_keys_have_a_form(story: Story, bls: str, ec: str, where: str) -> None:
    """Keys of another length, or that are not hexadecimal, are refused."""
    with pytest.raises(BadRequestError) as caught:
        story.client.signing_agent.begin_registration(name="A", bls_public_key=bls, ec_public_key=ec)
    assert caught.value.reason == where


def test_a_core_clients_actions_are_listed_while_they_wait(story: Story) -> None:
    """A list has what waits, a feed begins with it, and a decided or expired action is read but not decided again."""
    client = story.client
    core = client.core_client.create(name="Order desk")
    core_id = require(core.id)
    firm, other = story.firm(people=(core_id,)), story.firm("Beta")
    tx_ids = [story.transfer(firm, other[BTC]) for _ in range(3)]
    actions = [require(one.id) for one in require(client.core_client.get_actions(core_id).actions)]
    with story.feed(require(core.feed)) as feed:
        assert [feed.receive_json(10)["id"] for _ in actions] == actions
    client.core_client.approve_action(core_id, actions[0])
    client.core_client.reject_action(core_id, actions[1])
    story.control.advance(3600)
    assert require(client.core_client.get_actions(core_id).actions) == []
    statuses = [client.core_client.get_action(core_id, action).status for action in actions]
    assert statuses == ["approved", "rejected", "expired"]
    assert [story.status(firm, tx_id) for tx_id in tx_ids] == ["approved", "custody_rejected", "expired"]
    for action in actions:
        with pytest.raises(BadRequestError, match="only a pending one can be decided"):
            client.core_client.approve_action(core_id, action)
    for client_id, action in (("nobody", actions[0]), (core_id, "nothing")):
        with pytest.raises(NotFoundError):
            client.core_client.get_action(client_id, action)


def test_a_core_client_signs_and_is_verified(story: Story) -> None:
    """A signature is a BLS signature, and verifies for its signer and hash only; another is 403 without a body."""
    client = story.client
    one, two = (require(client.core_client.create(name=name).id) for name in ("one", "two"))
    signed = client.core_client.sign(one, message_hash_hex=HASH)
    assert signed == client.core_client.sign(one, message_hash_hex=HASH.upper())
    signature = require(signed.signature_hex)
    client.core_client.verify(message_hash_hex=HASH, signature_hex=signature, signer_id=one)
    for digest, text, signer in ((HASH, signature, two), (HASH[2:], signature, one), (HASH, signature[2:], one)):
        with pytest.raises(ForbiddenError) as caught:
            client.core_client.verify(message_hash_hex=digest, signature_hex=text, signer_id=signer)
        assert caught.value.response.content == b""
    for wrong in ("xyz", "", "00" * 65):
        with pytest.raises(BadRequestError, match="/body/message_hash_hex"):
            client.core_client.sign(one, message_hash_hex=wrong)


def test_a_company_can_be_an_approver(story: Story) -> None:
    """A company in a policy is asked like anybody, and answers by its name."""
    partner = story.client.company.create(name="Partner Ltd").company_id
    firm = story.firm(people=(partner,))
    tx_id = story.transfer(firm, story.firm("Beta")[BTC])
    assert story.control.approve(tx_id, "partner ltd") == "approved"
    assert story.balance(firm[ETH]) == 1_000_000
