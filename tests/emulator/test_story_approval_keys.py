"""A signing agent's life with a real key: registration, an approval that verifies, a rejection."""

from __future__ import annotations

from qredo_partner_v1_1 import require
from qredo_signing import ApprovalKey, verify_approval

from .story import BTC, Story


def test_an_agent_with_a_real_key(story: Story) -> None:
    """An agent registers a key's public halves, signs its document, approves one action and rejects another."""
    key = ApprovalKey.generate()
    client = story.client
    story.agent = agent = client.signing_agent.begin_registration(
        name="Night desk", bls_public_key=key.public_keys_hex.bls, ec_public_key=key.public_keys_hex.ec
    )
    document = bytes.fromhex(require(agent.id_doc))
    client.signing_agent.finish_registration(id_doc_signature_hex=key.sign(document))
    firm, other = story.firm(people=(require(agent.id),)), story.firm("Beta")
    approved, rejected = story.transfer(firm, other[BTC]), story.transfer(firm, other[BTC])
    first, second = (
        require(action.id) for action in require(client.core_client.get_actions(require(agent.id)).actions)
    )
    messages = [bytes.fromhex(text) for text in require(client.signing_agent.get_action(first).messages)]
    signatures = [key.sign(message) for message in messages]
    for message, signature in zip(messages, signatures, strict=True):
        verify_approval(key.public_keys_hex.bls, message, signature)
    client.signing_agent.approve_action(first, signatures=signatures)
    client.signing_agent.reject_action(second)
    statuses = {story.status(firm, approved), story.status(firm, rejected)}
    assert statuses == {"approved", "custody_rejected"}
