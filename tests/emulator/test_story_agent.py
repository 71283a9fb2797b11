"""A signing agent's whole life on 1.1, as `docs/approvals.md` tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from qredo_partner_v1_1 import BadRequestError, require
from qredo_partner_v1_1.models import CoreClientFeedMessage
from qredo_signing import ApprovalKey, connect, verify_approval
from qredo_signing.feeds import feed

from .story import BTC, Firm, Story, agent_token


class Agent:
    """A program that approves: all that it keeps between two runs is its key file and what its registration gave it."""

    def __init__(self, story: Story, key_file: Path) -> None:
        self.key = ApprovalKey.from_file(key_file)
        self.identity = require(story.agent)
        self.client = connect(
            type(story.client),
            story.credentials,
            story.emulator.environment,
            agent_token=lambda: agent_token(self.identity),
        )

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.client.close()

    def work(self, largest: int) -> list[str]:
        """Decide on what the feed says waits, until nothing does; return the actions."""
        decided = list[str]()
        with feed(self.client, "agent", message=CoreClientFeedMessage) as messages:
            for message in messages:
                action_id = require(message.id)
                self.decide(action_id, largest)
                decided.append(action_id)
                if not self.waiting():
                    return decided
        raise AssertionError("the feed ended")

    def decide(self, action_id: str, largest: int) -> None:
        """Approve an action that moves no more than `largest`, and reject the others."""
        details = require(self.client.core_client.get_action(require(self.identity.id), action_id).details)
        if require(details.net_amount) > largest:
            self.client.signing_agent.reject_action(action_id)
            return
        messages = require(self.client.signing_agent.get_action(action_id).messages)
        signatures = [self.key.sign(bytes.fromhex(message)) for message in messages]
        for message, signature in zip(messages, signatures, strict=True):
            verify_approval(self.key.public_keys_hex.bls, bytes.fromhex(message), signature)
        self.client.signing_agent.approve_action(action_id, signatures=signatures)

    def waiting(self) -> int:
        """How many actions wait for the agent."""
        return len(self.client.core_client.get_actions(require(self.identity.id)).actions or [])


def register(story: Story, key: ApprovalKey) -> str:
    """Register a key as an agent; return the agent's id."""
    public = key.public_keys_hex
    story.agent = story.client.signing_agent.begin_registration(
        name="Night desk", bls_public_key=public.bls, ec_public_key=public.ec
    )
    document = bytes.fromhex(require(story.agent.id_doc))
    story.client.signing_agent.finish_registration(id_doc_signature_hex=key.sign(document))
    return require(story.agent.id)


def statuses(story: Story, firm: Firm, *tx_ids: str) -> list[str]:
    """The states of transfers."""
    return [story.status(firm, tx_id) for tx_id in tx_ids]


def test_the_life_of_an_agent(story: Story, tmp_path: Path) -> None:
    """Keys, registration, feed, action, verify, approve, reject; a restart from the key file; what cannot be undone."""
    key_file = tmp_path / "keys" / "approval.pem"
    ApprovalKey.generate().save(key_file)
    agent_id = register(story, ApprovalKey.from_file(key_file))
    firm, other = story.firm(people=(agent_id,)), story.firm("Beta")

    small, large = story.transfer(firm, other[BTC], 1000), story.transfer(firm, other[BTC], 5000)
    assert statuses(story, firm, small, large) == ["pending", "pending"]
    with Agent(story, key_file) as agent:
        decided = agent.work(largest=1000)
    assert statuses(story, firm, small, large) == ["approved", "custody_rejected"]
    assert story.balance(other[BTC]) == 1_000_000 + 1000

    third = story.transfer(firm, other[BTC], 700)
    with Agent(story, key_file) as restarted:
        decided += restarted.work(largest=1000)
        assert statuses(story, firm, third) == ["approved"]
        for done in decided:
            with pytest.raises(BadRequestError, match="only a pending one can be decided"):
                restarted.client.signing_agent.reject_action(done)
        late = story.transfer(firm, other[BTC], 10)
        (found,) = require(story.client.core_client.get_actions(agent_id).actions)
        story.control.advance(3600)
        with pytest.raises(BadRequestError, match="the action is expired"):
            restarted.decide(require(found.id), largest=1000)
    assert statuses(story, firm, late) == ["expired"]


def test_a_lost_key_file_cannot_be_replaced(story: Story, tmp_path: Path) -> None:
    """Another key than the registered one approves nothing."""
    agent_id = register(story, ApprovalKey.generate())
    firm = story.firm(people=(agent_id,))
    tx_id = story.transfer(firm, story.firm("Beta")[BTC])
    ApprovalKey.generate().save(tmp_path / "other.pem")
    (found,) = require(story.client.core_client.get_actions(agent_id).actions)
    with (
        Agent(story, tmp_path / "other.pem") as agent,
        pytest.raises(BadRequestError, match="was not made by this key"),
    ):
        agent.decide(require(found.id), largest=1000)
    assert statuses(story, firm, tx_id) == ["pending"]
