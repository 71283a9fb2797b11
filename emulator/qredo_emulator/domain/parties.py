"""Trusted parties of a company."""

from __future__ import annotations

from qredo_emulator._errors import invalid
from qredo_emulator._state.model import Company, Entity, TrustedParty
from qredo_emulator._state.world import Account

__all__ = ["add", "person"]


def add(account: Account, company: Company, entity: Entity, address: str) -> None:
    """Add an entity to a company's trusted network. Adding it again changes nothing.

    Args:
        address: What it is added by.
    """
    if entity.id not in company.parties:
        accepted = entity.type != "user" or account.world.state.accept_users
        company.parties[entity.id] = TrustedParty(entity.id, address, account.world.now, accepted)


def person(account: Account, address: str, name: str = "") -> Entity:
    """Return the user with an e-mail address. Each e-mail address is a user of the network.

    Args:
        name: Name of a new user; by default the part of the address before the @.
    """
    local, at, domain = address.partition("@")
    if not (at and local and domain) or any(char.isspace() for char in address):
        raise invalid("/body/address", "is neither an e-mail address nor an id that this API key knows")
    users = account.data.users
    entity_id = users.get(address.casefold())
    if entity_id is None:
        entity_id = users[address.casefold()] = account.world.new_entity("user", name or local, address).id
    return account.world.entity(entity_id)
