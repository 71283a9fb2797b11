"""The trusted network of a company."""

from __future__ import annotations

from qredo_emulator._errors import NotFoundError
from qredo_emulator._state.model import Company, Entity
from qredo_emulator._state.world import Account
from qredo_emulator.domain import parties
from qredo_emulator.handlers._call import OK, OperationRequest, Reply
from qredo_emulator.handlers._shared.views import party_view

__all__ = ["add", "get_all", "remove"]


def add(account: Account, request: OperationRequest) -> Reply:
    """Add a person by e-mail address, or a core client, an agent or a company of the account by id.

    A person is pending, and not listed, until accepting; all others are active at once.
    Adding a party again changes nothing.
    """
    company = account.company(request.path["company_id"])
    parties.add(account, company, _entity(account, company, request), request.body["address"])
    return Reply(OK)


def get_all(account: Account, request: OperationRequest) -> Reply:
    """Return the parties that have accepted."""
    company = account.company(request.path["company_id"])
    listed = [party_view(account.world, party) for party in company.parties.values() if party.accepted]
    return Reply({"company_id": company.id, "total_count": len(listed), "list": listed})


def remove(account: Account, request: OperationRequest) -> Reply:
    """Remove a party. Policies that it is a member of stay as they are."""
    company = account.company(request.path["company_id"])
    if company.parties.pop(request.path["trustedparty_id"], None) is None:
        raise NotFoundError("trustedparty_id")
    return Reply({**OK, "code": 202}, status=202)


def _entity(account: Account, company: Company, request: OperationRequest) -> Entity:
    address: str = request.body["address"]
    client = account.core_clients.get(address)
    if client and client.registered:
        return account.world.entity(client.id)
    if address in account.companies and address != company.id:
        return account.world.entity(account.companies[address].entity_id)
    return parties.person(account, address, request.body.get("name", ""))
