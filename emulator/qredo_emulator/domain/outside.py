"""What happens outside the API: approvals on phones, exchanges, the chain."""

from __future__ import annotations

from typing import Any

from qredo_emulator._state.model import Action, Exchange
from qredo_emulator._state.world import World

from .settlement import take_back
from .transactions import OPEN

__all__ = ["add_exchange", "asked", "entities", "fail_chain", "inbox", "state_of", "totals", "why_no_decision"]


def entities(world: World, who: str) -> list[str]:
    """Ids of the entities with this id, e-mail address or name; a person is one per account."""
    if who in world.state.entities:
        return [who]
    key = who.casefold()
    return [
        entity.id
        for entity in world.state.entities.values()
        if key in (entity.address.casefold(), entity.name.casefold())
    ]


def asked(world: World, what: str) -> list[Action]:
    """The pending actions about a transaction or a wallet, or one pending action by its id."""
    state = world.state
    if action := state.actions.get(what):
        return [action] if action.status == "pending" else []
    if tx := state.transactions.get(what):
        return _pending(world, [tx.authorizer_id, *tx.ballot.custodians, *tx.ballot.exchanges])
    if place := world.place(what):
        wallet = place.wallet
        ids = [link.action_id for link in wallet.connected]
        for policy in wallet.policies.values():
            if policy.proposal_id:
                ids += state.proposals[policy.proposal_id].ballot.custodians
        return _pending(world, ids)
    return []


def inbox(world: World, who: str | None) -> list[dict[str, Any]]:
    """Return pending decisions of one party, or of all, oldest first."""
    pending = world.index.pending
    chosen = [*pending] if who is None else entities(world, who)
    actions = [action for entity_id in chosen if entity_id in pending for action in pending[entity_id].values()]
    return [_waiting(world, action) for action in sorted(actions, key=lambda action: action.created)]


def why_no_decision(world: World, what: str, by: str | None) -> str:
    """Explain why there is nothing to decide."""
    names = [world.entity(action.approver_id).name for action in asked(world, what)]
    if by is not None and names:
        return f"{by!r} is not asked about {what!r}; asked are {', '.join(map(repr, names))}"
    return f"no decision about {what!r} is pending: it does not exist, or it is decided; control.inbox() lists all"


def state_of(world: World, subject: str, subject_id: str) -> str:
    """The status of the subject of an action."""
    if subject == "connection":
        return world.index.places[subject_id].wallet.status
    if subject == "proposal":
        return world.state.proposals[subject_id].status
    return world.state.transactions[subject_id].status


def fail_chain(world: World, tx_id: str) -> str:
    """Make the chain reject a transaction: once it is approved, or now if it is approved already."""
    tx = world.state.transactions.get(tx_id)
    if tx is None:
        raise LookupError(f"there is no transaction {tx_id!r}")
    if tx.status in OPEN:
        tx.chain_fails = True
    elif tx.status == "approved":
        peer = world.state.transactions.get(tx.swap.peer_id) if tx.swap else None
        both = [tx, peer] if peer else [tx]
        take_back(world, *both)
        for one in both:
            one.status = "chain_rejected"
    else:
        raise ValueError(f"the transaction is {tx.status}, so it never reaches a chain")
    return tx.status


def add_exchange(world: World, client_id: str) -> str:
    """Make a core client an exchange."""
    client = world.index.clients.get(client_id)
    if client is None:
        raise LookupError(f"there is no core client {client_id!r}")
    name = world.entity(client.id).name
    host = f"https://{client.id[:8].lower()}.example"
    world.state.exchanges[client.id] = Exchange(client.id, name, host, f"{host}/logo.svg")
    return client.id


def totals(world: World) -> dict[str, dict[str, int]]:
    """Return, per asset, where all deposits are now."""
    state = world.state
    sums = {
        asset: {
            "deposited": amount,
            "held": 0,
            "reserved": 0,
            "fees": state.fees.get(asset, 0),
            "withdrawn": state.withdrawn.get(asset, 0),
        }
        for asset, amount in sorted(state.deposited.items())
    }
    for place in world.index.places.values():
        if of_asset := sums.get(place.wallet.asset):
            of_asset["held"] += place.wallet.balance
            of_asset["reserved"] += place.wallet.reserved
    return sums


def _waiting(world: World, action: Action) -> dict[str, Any]:
    approver = world.entity(action.approver_id)
    proposal = world.state.proposals.get(action.subject_id)
    return {
        "action_id": action.id,
        "type": action.type,
        "about": proposal.wallet_id if proposal else action.subject_id,
        "expires": action.expires,
        "approver": approver.id,
        "name": approver.name,
        "address": approver.address,
    }


def _pending(world: World, action_ids: list[str]) -> list[Action]:
    actions = (world.state.actions.get(action_id) for action_id in action_ids)
    return [action for action in actions if action and action.status == "pending"]
