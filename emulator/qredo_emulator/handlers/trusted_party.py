"""The trusted network of a company."""

from __future__ import annotations

from qredo_emulator._call import OK, Call, Reply
from qredo_emulator._errors import NotFoundError, invalid
from qredo_emulator._state import Account, Company, Entity, TrustedParty

__all__ = ["add", "get_all", "remove"]


def add(account: Account, call: Call) -> Reply:
    """Adds a person by e-mail, a core client by id, or a company of the account by id.

    A person is pending, and so not listed, until he accepts; the others are active at once.
    Adding a party again changes nothing.
    """
    company = account.company(call.path["company_id"])
    entity = _entity(account, company, call)
    if entity.id not in company.parties:
        accepted = entity.type != "user" or account.world.accept_users
        company.parties[entity.id] = TrustedParty(entity, account.world.now, accepted)
    return Reply(OK)


def get_all(account: Account, call: Call) -> Reply:
    """The parties that have accepted."""
    company = account.company(call.path["company_id"])
    parties = [
        {
            "trusted_entity_id": party.entity.id,
            "name": party.entity.name,
            "address": party.entity.address,
            "type": party.entity.type,
            "created": party.created,
        }
        for party in company.parties.values()
        if party.accepted
    ]
    return Reply({"company_id": company.id, "total_count": len(parties), "list": parties})


def remove(account: Account, call: Call) -> Reply:
    """Takes a party out of the network; policies that it is a member of stay as they are."""
    parties = account.company(call.path["company_id"]).parties
    if parties.pop(call.path["trustedparty_id"], None) is None:
        raise NotFoundError("trustedparty_id")
    return Reply({**OK, "code": 202}, status=202)


def _entity(account: Account, company: Company, call: Call) -> Entity:
    address: str = call.body["address"]
    if address in account.core_clients:
        return account.core_clients[address].entity
    if address in account.companies and address != company.id:
        return account.companies[address].entity
    local, at, domain = address.partition("@")
    if not (at and local and domain) or any(char.isspace() for char in address):
        raise invalid("/body/address", "is neither an e-mail address nor the id of a core client of this API key")
    key = address.casefold()
    if key not in account.users:
        account.users[key] = Entity(account.world.ids.entity(), "user", call.body.get("name") or local, address)
    return account.users[key]
