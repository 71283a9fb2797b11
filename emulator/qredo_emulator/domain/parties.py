"""Who can be trusted, and whether he is already."""

from __future__ import annotations

from qredo_emulator._errors import invalid
from qredo_emulator._state.model import Company, Entity, TrustedParty
from qredo_emulator._state.world import Account

__all__ = ["add", "person"]


def add(account: Account, company: Company, entity: Entity, address: str) -> None:
    """Puts an entity into a company's trusted network; a second time changes nothing.

    Args:
        address: What it is added by.
    """
    if entity.id not in company.parties:
        accepted = entity.type != "user" or account.world.accept_users
        company.parties[entity.id] = TrustedParty(entity.id, address, account.world.now, accepted)


def person(account: Account, address: str, name: str = "") -> Entity:
    """The user with this e-mail address; everybody who has one is a user of the network.

    Args:
        name: His name, where he is new; else what stands before the @.
    """
    local, at, domain = address.partition("@")
    if not (at and local and domain) or any(char.isspace() for char in address):
        raise invalid("/body/address", "is neither an e-mail address nor the id of somebody under this API key")
    users = account.data.users
    entity_id = users.get(address.casefold())
    if entity_id is None:
        entity_id = users[address.casefold()] = account.world.new_entity("user", name or local, address).id
    return account.world.entity(entity_id)
