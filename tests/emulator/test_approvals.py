"""What signing agents and core clients sign is verified."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from qredo_emulator import Emulator, Settings
from qredo_partner_v1_1 import BadRequestError, ForbiddenError, require
from qredo_signing import ApprovalKey, verify_approval

from .descriptions import DESCRIPTIONS, read_document
from .story import BTC, KEY, Story

OTHER = ApprovalKey.from_seed(bytes(48))
FIELD = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB


def test_a_registration_needs_the_agents_signature(story: Story) -> None:
    """Only the signature of the agent's own document, by the key that it registered, finishes a registration."""
    agent, client = story.begin(), story.client
    document = bytes.fromhex(require(agent.id_doc))
    for wrong in (KEY.sign(document + b"!"), OTHER.sign(document), KEY.sign(require(agent.id_doc).encode()), "02c6"):
        with pytest.raises(BadRequestError, match="/body/idDocSignatureHex: the signature "):
            client.signing_agent.finish_registration(id_doc_signature_hex=wrong)
        with pytest.raises(ForbiddenError):
            client.signing_agent.get_action("x")
    client.signing_agent.finish_registration(id_doc_signature_hex=KEY.sign(document).upper())


def test_a_public_key_that_is_none_verifies_nothing(story: Story) -> None:
    """An agent whose BLS key is no point of the curve cannot finish, and is told why."""
    story.agent = agent = story.client.signing_agent.begin_registration(
        name="Agent", bls_public_key="ab" * 192, ec_public_key=KEY.public_keys_hex.ec
    )
    with pytest.raises(BadRequestError, match="the public key is not an encoded BLS public key"):
        story.client.signing_agent.finish_registration(
            id_doc_signature_hex=KEY.sign(bytes.fromhex(require(agent.id_doc)))
        )


@pytest.fixture
def action(story: Story) -> str:
    """An action that the story's agent is asked about; the transfer behind it is in `story.control.inbox`."""
    agent = story.begin()
    story.finish()
    firm = story.firm(people=(require(agent.id),))
    story.transfer(firm, story.firm("Beta")[BTC])
    (found,) = require(story.client.core_client.get_actions(require(agent.id)).actions)
    return require(found.id)


WRONG: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "none": (lambda right: [], "/body/signatures"),
    "the first alone": (lambda right: right[:1], "/body/signatures: 1 are given for 2 messages"),
    "one too many": (lambda right: [*right, right[0]], "/body/signatures: 3 are given for 2 messages"),
    "in reverse": (lambda right: right[::-1], "/body/signatures/0: the signature was not made by this key"),
    "the first twice": (lambda right: right[:1] * 2, "/body/signatures/1: the signature was not made by this key"),
    "no digits": (lambda right: [right[0], "sure"], "/body/signatures/1: is not hexadecimal"),
    "too short": (lambda right: [right[0][:-2], right[1]], "/body/signatures/0: the signature is not an encoded"),
}


@pytest.mark.parametrize(("change", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_approval_changes_nothing(
    story: Story, action: str, change: Callable[[list[str]], list[str]], reason: str
) -> None:
    """An approval whose signatures do not verify, in the order of the messages, is 400; the action still waits."""
    client, right = story.client, story.signatures(action)
    with pytest.raises(BadRequestError) as caught:
        client.signing_agent.approve_action(action, signatures=change(right))
    assert require(caught.value.reason).startswith(reason)
    assert client.core_client.get_action(require(require(story.agent).id), action).status == "pending"
    client.signing_agent.approve_action(action, signatures=right)
    assert client.core_client.get_action(require(require(story.agent).id), action).status == "approved"


def test_another_agents_key_does_not_approve(story: Story, action: str) -> None:
    """The key that counts is the one that this agent registered."""
    messages = require(story.client.signing_agent.get_action(action).messages)
    with pytest.raises(BadRequestError, match="was not made by this key"):
        story.client.signing_agent.approve_action(action, signatures=[OTHER.sign(bytes.fromhex(m)) for m in messages])


@pytest.fixture
def lenient() -> Iterator[Story]:
    """A story in an emulator that does not verify what agents sign."""
    with Emulator(Settings(verify_approvals=False, strict=True)) as emulator:
        story = Story(emulator)
        yield story
        story.close()


def test_verifying_can_be_switched_off(lenient: Story) -> None:
    """Without `verify_approvals` any hexadecimal digits finish a registration and approve, one text per message."""
    client = lenient.client
    lenient.agent = agent = client.signing_agent.begin_registration(
        name="Agent", bls_public_key="ab" * 192, ec_public_key="04" * 65
    )
    client.signing_agent.finish_registration(id_doc_signature_hex="02")
    firm = lenient.firm(people=(require(agent.id),))
    tx_id = lenient.transfer(firm, lenient.firm("Beta")[BTC])
    (found,) = require(client.core_client.get_actions(require(agent.id)).actions)
    with pytest.raises(BadRequestError, match="is not hexadecimal"):
        client.signing_agent.approve_action(require(found.id), signatures=["00", "sure"])
    with pytest.raises(BadRequestError, match="1 are given for 2 messages"):
        client.signing_agent.approve_action(require(found.id), signatures=["00"])
    client.signing_agent.approve_action(require(found.id), signatures=["00", "00"])
    assert lenient.status(firm, tx_id) == "approved"


def test_the_secret_of_an_agent_is_a_point(story: Story) -> None:
    """`clientSecret` is an uncompressed point of y² = x³ + 4, another one for each agent: agents refuse all else."""
    secrets = {require(story.begin().client_secret) for _ in range(3)}
    assert len(secrets) == 3
    for secret in secrets:
        data = bytes.fromhex(secret)
        x, y = int.from_bytes(data[1:49]), int.from_bytes(data[49:])
        assert (len(data), data[0]) == (97, 4)
        assert x < FIELD
        assert y < FIELD
        assert (y * y - x**3 - 4) % FIELD == 0


def test_an_agents_own_signature_verifies(story: Story) -> None:
    """`verify` takes what an agent signs with its own key; the emulator cannot sign for an agent."""
    agent, client = require(story.begin().id), story.client
    digest = hashlib.sha256(b"anything").digest()
    client.core_client.verify(message_hash_hex=digest.hex(), signature_hex=KEY.sign(digest), signer_id=agent)
    for wrong in (KEY.sign(b"else"), OTHER.sign(digest), "00"):
        with pytest.raises(ForbiddenError):
            client.core_client.verify(message_hash_hex=digest.hex(), signature_hex=wrong, signer_id=agent)
    with pytest.raises(ForbiddenError, match="keeps its own key"):
        client.core_client.sign(agent, message_hash_hex=digest.hex())


def test_the_examples_of_the_description_verify() -> None:
    """The signatures that the description shows are right, so that agents can be tried with `--examples`."""
    paths = read_document(DESCRIPTIONS["qredo_partner_v1_1"])["paths"]
    begin, finish, action = (paths[f"/coreclient/{name}"] for name in ("init", "finish", "action/{action_id}"))
    public = example(begin["post"]["requestBody"])["blsPublicKey"]
    document = example(begin["post"]["responses"]["200"])["idDoc"]
    verify_approval(public, bytes.fromhex(document), example(finish["post"]["requestBody"])["idDocSignatureHex"])
    messages = example(action["get"]["responses"]["200"])["messages"]
    signatures = example(action["put"]["requestBody"])["signatures"]
    for message, signature in zip(messages, signatures, strict=True):
        verify_approval(public, bytes.fromhex(message), signature)


def example(node: Any) -> Any:
    """The example of a body."""
    return node["content"]["application/json"]["example"]
