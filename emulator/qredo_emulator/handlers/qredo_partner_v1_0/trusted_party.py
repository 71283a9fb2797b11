"""The trusted network of a company: users by e-mail address, companies by web domain."""

from __future__ import annotations

from qredo_emulator._errors import ApiError, NotFoundError, invalid
from qredo_emulator._state.model import Company, Entity, TrustedParty
from qredo_emulator._state.world import Account
from qredo_emulator.domain import parties
from qredo_emulator.handlers._call import OK, OperationRequest, Reply
from qredo_emulator.handlers._shared.views import party_view

__all__ = ["add", "get_all", "remove"]

_TYPES = ("user", "company")


def add(account: Account, request: OperationRequest) -> Reply:
    """Add a user, who is pending until accepting, or a company of the account, which is active at once."""
    company = account.company(request.path["company_id"])
    address: str = request.body["address"]
    entity = (
        _company(account, company, address) if request.body["type"] == "company" else parties.person(account, address)
    )
    parties.add(account, company, entity, address)
    return Reply(OK)


def get_all(account: Account, request: OperationRequest) -> Reply:
    """Return the users and companies that have accepted; this version does not know core clients."""
    company = account.company(request.path["company_id"])
    listed = [
        {"internal": False} | party_view(account.world, party) for party in _parties(account, company) if party.accepted
    ]
    return Reply({"company_id": company.id, "total_count": len(listed), "list": listed})


def remove(account: Account, request: OperationRequest) -> Reply:
    """Remove a party by its e-mail address or domain, unless it is a member of a policy."""
    company = account.company(request.path["company_id"])
    address = request.path["trustedparty_domain"].casefold()
    for party in _parties(account, company):
        if party.address.casefold() == address:
            if _is_assigned(company, party.entity_id):
                raise ApiError(400, "trustedparty_domain: the party is a member of a fund's policy")
            del company.parties[party.entity_id]
            return Reply({**OK, "code": 202}, status=202)
    raise NotFoundError("trustedparty_domain")


def _company(account: Account, company: Company, domain: str) -> Entity:
    for other in account.companies.values():
        if domain and other.domain.casefold() == domain.casefold() and other is not company:
            return account.world.entity(other.entity_id)
    raise invalid("/body/address", "is the domain of no other company under this API key")


def _parties(account: Account, company: Company) -> list[TrustedParty]:
    world = account.world
    return [party for party in company.parties.values() if world.entity(party.entity_id).type in _TYPES]


def _is_assigned(company: Company, entity_id: str) -> bool:
    funds = company.funds.values()
    groups = [fund.policies for fund in funds] + [wallet.policies for fund in funds for wallet in fund.wallets.values()]
    return any(entity_id in policy.members for policies in groups for policy in policies.values())
