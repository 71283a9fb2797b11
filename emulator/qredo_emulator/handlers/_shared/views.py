"""Objects that several operations return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qredo_emulator._state.assets import ASSETS
from qredo_emulator._state.funds import ExchangeLink, Policy
from qredo_emulator._state.index import WalletPlace
from qredo_emulator._state.model import Company, Entity, TrustedParty
from qredo_emulator._state.world import World

__all__ = ["company_member", "entity_view", "party_view", "person", "policy_ids", "policy_objects", "wallet_view"]


def person(entity: Entity) -> tuple[str, str, str]:
    """First name, last name and account name of a user; empty for others."""
    if entity.type != "user":
        return "", "", ""
    first, _, last = entity.name.partition(" ")
    return first, last, entity.address.split("@")[0]


def entity_view(entity: Entity) -> dict[str, Any]:
    """An entity with the part that belongs to its type."""
    first, last, username = person(entity)
    parts: Mapping[str, tuple[str, dict[str, str]]] = {
        "user": ("user", {"firstName": first, "lastName": last, "email": entity.address, "username": username}),
        "company": ("company", {"name": entity.name}),
        "core-client": ("coreClient", {"name": entity.name}),
    }
    key, part = parts[entity.type]
    return {
        "id": entity.id,
        "name": entity.name,
        "accountCode": entity.id,
        "initials": "".join(word[:1] for word in entity.name.split(" ", 1)).upper(),
        "type": entity.type,
        key: part,
    }


def company_member(world: World, company: Company) -> dict[str, Any]:
    """The company as the administrating member of its fund."""
    return {"entity": entity_view(world.entity(company.entity_id)), "permissions": {"admin": True}}


def party_view(world: World, party: TrustedParty) -> dict[str, Any]:
    """A trusted party; a user belongs to the network itself."""
    entity = world.entity(party.entity_id)
    return {
        "trusted_entity_id": entity.id,
        "name": entity.name,
        "address": party.address,
        "type": entity.type,
        **({"internal": True} if entity.type == "user" else {}),
        "created": party.created,
    }


def policy_ids(policies: Mapping[str, Policy]) -> dict[str, str]:
    """The ids of policies."""
    return {f"custodygroup_{kind}": policy.id for kind, policy in policies.items()}


def policy_objects(world: World, company: Company, policies: Mapping[str, Policy]) -> dict[str, Any]:
    """Policies with their members."""
    return {f"policy_{kind}": _policy(world, company, policy) for kind, policy in policies.items()}


def wallet_view(world: World, place: WalletPlace) -> dict[str, Any]:
    """A wallet with the policies that hold for it: its own or, kind by kind, its fund's."""
    wallet = place.wallet
    address_type = ASSETS[wallet.asset].address_type
    return {
        "wallet_id": wallet.id,
        "name": wallet.name,
        "asset": wallet.asset,
        "type": wallet.type,
        "status": wallet.status,
        "address": wallet.address,
        **({"address_type": address_type} if address_type else {}),
        "short_code": wallet.short_code,
        "balance": wallet.balance,
        **policy_ids(place.policies),
        **policy_objects(world, place.company, place.policies),
        "connected": [_connection(world, link) for link in wallet.connected],
    }


def _connection(world: World, link: ExchangeLink) -> dict[str, str]:
    name = world.state.exchanges[link.counterparty_id].name
    return {
        "client_id": link.client_id,
        "counterparty_id": link.counterparty_id,
        "name": name,
        "status": link.status,
    }


def _policy(world: World, company: Company, policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "name": policy.name,
        "entityID": company.entity_id,
        "threshold": policy.threshold,
        "locked": bool(policy.proposal_id),
        "lockedTxID": policy.proposal_id,
        "membersCount": len(policy.members),
        "members": [
            {"dedicated": member in world.state.exchanges, "entity": entity_view(world.entity(member))}
            for member in policy.members
        ],
    }
