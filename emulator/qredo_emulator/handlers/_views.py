"""Objects that several operations answer."""

from __future__ import annotations

from typing import Any

from qredo_emulator._assets import ASSETS
from qredo_emulator._state import Company, Entity, Fund, Policy, Wallet

__all__ = ["company_member", "policy_ids", "policy_objects", "wallet_view"]


def entity_view(entity: Entity) -> dict[str, Any]:
    """An entity with the part that belongs to its type."""
    first, _, last = entity.name.partition(" ")
    parts: dict[str, tuple[str, dict[str, str]]] = {
        "user": (
            "user",
            {"firstName": first, "lastName": last, "email": entity.address, "username": entity.address.split("@")[0]},
        ),
        "company": ("company", {"name": entity.name}),
        "core-client": ("coreClient", {"name": entity.name}),
    }
    key, part = parts[entity.type]
    initials = (first[:1] + last[:1]).upper()
    return {
        "id": entity.id,
        "name": entity.name,
        "accountCode": entity.id,
        "initials": initials,
        "type": entity.type,
        key: part,
    }


def company_member(company: Company) -> dict[str, Any]:
    """The company as the administrating member of its fund."""
    return {"entity": entity_view(company.entity), "permissions": {"admin": True}}


def policy_ids(withdraw: Policy | None, tx: Policy | None) -> dict[str, str]:
    """The ids of the policies that there are."""
    both = {"custodygroup_withdraw": withdraw, "custodygroup_tx": tx}
    return {key: policy.id for key, policy in both.items() if policy}


def policy_objects(company: Company, withdraw: Policy | None, tx: Policy | None) -> dict[str, Any]:
    """The policies that there are."""
    both = {"policy_withdraw": withdraw, "policy_tx": tx}
    return {key: _policy(company, policy) for key, policy in both.items() if policy}


def wallet_view(company: Company, fund: Fund, wallet: Wallet) -> dict[str, Any]:
    """A wallet with the policies that hold for it: its own or, kind by kind, its fund's."""
    withdraw = wallet.policy_withdraw or fund.policy_withdraw
    tx = wallet.policy_tx or fund.policy_tx
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
        **policy_ids(withdraw, tx),
        **policy_objects(company, withdraw, tx),
        "connected": [
            {"client_id": tie.client_id, "counterparty_id": tie.counterparty_id, "status": tie.status}
            for tie in wallet.connected
        ],
    }


def _policy(company: Company, policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "name": policy.name,
        "entityID": company.entity.id,
        "threshold": policy.threshold,
        "locked": False,
        "lockedTxID": "",
        "membersCount": len(policy.members),
        "members": [{"dedicated": False, "entity": entity_view(member)} for member in policy.members],
    }
