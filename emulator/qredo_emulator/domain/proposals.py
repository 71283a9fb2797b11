"""Changes of a wallet's policy, which its current members must approve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qredo_emulator._errors import ApiError, NotFoundError, invalid
from qredo_emulator._state.funds import Policy
from qredo_emulator._state.index import WalletPlace
from qredo_emulator._state.model import Action, Ballot, Proposal
from qredo_emulator._state.world import World

from .ballots import ask, close, verdict
from .making import check_members

__all__ = ["expire", "on_vote", "propose"]

_LIFETIME = 24 * 3600
_TYPES = ("policy-tx", "policy-withdraw")


def propose(world: World, place: WalletPlace, body: Mapping[str, Any]) -> Proposal:
    """Ask the members of a policy to approve a new threshold and new members.

    Raises:
        ApiError: 400 or 404; the policy is not the wallet's own, is being changed already, or can't be so.
    """
    policy = _own_policy(place, body)
    check_members(place.company, body, "/body")
    if policy.proposal_id:
        raise ApiError(400, f"policy_id: the policy is locked by an open change, {policy.proposal_id}")
    proposal = Proposal(
        id=world.new_id(),
        wallet_id=place.wallet.id,
        policy_id=policy.id,
        threshold=body["threshold"],
        members=list(body["members"]),
        created=world.now,
        expires=world.now + _LIFETIME,
        ballot=Ballot(policy.threshold),
    )
    world.state.proposals[proposal.id] = proposal
    policy.proposal_id = proposal.id
    world.index.add_deadline(proposal.expires, "proposal", proposal.id)
    proposal.ballot.custodians = [
        ask(world, member, "ApprovePolicyUpdate", ("proposal", proposal.id), proposal.expires)
        for member in policy.members
    ]
    return proposal


def on_vote(world: World, action: Action) -> None:
    """Apply or end a proposal after a member decided."""
    proposal = world.state.proposals[action.subject_id]
    result = verdict(world, proposal.ballot)
    if result == "approved":
        policy = _policy_of(world, proposal)
        policy.threshold, policy.members = proposal.threshold, list(proposal.members)
    if result != "pending":
        _end(world, proposal, result)


def expire(world: World, proposal: Proposal) -> None:
    """Expire a proposal; the policy stays as it is."""
    if proposal.status == "pending":
        _end(world, proposal, "expired")


def _end(world: World, proposal: Proposal, status: str) -> None:
    proposal.status = status
    close(world, proposal.ballot.custodians)
    _policy_of(world, proposal).proposal_id = ""


def _policy_of(world: World, proposal: Proposal) -> Policy:
    policies = world.index.places[proposal.wallet_id].wallet.policies.values()
    return next(policy for policy in policies if policy.id == proposal.policy_id)


def _own_policy(place: WalletPlace, body: Mapping[str, Any]) -> Policy:
    kind, policy_id = body["type"], body["policy_id"]
    if kind not in _TYPES:
        raise invalid("/body/type", f"{kind!r} is not one of {', '.join(_TYPES)}")
    own, inherited = (one.policies.get(kind.removeprefix("policy-")) for one in (place.wallet, place.fund))
    if own and own.id == policy_id:
        return own
    if inherited and inherited.id == policy_id:
        raise ApiError(400, "policy_id: the policy is the fund's, which can't be changed")
    raise NotFoundError("policy_id")
